//! Recognizes browsers in which someone has signed in before, by a sealed cookie. Attempts to sign in from such a browser are
//! counted apart (`security/login_throttle.rs`), so a stranger who guesses passwords can't lock its owner out. The cookie opens
//! nothing: it only says who may go on trying. (OWASP describes this as device cookies.)

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{digest::digest, timestamp::micros};
use platform::random::SharedRandom;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::cookies;
use crate::{
    config::PublicUrl,
    security::vault::{Purpose, Vault},
};

/// How long after its last sign-in a browser is known.
const KNOWN_FOR: Duration = Duration::days(180);
/// Accounts that one browser remembers, the latest first: people share desks.
const ACCOUNTS_MAX: usize = 5;

/// Someone signed in to this account with this browser.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    /// Digest of the account's e-mail address.
    account: String,
    /// A random name of the browser.
    id: String,
    /// In microseconds.
    until: i64,
}

/// What is needed to read and write the cookie.
pub(super) struct Devices<'a> {
    pub vault: &'a Vault,
    pub public_url: &'a PublicUrl,
    pub now: OffsetDateTime,
}

/// A `Set-Cookie` line for the response.
#[derive(Debug, Clone)]
struct DeviceCookie(HeaderValue);

impl Devices<'_> {
    /// The name of the browser, if someone has signed in to the account with this e-mail address before.
    pub(super) fn known(&self, headers: &HeaderMap, email: &str) -> Option<String> {
        let account = account(email);
        self.read(headers).into_iter().find(|known| known.account == account).map(|known| known.id)
    }

    /// Lets the browser remember that someone signed in to this account.
    pub(super) fn remember(&self, headers: &HeaderMap, email: &str, random: &SharedRandom, response: &mut Response) {
        let until = self.now.checked_add(KNOWN_FOR).map_or(i64::MAX, micros);
        let mut all = self.read(headers);
        let account = account(email);
        all.retain(|known| known.account != account);
        all.insert(0, Known { account, id: random.token(), until });
        all.truncate(ACCOUNTS_MAX);
        let sealed = self.vault.seal(Purpose::Device, &serde_json::to_vec(&all).unwrap_or_default());
        let (name, secure) = self.cookie();
        let (value, age) = (URL_SAFE_NO_PAD.encode(sealed), KNOWN_FOR.whole_seconds());
        let line = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        if let Ok(line) = HeaderValue::try_from(line) {
            response.extensions_mut().insert(DeviceCookie(line));
        }
    }

    fn read(&self, headers: &HeaderMap) -> Vec<Known> {
        let read = || {
            let sealed = URL_SAFE_NO_PAD.decode(cookies::value(headers, &self.cookie().0)?).ok()?;
            let all = self.vault.open(Purpose::Device, &sealed).ok()?;
            serde_json::from_slice::<Vec<Known>>(&all).ok()
        };
        let mut all = read().unwrap_or_default();
        all.retain(|known| known.until >= micros(self.now));
        all
    }

    /// The cookie's name, and its last attribute.
    fn cookie(&self) -> (String, &'static str) {
        (self.public_url.cookie_name("onramp-device"), if self.public_url.is_https() { "; Secure" } else { "" })
    }
}

fn account(email: &str) -> String {
    digest(&["device of", email])
}

/// Sets the cookie that a handler wants, below that of the session.
pub(super) async fn set_cookie(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(DeviceCookie(line)) = response.extensions_mut().remove() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::response::IntoResponse as _;
    use platform::random::SystemRandom;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn headers(response: &mut Response) -> HeaderMap {
        let DeviceCookie(line) = response.extensions_mut().remove().unwrap();
        let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::try_from(format!("a=b; {pair}")).unwrap())])
    }

    #[test]
    fn a_browser_is_known_for_the_last_accounts_that_signed_in_there_and_for_no_other() {
        let random: SharedRandom = Arc::new(SystemRandom);
        let (vault, public_url) = (
            Vault::new(&[7; 32], random.clone()),
            "http://127.0.0.1/".parse::<url::Url>().unwrap().try_into().unwrap(),
        );
        let devices = Devices { vault: &vault, public_url: &public_url, now: NOW };
        let mut cookie = HeaderMap::new();
        for number in 0..=ACCOUNTS_MAX {
            let mut response = ().into_response();
            devices.remember(&cookie, &format!("{number}@example.com"), &random, &mut response);
            cookie = headers(&mut response);
        }
        let known = |number: usize| devices.known(&cookie, &format!("{number}@example.com"));
        assert!(known(1).is_some() && known(ACCOUNTS_MAX).is_some());
        assert_ne!(known(1), known(2));
        assert_eq!((known(0), known(99)), (None, None));
        assert_eq!(devices.known(&HeaderMap::new(), "1@example.com"), None);

        let later = Devices { now: NOW + KNOWN_FOR + Duration::SECOND, ..devices };
        assert_eq!(later.known(&cookie, "1@example.com"), None);
        let other_key = Vault::new(&[8; 32], random);
        let forged = Devices { vault: &other_key, public_url: &public_url, now: NOW };
        assert_eq!(forged.known(&cookie, "1@example.com"), None);
    }
}
