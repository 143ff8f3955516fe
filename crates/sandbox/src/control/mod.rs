//! Levers for tests and demos: the clock, what goes wrong, stories, and a look at the counts; as JSON for programs, as a
//! page for people. Part of the sandbox, not of the contract, without sign-in; a web page of another origin can't pull them.

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
    Sandbox,
    api::subscriptions::SubscriptionStatus,
    state::{InvitationStatus, error::ApiError},
};

/// The page stands at the root of the sandbox's own path, or at `/sandbox` where the sandbox has the server to itself.
pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    let alone = sandbox.settings().base_path().is_empty();
    let router = if alone {
        let page = sandbox.settings().control_page();
        Router::new().route(page, get(crate::control::page::show)).route("/", get(async || Redirect::to("/sandbox")))
    } else {
        Router::new().route("/", get(crate::control::page::show))
    };
    router
        .route("/control/state", get(state))
        .route("/control/clock", post(crate::control::clock::advance))
        .route("/control/disorders", get(crate::control::webhook_faults::get).put(crate::control::webhook_faults::put))
        .route("/control/faults", post(crate::control::api_faults::order).delete(crate::control::api_faults::end))
        .route("/control/stories", get(crate::control::stories::list).post(crate::control::stories::play))
        .route("/control/demo", post(crate::control::stories::demo))
        .route("/control/reset", post(reset))
        .route("/control/connections/{connection_id}/stale", post(crate::control::actions::stale))
        .route("/control/connections/{connection_id}/repair", post(crate::control::actions::repair))
        .route("/control/schedules/{connection_id}/fail", post(crate::control::actions::fail))
        .route("/control/schedules/{connection_id}/deactivate", post(crate::control::actions::deactivate))
        .route("/control/agreements/{share_agreement_id}/delete", post(crate::control::actions::delete_agreement))
        .merge(crate::control::forms::routes())
        .layer(from_fn_with_state(sandbox.clone(), same_site))
}

/// A browser says where a request comes from; a program sends neither header.
fn cross_site(headers: &HeaderMap, own_origin: &str) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
        || text(header::ORIGIN).is_some_and(|origin| origin != own_origin)
}

async fn same_site(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let own = sandbox.settings().base_url.origin().ascii_serialization();
    // A link from elsewhere may lead to the page: looking changes nothing.
    let harmless = request.method().is_safe();
    if !harmless && cross_site(request.headers(), &own) {
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
            "steps_to_come": state.script.len(),
            "deliveries": {
                "pending": state.deliveries.pending.len(),
                "delivered": state.deliveries.delivered,
                "dead": state.deliveries.dead.len(),
            },
        })
    }))
}

/// `POST /control/reset`: forgets everything but the partner and the access tokens. The subscriptions are gone as well.
async fn reset(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}

impl Sandbox {
    /// Forgets everything but the partner, the access tokens and how often it was opened. The clock returns to the
    /// machine's.
    fn reset(&self) {
        self.change(|change| {
            let state = std::mem::take(change.state);
            change.state.runs = state.runs;
            change.state.partner_id = state.partner_id;
            change.state.tokens = state.tokens;
            change.state.furnish(change.now);
        });
    }
}
