//! Signing in and out.

use std::sync::Arc;

use app::pages::{LoginForm, LoginPage};
use axum::{
    Form,
    extract::{FromRequestParts, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::text;
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use tower_sessions::Session;

use super::{errors::PageError, render::page, sessions::STAFF_ID};
use crate::{
    config::Settings,
    security::{login_throttle::Throttle, passwords::Passwords},
    services::staff::DEMO,
    state::AppState,
    store::{SharedStore, StaffRow},
    web::extract::session::Visitor,
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
}

pub(super) async fn get(parts: Parts, Query(params): Query<Params>, visitor: Visitor) -> Response {
    let next = local(params.next.unwrap_or_default());
    if visitor.staff.is_some() {
        return Redirect::to(&next).into_response();
    }
    parts.show(visitor, StatusCode::OK, LoginForm { email: String::new(), next, problem: None, demo: None })
}

pub(super) async fn post(
    parts: Parts,
    session: Session,
    visitor: Visitor,
    Form(input): Form<LoginInput>,
) -> Result<Response, PageError> {
    let next = local(input.next);
    let refuse = |visitor, status, problem: &str| {
        let form =
            LoginForm { email: input.email.clone(), next: next.clone(), problem: Some(problem.to_owned()), demo: None };
        Ok(parts.show(visitor, status, form))
    };
    // An address that can't exist is treated like one that doesn't, so that both look the same and take as long.
    let email = text::email(&input.email).unwrap_or_else(|_| input.email.trim().to_lowercase());
    let now = parts.clock.now();
    let Some(place) = parts.passwords.place() else {
        let problem = "Too many people are signing in right now. Try again in a minute.";
        return refuse(visitor, StatusCode::SERVICE_UNAVAILABLE, problem);
    };
    if !parts.throttle.begin(&email, now) {
        let problem = "Too many wrong passwords for this address. Wait a quarter of an hour, then try again.";
        return refuse(visitor, StatusCode::TOO_MANY_REQUESTS, problem);
    }
    let staff = parts.store.staff_by_email(&email).await?.filter(|staff| parts.settings.sandbox || !staff.demo);
    let hash = staff.as_ref().and_then(|staff| staff.password_hash.clone());
    if let (true, Some(staff)) = (parts.passwords.check(place, input.password, hash).await, staff) {
        parts.throttle.reset(&email);
        sign_in(&session, &staff).await?;
        return Ok(Redirect::to(&next).into_response());
    }
    refuse(visitor, StatusCode::UNPROCESSABLE_ENTITY, "The e-mail address or the password is wrong.")
}

pub(super) async fn logout(session: Session) -> Result<Redirect, PageError> {
    session.flush().await?;
    Ok(Redirect::to("/login"))
}

/// Signs in under a new session id, so that an id planted beforehand is worthless.
pub(super) async fn sign_in(session: &Session, staff: &StaffRow) -> Result<(), PageError> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(STAFF_ID, staff.id).await?;
    Ok(())
}

impl Parts {
    fn show(&self, visitor: Visitor, status: StatusCode, form: LoginForm) -> Response {
        let demo = self.settings.sandbox.then(|| (DEMO.0.to_owned(), DEMO.1.to_owned()));
        let form = LoginForm { demo, ..form };
        let Visitor { visit, nonce, .. } = visitor;
        page(status, &nonce, || view! { <LoginPage visit=visit form=form/> })
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
