//! One-time links: the set-up of the first administrator, and the first password of everyone else.
//!
//! The code comes in a link, since that is how it is handed over; the first request puts it into the session and sends the
//! browser to an address without it.

use std::{collections::BTreeMap, sync::Arc};

use app::pages::{SetupForm, SetupPage};
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    digest::digest,
    invitation::request::FieldErrors,
    staff::{Role, check_email, check_password},
};
use leptos::view;
use serde::Deserialize;
use time::Duration;
use tower_sessions::Session;
use url::Url;
use uuid::Uuid;

use super::{errors::PageError, login::sign_in, render::page};
use crate::{
    state::Onramp,
    store::{NewStaff, OneTimeLink, SharedStore, StaffRow, StoreError},
    web::extract::session::Visitor,
};
use platform::{clock::SharedClock, random::SharedRandom};

const CODE: &str = "setup_code_digest";
/// How long a one-time link works.
const LIFE: Duration = Duration::hours(48);

/// Makes a one-time link: for a member of staff, or for the first administrator. It replaces the one before.
pub async fn issue_link(
    store: &SharedStore,
    clock: &SharedClock,
    random: &SharedRandom,
    public_url: &Url,
    staff_id: Option<Uuid>,
) -> Result<String, StoreError> {
    let code = random.token();
    let link = OneTimeLink { code_digest: code_digest(&code), staff_id, expires_at: clock.now() + LIFE };
    store.put_link(&link).await?;
    Ok(format!("{}/setup?code={code}", public_url.as_str().trim_end_matches('/')))
}

fn code_digest(code: &str) -> String {
    digest(&["one-time link", code])
}

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

/// What a working link is for.
struct Invited {
    link: OneTimeLink,
    staff: Option<StaffRow>,
}

pub(super) async fn get(
    State(onramp): State<Arc<Onramp>>,
    Query(params): Query<Params>,
    session: Session,
    visitor: Visitor,
) -> Result<Response, PageError> {
    if let Some(code) = params.code {
        let digest = code_digest(&code);
        // A session only for who holds a working link: else anyone could fill the table with them.
        if onramp.store.link(&digest, onramp.clock.now()).await?.is_some() {
            session.insert(CODE, digest).await?;
        }
        return Ok(Redirect::to("/setup").into_response());
    }
    let form = match invited(&onramp, &session).await? {
        Some(invited) => blank(&invited),
        None => return Ok(used_up(visitor)),
    };
    Ok(show(visitor, StatusCode::OK, form))
}

pub(super) async fn post(
    State(onramp): State<Arc<Onramp>>,
    session: Session,
    visitor: Visitor,
    Form(typed): Form<Typed>,
) -> Result<Response, PageError> {
    let Some(invited) = invited(&onramp, &session).await? else { return Ok(used_up(visitor)) };
    let email = invited.staff.as_ref().map_or_else(|| typed.email.clone(), |staff| staff.email.clone());
    let again = |errors, email: &str| SetupForm { email: email.to_owned(), errors, ..blank(&invited) };
    let email = match check(&email, &typed) {
        Ok(email) => email,
        Err(errors) => return Ok(show(visitor, StatusCode::UNPROCESSABLE_ENTITY, again(errors, &email))),
    };
    if invited.staff.is_none() && onramp.store.staff_by_email(&email).await?.is_some() {
        let errors =
            [("email".to_owned(), "Someone with this address is here already. Sign in, or use another.".to_owned())];
        return Ok(show(visitor, StatusCode::UNPROCESSABLE_ENTITY, again(errors.into(), &email)));
    }
    let hash = onramp.passwords.hash(typed.password).await;
    if !onramp.store.use_link(&invited.link.code_digest).await? {
        return Ok(used_up(visitor));
    }
    let staff = keep(&onramp, invited.staff, email, hash).await?;
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

async fn keep(
    onramp: &Onramp,
    existing: Option<StaffRow>,
    email: String,
    hash: String,
) -> Result<StaffRow, StoreError> {
    if let Some(staff) = existing {
        onramp.store.set_password(staff.id, &hash).await?;
        // Whoever held the account before the password was set anew holds it no more.
        onramp.store.end_sessions_of(staff.id).await?;
        return Ok(staff);
    }
    let now = onramp.clock.now();
    let id = onramp.random.uuid_v7(now);
    let row = StaffRow { id, email, role: Role::Administrator, password_hash: Some(hash), demo: false };
    onramp.store.add_staff(&NewStaff { row: row.clone(), created_at: now }).await?;
    Ok(row)
}

/// The working link whose code this browser came with.
async fn invited(onramp: &Onramp, session: &Session) -> Result<Option<Invited>, PageError> {
    let Some(digest) = session.get::<String>(CODE).await? else { return Ok(None) };
    let Some(link) = onramp.store.link(&digest, onramp.clock.now()).await? else { return Ok(None) };
    let staff = match link.staff_id {
        Some(id) => match onramp.store.staff_by_id(id).await? {
            Some(staff) => Some(staff),
            None => return Ok(None),
        },
        // The set-up is over once there is an administrator, however the link came to be.
        None if onramp.store.has_administrator().await? => return Ok(None),
        None => None,
    };
    Ok(Some(Invited { link, staff }))
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
