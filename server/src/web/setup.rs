//! One-time links: the set-up of the first administrator, and the first password of everyone else.
//!
//! The code comes in a link, since that is how it is handed over; the first request puts it into the session and sends the
//! browser to an address without it.

use std::collections::BTreeMap;

use app::pages::{SetupForm, SetupPage};
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    invitation::request::FieldErrors,
    staff::{check_email, check_password},
};
use leptos::view;
use serde::Deserialize;
use tower_sessions::Session;

use super::{errors::PageError, login::sign_in, render::page};
use crate::{
    services::staff::{Accounts, Invited},
    state::AppState,
    web::extract::session::Visitor,
};

/// Under which key the session holds the digest of the code.
const CODE: &str = "setup_code_digest";

#[derive(Deserialize)]
pub(super) struct Params {
    code: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_again: String,
}

pub(super) async fn get(
    State(state): State<AppState>,
    Query(params): Query<Params>,
    session: Session,
    visitor: Visitor,
) -> Result<Response, PageError> {
    if let Some(code) = params.code {
        // A session only for who holds a working link: else anyone could fill the table with them.
        if let Some(digest) = state.accounts.known_code(&code).await? {
            session.insert(CODE, digest).await?;
        }
        return Ok(Redirect::to("/setup").into_response());
    }
    let form = match invited(&state.accounts, &session).await? {
        Some(invited) => blank(&invited),
        None => return Ok(used_up(visitor)),
    };
    Ok(show(visitor, StatusCode::OK, form))
}

pub(super) async fn post(
    State(state): State<AppState>,
    session: Session,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    let Some(invited) = invited(&state.accounts, &session).await? else { return Ok(used_up(visitor)) };
    let email = invited.staff.as_ref().map_or_else(|| typed.email.clone(), |staff| staff.email.clone());
    let again = |errors, email: &str| SetupForm { email: email.to_owned(), errors, ..blank(&invited) };
    let email = match check(&email, &typed) {
        Ok(email) => email,
        Err(errors) => return Ok(show(visitor, StatusCode::UNPROCESSABLE_ENTITY, again(errors, &email))),
    };
    if invited.staff.is_none() && state.store.staff_by_email(&email).await?.is_some() {
        let errors =
            [("email".to_owned(), "Someone with this address is here already. Sign in, or use another.".to_owned())];
        return Ok(show(visitor, StatusCode::UNPROCESSABLE_ENTITY, again(errors.into(), &email)));
    }
    let Some(staff) = state.accounts.accept(invited, email, typed.password).await? else { return Ok(used_up(visitor)) };
    sign_in(&session, &staff).await?;
    Ok(Redirect::to("/invitations").into_response())
}

fn check(email: &str, typed: &Typed) -> Result<String, FieldErrors> {
    let mut errors = BTreeMap::new();
    let email = check_email(email).unwrap_or_else(|problem| {
        errors.insert("email".to_owned(), problem.to_string());
        String::new()
    });
    if let Err(problem) = check_password(&typed.password, &email) {
        errors.insert("password".into(), problem.to_string());
    } else if typed.password != typed.password_again {
        errors.insert("password_again".into(), "The two passwords differ.".into());
    }
    if errors.is_empty() { Ok(email) } else { Err(errors) }
}

/// What the link whose code this browser came with is for, if it still works.
async fn invited(accounts: &Accounts, session: &Session) -> Result<Option<Invited>, PageError> {
    match session.get::<String>(CODE).await? {
        Some(digest) => Ok(accounts.invited(&digest).await?),
        None => Ok(None),
    }
}

fn blank(invited: &Invited) -> SetupForm {
    SetupForm {
        email: invited.staff.as_ref().map(|staff| staff.email.clone()).unwrap_or_default(),
        email_fixed: invited.staff.is_some(),
        errors: FieldErrors::new(),
        problem: None,
    }
}

fn used_up(visitor: Visitor) -> Response {
    let problem = "This link does not work: it was used, it ran out after 48 hours, or a newer one replaced it. Ask an \
                   administrator for a new one; for the first administrator, restart Onramp and take the link it prints.";
    let form = SetupForm {
        email: String::new(),
        email_fixed: false,
        errors: FieldErrors::new(),
        problem: Some(problem.into()),
    };
    show(visitor, StatusCode::NOT_FOUND, form)
}

fn show(visitor: Visitor, status: StatusCode, form: SetupForm) -> Response {
    let Visitor { visit, nonce, .. } = visitor;
    page(status, &nonce, || view! { <SetupPage visit=visit form=form/> })
}
