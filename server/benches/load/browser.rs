//! A signed-in browser, reduced to what pages and the live stream need.

use std::net::SocketAddr;

use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect::Policy};
use uuid::Uuid;

use crate::{Failure, onramp::STAFF};

/// A signed-in browser.
pub struct Browser {
    client: Client,
    base: String,
    cookie: String,
}

impl Browser {
    pub async fn sign_in(address: SocketAddr) -> Result<Self, Failure> {
        let client = Client::builder().redirect(Policy::none()).build()?;
        let base = format!("http://{address}");
        let (email, password) = STAFF;
        let form = [("email", email), ("password", password)];
        let request = client.post(format!("{base}/login")).header("sec-fetch-site", "same-origin").form(&form);
        let answer = request.send().await?;
        if answer.status() != StatusCode::SEE_OTHER {
            return Err(format!("signing in was answered with {}", answer.status()).into());
        }
        let cookie = answer.headers().get(header::SET_COOKIE).ok_or("signing in returned no cookie")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { client, base, cookie })
    }

    /// Gets a complete page.
    pub async fn get(&self, path: &str) -> Result<String, Failure> {
        Ok(self.request(path).send().await?.error_for_status()?.text().await?)
    }

    /// Opens the live stream of an invitation.
    pub async fn live(&self, invitation: Uuid) -> Result<Stream, Failure> {
        let response = self.request(&format!("/live?invitation={invitation}")).send().await?.error_for_status()?;
        Ok(Stream { response, buffer: Vec::new() })
    }

    fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base)).header(header::COOKIE, &self.cookie)
    }
}

pub struct Stream {
    response: Response,
    buffer: Vec<u8>,
}

impl Stream {
    /// Waits for an event that mentions `text`.
    pub async fn wait_for(&mut self, text: &str) -> Result<(), Failure> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|window| window == b"\n\n") {
                let event = self.buffer.drain(..end + 2).collect::<Vec<_>>();
                if std::str::from_utf8(&event)?.contains(text) {
                    return Ok(());
                }
            }
            self.buffer.extend(self.response.chunk().await?.ok_or("the live stream ended")?);
        }
    }
}
