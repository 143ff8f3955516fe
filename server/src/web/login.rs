//! Signing in and out.

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use app::pages::{LoginForm, LoginPage};
use axum::{
    Extension, Form,
    extract::{FromRequestParts, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{digest::digest, text};
use leptos::view;
use platform::{clock::SharedClock, random::SharedRandom};
use serde::Deserialize;
use tower_sessions::Session;
use uuid::Uuid;

use super::{device::Devices, errors::PageError, render::page, sessions::STAFF_ID};
use crate::{
    config::{Addressed, Settings},
    security::{
        login_throttle::{Attempt, Throttle},
        passwords::{Busy, Lane, Passwords},
        source::Source,
        vault::Vault,
    },
    services::staff::DEMO,
    state::{AppState, Shutdown},
    store::{SharedStore, StaffRow},
    web::extract::{session::Visitor, source::CameFrom},
};

#[derive(Deserialize)]
pub(super) struct Params {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LoginInput {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// What signing in needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    passwords: Arc<Passwords>,
    #[from_request(via(State))]
    throttle: Arc<Throttle>,
    #[from_request(via(State))]
    vault: Vault,
    #[from_request(via(State))]
    random: SharedRandom,
    #[from_request(via(State))]
    shutdown: Shutdown,
    addressed: Option<Extension<Addressed>>,
    from: CameFrom,
    headers: HeaderMap,
}

/// Why nobody was signed in.
enum Refusal {
    /// The address or the password is wrong.
    Wrong,
    /// The browser would drop the session's cookie at this address.
    Elsewhere,
    /// Too many attempts came before this one: wait for so long.
    Wait(Duration),
    /// Too many other people are signing in.
    Busy,
}

pub(super) async fn get(parts: Parts, Query(params): Query<Params>, visitor: Visitor) -> Response {
    let next = local(params.next.unwrap_or_default());
    if visitor.staff.is_some() {
        return Redirect::to(&next).into_response();
    }
    parts.show(visitor, StatusCode::OK, LoginForm { next, ..LoginForm::default() })
}

pub(super) async fn post(
    parts: Parts,
    session: Session,
    visitor: Visitor,
    Form(input): Form<LoginInput>,
) -> Result<Response, PageError> {
    let next = local(input.next);
    // An address that can't exist is treated like one that doesn't, so that both look the same and take as long.
    let email = text::email(&input.email).unwrap_or_else(|_| input.email.trim().to_lowercase());
    let device = parts.devices().known(&parts.headers, &email);
    let attempt = Attempt::new(&email, parts.from.0, device.clone());
    let outcome = if parts.origin().is_some_and(|origin| parts.settings.public_url.loses_cookies_at(origin)) {
        Err(Refusal::Elsewhere)
    } else {
        parts.attempt(&attempt, device, &email, input.password).await?
    };
    match outcome {
        Ok(staff) => {
            sign_in(&session, &staff).await?;
            tracing::info!(by = %staff.id, source = %parts.from.0, "staff signed in");
            let mut response = Redirect::to(&next).into_response();
            parts.devices().remember(&parts.headers, &email, &parts.random, &mut response);
            Ok(response)
        }
        Err(refusal) => {
            let form =
                LoginForm { email: input.email, next, problem: Some(refusal.sentence()), ..LoginForm::default() };
            let mut response = parts.show(visitor, refusal.status(), form);
            if let Refusal::Wait(wait) = refusal {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
            }
            Ok(response)
        }
    }
}

pub(super) async fn logout(session: Session, CameFrom(source): CameFrom) -> Result<Redirect, PageError> {
    let by = session.get::<Uuid>(STAFF_ID).await?;
    // First in the database: as long as the session works there, the browser keeps its cookie and can try again.
    session.delete().await.map_err(PageError::SignOut)?;
    session.clear().await;
    if let Some(by) = by {
        tracing::info!(%by, %source, "staff signed out");
    }
    Ok(Redirect::to("/login"))
}

/// Signs in under a new session id, so that an id planted beforehand is worthless.
pub(super) async fn sign_in(session: &Session, staff: &StaffRow) -> Result<(), PageError> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(STAFF_ID, staff.id).await?;
    Ok(())
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Wrong | Self::Elsewhere => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Wrong => "The e-mail address or the password is wrong.".to_owned(),
            // The page says where to go instead.
            Self::Elsewhere => "Nobody was signed in.".to_owned(),
            Self::Wait(wait) => {
                let wait = match seconds(*wait) {
                    1 => "1 second".to_owned(),
                    seconds if seconds < 120 => format!("{seconds} seconds"),
                    seconds => format!("{} minutes", seconds.div_ceil(60)),
                };
                format!("Too many attempts. Wait {wait}, then try again.")
            }
            Self::Busy => "Too many people are signing in right now. Try again in a minute.".to_owned(),
        }
    }
}

/// Rounded up.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl Parts {
    fn devices(&self) -> Devices<'_> {
        Devices { vault: &self.vault, public_url: &self.settings.public_url, now: self.clock.now() }
    }

    /// Checks the password, if the attempt is allowed, and returns who it belongs to.
    async fn attempt(
        &self,
        attempt: &Attempt,
        device: Option<String>,
        email: &str,
        password: String,
    ) -> Result<Result<StaffRow, Refusal>, PageError> {
        let delay = match self.throttle.begin(attempt, self.clock.elapsed()) {
            Ok(delay) => delay,
            Err(wait) => return Ok(Err(Refusal::Wait(wait))),
        };
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = self.shutdown.0.cancelled(), if !delay.is_zero() => return Ok(Err(Refusal::Busy)),
        }
        let staff = self.store.staff_by_email(email).await?.filter(|staff| self.settings.sandbox || !staff.demo);
        let hash = staff.as_ref().and_then(|staff| staff.password_hash.clone());
        let source = self.from.0;
        let lane = device.map_or(Lane::Source(source), Lane::Device);
        match (self.passwords.check(lane, password, hash).await, staff) {
            (Ok(true), Some(staff)) => {
                self.throttle.succeeded(attempt);
                Ok(Ok(staff))
            }
            (Ok(_), staff) => {
                let wait = self.throttle.wait(attempt, self.clock.elapsed());
                log_failure(staff.as_ref(), email, source, wait);
                Ok(Err(Refusal::Wrong))
            }
            (Err(Busy), _) => Ok(Err(Refusal::Busy)),
        }
    }

    fn show(&self, visitor: Visitor, status: StatusCode, form: LoginForm) -> Response {
        let demo = self.settings.sandbox.then(|| (DEMO.0.to_owned(), DEMO.1.to_owned()));
        let form = LoginForm { demo, elsewhere: self.elsewhere(), ..form };
        let Visitor { visit, nonce, .. } = visitor;
        page(status, &nonce, || view! { <LoginPage visit=visit form=form/> })
    }
}

/// One line for an attempt, and one if the next has to wait. Those that are refused while they wait aren't logged: anyone can make
/// any number. An address that isn't an account's isn't logged either, since people type passwords there; its digest tells whether
/// two lines are about the same.
fn log_failure(staff: Option<&StaffRow>, email: &str, source: Source, wait: Option<Duration>) {
    let account = staff.map_or_else(|| format!("unknown-{}", &digest(&["typed", email])[..12]), |it| it.id.to_string());
    tracing::warn!(account, %source, "signing in failed");
    if let Some(wait) = wait {
        tracing::warn!(account, %source, wait_s = seconds(wait), "further attempts have to wait");
    }
}

impl Parts {
    /// Where the browser says it is; sent with forms.
    fn origin(&self) -> Option<&str> {
        self.headers.get(header::ORIGIN)?.to_str().ok().filter(|origin| *origin != "null")
    }

    /// The public address, if browsers keep our cookie only there and this one seems to be elsewhere.
    fn elsewhere(&self) -> Option<String> {
        static LOGGED: Once = Once::new();
        let public_url = &self.settings.public_url;
        let is_here = match self.origin() {
            Some(origin) => origin == public_url.origin(),
            None => self.addressed.is_none_or(|Extension(addressed)| addressed == Addressed::Publicly),
        };
        if is_here || !public_url.is_https() {
            return None;
        }
        LOGGED.call_once(|| {
            tracing::warn!(
                public_url = public_url.origin(),
                "the sign-in page was opened under another address than ONRAMP_PUBLIC_URL, or a proxy changes Host; signing in \
                 lasts only at the public address"
            );
        });
        Some(public_url.origin())
    }
}

/// An address of this Onramp, or else the start page: signing in never redirects to another site.
fn local(next: String) -> String {
    // Browsers remove tabs and line breaks from addresses, and read `\` as `/`.
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(|c: char| c.is_control() || c == '\\');
    if own { next } else { "/".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_redirected_to_another_site() {
        for (next, want) in [
            ("/invitations?x=1", "/invitations?x=1"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("/\u{7f}/evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
        ] {
            assert_eq!(local(next.into()), want);
        }
    }
}
