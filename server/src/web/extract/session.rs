//! Who visits: read from the session once per request, asked for by handlers as an extractor.

use std::sync::Arc;

use app::{components::Visit, html::CspNonce};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    subscription::missing,
    timestamp::{from_micros, micros},
};
use time::{Duration, OffsetDateTime};
use tower_sessions::{Session, session, session_store};
use uuid::Uuid;

use crate::{
    state::AppState,
    store::{StaffRow, StoreError},
    web::{errors::PageError, sessions::STAFF_ID},
};

/// Who is signed in, if anyone; or why nobody can tell.
#[derive(Debug, Clone)]
struct SignedIn(Result<Option<Arc<StaffRow>>, String>);

/// Under which key a session holds when its owner was last noticed, in microseconds.
const SEEN: &str = "seen";
/// How often that is noted: a session's end is counted from then.
const NOTED_EVERY: Duration = Duration::HOUR;

/// Reads who is signed in out of the session.
pub(crate) async fn identify(
    State(state): State<AppState>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let signed_in = find(&state, &session).await.map(|staff| staff.map(Arc::new));
    request.extensions_mut().insert(SignedIn(signed_in));
    next.run(request).await
}

async fn find(state: &AppState, session: &Session) -> Result<Option<StaffRow>, String> {
    let id = match session.get::<Uuid>(STAFF_ID).await {
        Ok(Some(id)) => id,
        // To whoever is signed in, an outage must not look like being signed out.
        Err(session::Error::Store(session_store::Error::Backend(error))) => return Err(error),
        // A broken session is no session.
        Ok(None) | Err(_) => return Ok(None),
    };
    let staff = state.store.staff_by_id(id).await.map_err(|error| error.to_string())?;
    // The sandbox's demo account must not open a console that talks to the real Catena.
    let staff = staff.filter(|staff| state.settings.sandbox || !staff.demo);
    if staff.is_some() {
        note_seen(session, state.clock.now()).await.map_err(|error| error.to_string())?;
    }
    Ok(staff)
}

/// A session is only written, and its end only moved, when something in it changes.
async fn note_seen(session: &Session, now: OffsetDateTime) -> Result<(), session::Error> {
    let seen: Option<i64> = session.get(SEEN).await?;
    if seen.is_none_or(|seen| now - from_micros(seen) >= NOTED_EVERY) {
        session.insert(SEEN, micros(now)).await?;
    }
    Ok(())
}

/// Someone visits, signed in or not.
pub(crate) struct Visitor {
    /// Who, if signed in.
    pub staff: Option<Arc<StaffRow>>,
    /// What pages need to know of the visit.
    pub visit: Visit,
    /// For the page's scripts.
    pub nonce: CspNonce,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let signed_in = parts.extensions.get::<SignedIn>().map_or(Ok(None), |signed_in| signed_in.0.clone());
        let staff = signed_in.map_err(PageError::Visitor)?;
        let nonce = parts.extensions.get::<CspNonce>().cloned().unwrap_or(CspNonce("".into()));
        let visit = visit(state, staff.as_deref(), parts.uri.path()).await?;
        Ok(Self { staff, visit, nonce })
    }
}

/// What pages need to know of a visit.
pub(crate) async fn visit(state: &AppState, staff: Option<&StaffRow>, path: &str) -> Result<Visit, StoreError> {
    let setup_needed = if staff.is_some() { setup_needed(state).await? } else { None };
    Ok(Visit {
        stylesheet: state.site.stylesheet.clone(),
        hydration: state.site.hydration.clone(),
        sandbox: state.settings.sandbox,
        email: staff.map(|staff| staff.email.clone()),
        role: staff.map(|staff| staff.role),
        path: path.to_owned(),
        setup_needed,
    })
}

async fn setup_needed(state: &AppState) -> Result<Option<String>, StoreError> {
    let endpoints = state.subscriptions.endpoints();
    let mut ours = state.store.subscriptions().await?;
    ours.retain(|ours| ours.status != "deleted" && endpoints.has(&ours.url));
    let text = if !missing(ours.iter().map(|ours| ours.event_name.as_str())).is_empty() {
        "Catena does not tell Onramp everything yet: some webhook subscriptions are missing."
    } else if ours.iter().any(|ours| ours.status == "stale") {
        "Catena has switched a webhook subscription off after too many failures: some of what fleets do is not told."
    } else {
        return Ok(None);
    };
    Ok(Some(text.to_owned()))
}

/// A member of staff visits. Whoever is not signed in is sent to sign in, and back afterwards.
pub(crate) struct Viewer {
    /// Who.
    pub staff: Arc<StaffRow>,
    /// What pages need to know of the visit.
    pub visit: Visit,
    /// For the page's scripts.
    pub nonce: CspNonce,
}

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, state).await.map_err(PageError::into_response)?;
        match visitor.staff {
            Some(staff) => Ok(Self { staff, visit: visitor.visit, nonce: visitor.nonce }),
            // A form's content would be lost on the way, so only pages are come back to.
            None if parts.method == Method::GET => {
                let here = parts.uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
                let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
                Err(Redirect::to(&format!("/login?next={next}")).into_response())
            }
            None => Err(Redirect::to("/login").into_response()),
        }
    }
}

impl Viewer {
    /// Fails for a role that may not invite fleets.
    pub(crate) fn may_invite(&self) -> Result<(), PageError> {
        if self.staff.role.may_invite() { Ok(()) } else { Err(PageError::Forbidden) }
    }

    /// Fails for a role that may not work on what is stuck.
    pub(crate) fn may_operate(&self) -> Result<(), PageError> {
        if self.staff.role.may_operate() { Ok(()) } else { Err(PageError::Forbidden) }
    }

    /// Fails for a role that may not change settings.
    pub(crate) fn may_administer(&self) -> Result<(), PageError> {
        if self.staff.role.may_administer() { Ok(()) } else { Err(PageError::Forbidden) }
    }
}
