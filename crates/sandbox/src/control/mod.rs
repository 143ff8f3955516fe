//! Control of the sandbox, for tests and demos: the clock, faults, stories, and counts. As JSON for programs and as a page
//! for people. It isn't part of Catena's contract. There is no sign-in, but web pages of other origins can't change anything.

mod actions;
mod api_faults;
mod clock;
mod forms;
mod page;
mod stories;
mod webhook_faults;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use domain::timestamp;
use serde_json::{Value, json};

use crate::{
    sandbox::Sandbox,
    state::{
        error::ApiError,
        records::{InvitationStatus, SubscriptionStatus},
    },
};

/// The page is at the root of the sandbox's own path, or at `/sandbox` if the sandbox has the server to itself.
pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    let has_own_server = sandbox.settings().base_path().is_empty();
    let router = if has_own_server {
        let page = sandbox.settings().control_page();
        Router::new().route(page, get(page::show)).route("/", get(async || Redirect::to("/sandbox")))
    } else {
        Router::new().route("/", get(page::show))
    };
    router
        .route("/control/state", get(state))
        .route("/control/clock", post(clock::advance))
        .route("/control/disorders", get(webhook_faults::get).put(webhook_faults::put))
        .route("/control/faults", post(api_faults::set).delete(api_faults::clear))
        .route("/control/stories", get(stories::list).post(stories::play))
        .route("/control/demo", post(stories::demo))
        .route("/control/reset", post(reset))
        .route("/control/connections/{connection_id}/stale", post(actions::stale))
        .route("/control/connections/{connection_id}/repair", post(actions::repair))
        .route("/control/schedules/{connection_id}/fail", post(actions::fail))
        .route("/control/schedules/{connection_id}/deactivate", post(actions::deactivate))
        .route("/control/agreements/{share_agreement_id}/delete", post(actions::delete_agreement))
        .merge(forms::routes())
        .layer(from_fn_with_state(sandbox.clone(), same_origin))
}

/// Whether a web page of another origin sent the request. Browsers send these headers, programs don't.
fn is_cross_origin(headers: &HeaderMap, own_origin: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
        || text(header::ORIGIN).is_some_and(|origin| origin != own_origin)
}

/// Refuses changes by web pages of other origins.
async fn same_origin(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let own = sandbox.settings().base_url.origin().ascii_serialization();
    // Other sites may link to the page: reading changes nothing.
    let is_read_only = request.method().is_safe();
    if !is_read_only && is_cross_origin(request.headers(), &own) {
        ApiError::Forbidden.into_response()
    } else {
        next.run(request).await
    }
}

/// `GET /control/state`: counts.
async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|state, now| {
        let invitations = state.invitations.values().filter(|one| one.status != InvitationStatus::Deleted);
        let subscriptions = state.subscriptions.values().filter(|one| one.status != SubscriptionStatus::Deleted);
        json!({
            "now": timestamp::rfc3339(now),
            "invitations": invitations.count(),
            "fleets": state.fleets.len(),
            "agreements": state.agreements.len(),
            "connections": state.connections.len(),
            "integration_requests": state.integration_requests.len(),
            "subscriptions": subscriptions.count(),
            "steps_to_come": state.planned_steps.len(),
            "deliveries": {
                "pending": state.deliveries.pending.len(),
                "delivered": state.deliveries.delivered,
                "dead": state.deliveries.dead.len(),
            },
        })
    }))
}

/// `POST /control/reset`: deletes everything but the partner and the access tokens, subscriptions included.
async fn reset(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}

impl Sandbox {
    /// Deletes everything but the partner's id, the access tokens, and the number of runs. Business time returns to the
    /// machine's clock.
    fn reset(&self) {
        self.change(|change| {
            let state = std::mem::take(change.state);
            change.state.runs = state.runs;
            change.state.partner_id = state.partner_id;
            change.state.tokens = state.tokens;
            change.state.prepare(change.now);
        });
    }
}
