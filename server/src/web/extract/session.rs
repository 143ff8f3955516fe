//! Who visits: read from the session once per request, and available to handlers as an extractor.

use std::sync::Arc;

use app::{components::Visit, html::CspNonce};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use domain::{
    staff::Role,
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

/// Who is signed in, if anyone.
#[derive(Debug, Clone)]
struct SignedIn(Result<Option<Arc<StaffRow>>, Unknown>);

/// The database didn't say who is signed in. The log has the cause.
#[derive(Debug, Clone, Copy)]
struct Unknown;

/// The session key with the time at which its owner was last seen, in microseconds.
const SEEN: &str = "seen";
/// How often that time is updated. It moves the end of the session.
const UPDATE_SEEN_EVERY: Duration = Duration::HOUR;

/// Reads from the session who is signed in.
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

async fn find(state: &AppState, session: &Session) -> Result<Option<StaffRow>, Unknown> {
    let id = match session.get::<Uuid>(STAFF_ID).await {
        Ok(Some(id)) => id,
        // An outage must not look like being signed out.
        Err(session::Error::Store(session_store::Error::Backend(_))) => return Err(Unknown),
        // A broken session is no session.
        Ok(None) | Err(_) => return Ok(None),
    };
    let staff = state.store.staff_by_id(id).await.map_err(|error| {
        tracing::error!(%error, "can't tell who is signed in");
        Unknown
    })?;
    // The sandbox's demo account must not open a console that talks to the real Catena.
    let staff = staff.filter(|staff| state.settings.sandbox || !staff.demo);
    if staff.is_some() {
        update_seen(session, state.clock.now()).await.map_err(|_| Unknown)?;
    }
    Ok(staff)
}

/// A session is only stored, and its end only moved, if something in it changes.
async fn update_seen(session: &Session, now: OffsetDateTime) -> Result<(), session::Error> {
    let seen: Option<i64> = session.get(SEEN).await?;
    if seen.is_none_or(|seen| now - from_micros(seen) >= UPDATE_SEEN_EVERY) {
        session.insert(SEEN, micros(now)).await?;
    }
    Ok(())
}

/// A visitor, signed in or not.
pub(crate) struct Visitor {
    /// The member of staff, if signed in.
    pub staff: Option<Arc<StaffRow>>,
    pub visit: Visit,
    /// For the page's scripts.
    pub nonce: CspNonce,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let signed_in = parts.extensions.get::<SignedIn>().map_or(Ok(None), |signed_in| signed_in.0.clone());
        let staff = signed_in.map_err(|Unknown| PageError::Visitor)?;
        let nonce = parts.extensions.get::<CspNonce>().cloned().unwrap_or(CspNonce("".into()));
        let visit = visit(state, staff.as_deref(), parts.uri.path()).await?;
        Ok(Self { staff, visit, nonce })
    }
}

/// What every page needs to know about the visit.
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
        "Onramp doesn’t hear everything from Catena yet: some webhook subscriptions are missing."
    } else if ours.iter().any(|ours| ours.status == "stale") {
        "Catena has turned off a webhook subscription after too many failures: Onramp doesn’t hear some of what fleets do."
    } else {
        return Ok(None);
    };
    Ok(Some(text.to_owned()))
}

/// A member of staff. Visitors who aren't signed in are redirected to sign in, and back afterwards.
pub(crate) struct Viewer {
    pub staff: Arc<StaffRow>,
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
            // A form's contents would be lost on the way, so only pages are returned to.
            None if parts.method == Method::GET => {
                let here = parts.uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
                let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
                Err(Redirect::to(&format!("/login?next={next}")).into_response())
            }
            None => Err(Redirect::to("/login").into_response()),
        }
    }
}

/// A member of staff whose role may invite fleets; others get the page for 403.
pub(crate) struct Inviter(pub Viewer);

/// A member of staff whose role may handle deliveries and checks; others get the page for 403.
pub(crate) struct Operator(pub Viewer);

/// A member of staff whose role may change settings; others get the page for 403.
pub(crate) struct Administrator(pub Viewer);

async fn viewer_with(parts: &mut Parts, state: &AppState, may: fn(Role) -> bool) -> Result<Viewer, Response> {
    let viewer = Viewer::from_request_parts(parts, state).await?;
    if may(viewer.staff.role) { Ok(viewer) } else { Err(PageError::Forbidden.into_response()) }
}

impl FromRequestParts<AppState> for Inviter {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        viewer_with(parts, state, Role::may_invite).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        viewer_with(parts, state, Role::may_operate).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        viewer_with(parts, state, Role::may_administer).await.map(Self)
    }
}
