//! One-time links: setting up the first administrator, and everyone else's first password.
//!
//! The code arrives in a link. The first request moves it into the session and redirects to an address without it.

use std::{collections::BTreeMap, sync::Arc};

use app::pages::{SetupForm, SetupPage};
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    invitation::request::FieldErrors,
    staff::check_password,
    text::{self, EmailError},
};
use leptos::view;
use serde::Deserialize;
use tower_sessions::Session;

use super::{errors::PageError, login::sign_in, render::page};
use crate::{
    services::staff::{Accounts, Invited},
    store::SharedStore,
    web::extract::{session::Visitor, source::CameFrom},
};

/// The session key with the digest of the code.
const CODE: &str = "setup_code_digest";

#[derive(Deserialize)]
pub(super) struct Params {
    code: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SetupInput {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    password_again: String,
}

pub(super) async fn get(
    State(accounts): State<Arc<Accounts>>,
    Query(params): Query<Params>,
    session: Session,
    visitor: Visitor,
) -> Result<Response, PageError> {
    if let Some(code) = params.code {
        // Only a working link gets a session: otherwise anyone could fill the table with them.
        if let Some(digest) = accounts.known_code(&code).await? {
            session.insert(CODE, digest).await?;
        }
        return Ok(Redirect::to("/setup").into_response());
    }
    let form = match invited(&accounts, &session).await? {
        Some(invited) => blank(&invited),
        None => return Ok(used_up(visitor)),
    };
    Ok(show(visitor, StatusCode::OK, form))
}

pub(super) async fn post(
    State(accounts): State<Arc<Accounts>>,
    State(store): State<SharedStore>,
    session: Session,
    visitor: Visitor,
    CameFrom(source): CameFrom,
    Form(input): Form<SetupInput>,
) -> Result<Response, PageError> {
    let Some(invited) = invited(&accounts, &session).await? else { return Ok(used_up(visitor)) };
    let email = invited.staff.as_ref().map_or_else(|| input.email.clone(), |staff| staff.email.clone());
    let again = |errors, email: &str| SetupForm { email: email.to_owned(), errors, ..blank(&invited) };
    // An address that is here already isn't judged again.
    let judged = if invited.staff.is_some() { Ok(email.clone()) } else { text::email(&email) };
    let email = match check(judged, &input) {
        Ok(email) => email,
        Err(errors) => return Ok(show(visitor, StatusCode::UNPROCESSABLE_ENTITY, again(errors, &email))),
    };
    if invited.staff.is_none() && store.staff_by_email(&email).await?.is_some() {
        let errors =
            [("email".to_owned(), "Someone with this address is here already. Sign in, or use another.".to_owned())];
        return Ok(show(visitor, StatusCode::UNPROCESSABLE_ENTITY, again(errors.into(), &email)));
    }
    let Some(staff) = accounts.accept(invited, email, input.password).await? else { return Ok(used_up(visitor)) };
    sign_in(&session, &staff).await?;
    tracing::info!(by = %staff.id, %source, "staff set up an account, and signed in");
    Ok(Redirect::to("/invitations").into_response())
}

fn check(email: Result<String, EmailError>, input: &SetupInput) -> Result<String, FieldErrors> {
    let mut errors = BTreeMap::new();
    let email = email.unwrap_or_else(|problem| {
        errors.insert("email".to_owned(), problem.to_string());
        String::new()
    });
    if let Err(problem) = check_password(&input.password, &email) {
        errors.insert("password".into(), problem.to_string());
    } else if text::password(&input.password) != text::password(&input.password_again) {
        errors.insert("password_again".into(), "The two passwords differ.".into());
    }
    if errors.is_empty() { Ok(email) } else { Err(errors) }
}

/// What the link that this browser opened is for, if it still works.
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
    let problem = "This link does not work: it was used, it expired after 48 hours, or a newer one replaced it. Ask an \
                   administrator for a new one. For the first administrator, restart Onramp and open the link it prints.";
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
