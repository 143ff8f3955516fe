//! Signing in and out.

use app::pages::{LoginForm, LoginPage};
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::staff::check_email;
use leptos::view;
use serde::Deserialize;
use tower_sessions::Session;

use super::{errors::PageError, render::page, sessions::STAFF_ID};
use crate::{services::staff::DEMO, state::AppState, store::StaffRow, web::extract::session::Visitor};

#[derive(Deserialize)]
pub(super) struct Params {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn get(State(state): State<AppState>, Query(params): Query<Params>, visitor: Visitor) -> Response {
    let next = local(params.next.unwrap_or_default());
    if visitor.staff.is_some() {
        return Redirect::to(&next).into_response();
    }
    form(&state, visitor, StatusCode::OK, LoginForm { email: String::new(), next, problem: None, demo: None })
}

pub(super) async fn post(
    State(state): State<AppState>,
    session: Session,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    let next = local(typed.next);
    let refuse = |visitor, status, problem: &str| {
        let problem = Some(problem.to_owned());
        Ok(form(
            &state,
            visitor,
            status,
            LoginForm { email: typed.email.clone(), next: next.clone(), problem, demo: None },
        ))
    };
    // An address that can't exist takes the same way as one that doesn't, so both look and last alike.
    let email = check_email(&typed.email).unwrap_or_else(|_| typed.email.trim().to_lowercase());
    let now = state.clock.now();
    let Some(place) = state.passwords.place() else {
        let problem = "Too many sign in at this moment. Try again in a minute.";
        return refuse(visitor, StatusCode::SERVICE_UNAVAILABLE, problem);
    };
    if !state.throttle.begin(&email, now) {
        let problem = "Too many wrong passwords for this address. Wait a quarter of an hour, then try again.";
        return refuse(visitor, StatusCode::TOO_MANY_REQUESTS, problem);
    }
    let staff = state.store.staff_by_email(&email).await?.filter(|staff| state.settings.sandbox || !staff.demo);
    let hash = staff.as_ref().and_then(|staff| staff.password_hash.clone());
    if let (true, Some(staff)) = (state.passwords.check(place, typed.password, hash).await, staff) {
        state.throttle.reset(&email);
        sign_in(&session, &staff).await?;
        return Ok(Redirect::to(&next).into_response());
    }
    refuse(visitor, StatusCode::UNPROCESSABLE_ENTITY, "The e-mail address or the password is wrong.")
}

pub(super) async fn logout(session: Session) -> Result<Redirect, PageError> {
    session.flush().await?;
    Ok(Redirect::to("/login"))
}

/// Signs in, under a new session id: one that somebody planted before is worth nothing.
pub(super) async fn sign_in(session: &Session, staff: &StaffRow) -> Result<(), PageError> {
    session.clear().await;
    session.cycle_id().await?;
    session.insert(STAFF_ID, staff.id).await?;
    Ok(())
}

fn form(state: &AppState, visitor: Visitor, status: StatusCode, form: LoginForm) -> Response {
    let demo = state.settings.sandbox.then(|| (DEMO.0.to_owned(), DEMO.1.to_owned()));
    let form = LoginForm { demo, ..form };
    let Visitor { visit, nonce, .. } = visitor;
    page(status, &nonce, || view! { <LoginPage visit=visit form=form/> })
}

/// An address of this Onramp's own, or the start page: nobody is sent elsewhere after signing in.
fn local(next: String) -> String {
    // Browsers leave tabs and line breaks out of addresses, and take `\` for `/`.
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(|c: char| c.is_control() || c == '\\');
    if own { next } else { "/".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
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
