//! The pages that a fleet comes back to (CONTRACT.md 10). Every parameter is a claim: it is noted on the timeline as "not
//! confirmed" if it names an invitation and its fleet truly, and the browser goes on to an address without parameters,
//! because they hold a password. Anything else sees a page that says nothing of us.

use std::{fmt::Write as _, time::Duration};

use app::{
    html::to_html,
    pages::{Landing, LandingPage},
};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    digest::of_invitation,
    events::fact::{Fact, Kind},
    onboarding::stage::Stage,
    timestamp,
};
use leptos::view;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{security::vault::Purpose, state::AppState, store::StoreError};
use catena::{InvitationId, InvitationStatus};

/// Longest query that is looked at.
const QUERY_MAX: usize = 4_096;
/// How long a fleet's browser remembers what to show, in seconds.
const REMEMBER: u32 = 15 * 60;

/// How long a fleet waits for what Catena says.
const ASK_CATENA: Duration = Duration::from_millis(1_500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Success,
    Failure,
}

impl Page {
    fn path(self) -> &'static str {
        match self {
            Self::Success => "/onboarding/success",
            Self::Failure => "/onboarding/failure",
        }
    }
}

/// What a fleet's own browser keeps, sealed, between the two requests.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    fleet_ref: String,
    outcome: Outcome,
    until: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Outcome {
    Success,
    IntegrationRequested,
    Failure,
    FailureAndOver,
}

/// The parameters that we read; Connect appends others, and may append more.
#[derive(Debug, Default)]
struct Claim {
    invitation_id: Option<Uuid>,
    fleet_ref: Option<String>,
    status: Option<String>,
    skip_reason: Option<String>,
    tsp_count: Option<u32>,
    integration_request_id: Option<String>,
}

impl Claim {
    /// Read leniently: a parameter that is wrong is as good as none, one that comes twice counts once.
    fn read(query: &str) -> Self {
        let mut claim = Self::default();
        let short = |value: &str| Some(value.chars().filter(|c| !c.is_control()).take(100).collect::<String>());
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "invitation_id" => claim.invitation_id = Uuid::parse_str(&value).ok(),
                "fleet_ref" => claim.fleet_ref = Some(value.into_owned()),
                "status" => claim.status = short(&value),
                "skip_reason" => claim.skip_reason = short(&value),
                "tsp_count" => claim.tsp_count = value.parse().ok(),
                "integration_request_id" => claim.integration_request_id = short(&value),
                _ => {}
            }
        }
        claim
    }

    /// Sources disagree on which page gets `integration-requested`, so either page takes it.
    fn kind(&self, page: Page) -> Kind {
        match (self.status.as_deref(), page) {
            (Some("integration-requested"), _) => Kind::ReturnedIntegrationRequested,
            (_, Page::Success) => Kind::ReturnedSuccess,
            (_, Page::Failure) => Kind::ReturnedFailure,
        }
    }

    /// What else the browser said, for staff to read.
    fn note(&self) -> Option<String> {
        let mut note = String::new();
        let mut add = |label: &str, value: &str| {
            let _ = write!(note, "{}{label}: {value}", if note.is_empty() { "" } else { ", " });
        };
        if let Some(count) = self.tsp_count {
            add("providers connected", &count.to_string());
        }
        if let Some(reason) = &self.skip_reason {
            add("reason for skipping", reason);
        }
        if let Some(id) = &self.integration_request_id {
            add("integration request", id);
        }
        Some(note).filter(|note| !note.is_empty())
    }
}

pub(super) async fn success(State(state): State<AppState>, query: RawQuery, headers: HeaderMap) -> Response {
    land(&state, Page::Success, query.0, &headers).await
}

pub(super) async fn failure(State(state): State<AppState>, query: RawQuery, headers: HeaderMap) -> Response {
    land(&state, Page::Failure, query.0, &headers).await
}

async fn land(state: &AppState, page: Page, query: Option<String>, headers: &HeaderMap) -> Response {
    let Some(query) = query.filter(|query| !query.is_empty()) else { return show(state, page, headers) };
    let claim = if query.len() <= QUERY_MAX { Claim::read(&query) } else { Claim::default() };
    let mut response = Redirect::to(page.path()).into_response();
    let cookie = match note(state, page, &claim).await {
        Ok(Some(note)) => cookie(state, &note),
        // A browser that brings no true pair is shown the neutral page, also where it came truly before.
        Ok(None) => clear_cookie(state),
        Err(error) => {
            tracing::error!(%error, "a fleet's return could not be noted");
            clear_cookie(state)
        }
    };
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Notes a return that names an invitation and its fleet truly; none for any other.
async fn note(state: &AppState, page: Page, claim: &Claim) -> Result<Option<Note>, StoreError> {
    let (Some(id), Some(fleet_ref)) = (claim.invitation_id, &claim.fleet_ref) else { return Ok(None) };
    let invitation_digest = of_invitation(id);
    let Some(invitation) = state.store.invitation_by_digest(&invitation_digest).await? else { return Ok(None) };
    let Some(fleet) = state.store.fleet(invitation.fleet).await? else { return Ok(None) };
    if !bool::from(fleet.fleet_ref.as_bytes().ct_eq(fleet_ref.as_bytes())) {
        return Ok(None);
    }
    let kind = claim.kind(page);
    let known_over = matches!(invitation.stage, Some(Stage::Declined | Stage::Expired | Stage::Deleted))
        || invitation.expires_at <= state.clock.now();
    let over = known_over || (page == Page::Failure && is_over_at_catena(state, id).await);
    let outcome = match kind {
        Kind::ReturnedSuccess => Outcome::Success,
        Kind::ReturnedIntegrationRequested => Outcome::IntegrationRequested,
        _ if over => Outcome::FailureAndOver,
        _ => Outcome::Failure,
    };
    // The first time it comes back so, Catena is asked unless a webhook says why: a browser proves nothing.
    let landed = Fact::landed(invitation.round(), kind, state.clock.now()).with_note(claim.note());
    if state.timeline.record(&[landed.into()]).await? {
        state.reconciler.expect_news_of(invitation.fleet);
    }
    let until = timestamp::micros(state.clock.now() + time::Duration::seconds(i64::from(REMEMBER)));
    Ok(Some(Note { fleet_ref: fleet.fleet_ref, outcome, until }))
}

/// Whether Catena says that the link works no more: a fleet that has just declined is back before the webhook is. If Catena
/// does not say it soon, what we know must do.
async fn is_over_at_catena(state: &AppState, id: Uuid) -> bool {
    let Ok(id) = InvitationId::parse(&id.to_string()) else { return false };
    match tokio::time::timeout(ASK_CATENA, state.catena.invitation(&id)).await {
        Ok(Ok(Some(invitation))) => {
            use InvitationStatus::{Declined, Deleted, Expired};
            matches!(invitation.status, Declined | Deleted | Expired)
        }
        Ok(Ok(None)) => true,
        Ok(Err(error)) => {
            tracing::warn!(%error, "Catena can't be asked how an invitation stands");
            false
        }
        Err(_) => false,
    }
}

fn show(state: &AppState, page: Page, headers: &HeaderMap) -> Response {
    let note = remembered(state, headers);
    let landing = match (note, page) {
        (Some(Note { fleet_ref, outcome: Outcome::IntegrationRequested, .. }), _) => {
            Landing::IntegrationRequested { fleet_ref }
        }
        (Some(Note { fleet_ref, outcome: Outcome::Success, .. }), Page::Success) => Landing::Success { fleet_ref },
        (Some(Note { fleet_ref, outcome, .. }), Page::Failure) if outcome != Outcome::Success => {
            Landing::Failure { fleet_ref, invitation_over: outcome == Outcome::FailureAndOver }
        }
        (_, Page::Success) => Landing::NeutralSuccess,
        (_, Page::Failure) => Landing::NeutralFailure,
    };
    let stylesheet = state.site.stylesheet.clone();
    Html(to_html(None, || view! { <LandingPage stylesheet=stylesheet landing=landing/> })).into_response()
}

fn cookie_name(state: &AppState) -> (&'static str, &'static str) {
    if state.settings.public_url.scheme() == "https" {
        ("__Host-onramp-landing", "; Secure")
    } else {
        ("onramp-landing", "")
    }
}

fn cookie(state: &AppState, note: &Note) -> String {
    let (name, secure) = cookie_name(state);
    let json = serde_json::to_vec(note).unwrap_or_default();
    let value = URL_SAFE_NO_PAD.encode(state.vault.seal(Purpose::Landing, &json));
    format!("{name}={value}; Path=/; Max-Age={REMEMBER}; HttpOnly; SameSite=Lax{secure}")
}

fn clear_cookie(state: &AppState) -> String {
    let (name, secure) = cookie_name(state);
    format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")
}

fn remembered(state: &AppState, headers: &HeaderMap) -> Option<Note> {
    let (name, _) = cookie_name(state);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let value = cookies.flat_map(|line| line.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })?;
    let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
    let note: Note = serde_json::from_slice(&state.vault.open(Purpose::Landing, &sealed).ok()?).ok()?;
    (note.until >= timestamp::micros(state.clock.now())).then_some(note)
}
