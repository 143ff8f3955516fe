//! Every URL of the sandbox, in one router.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{
    Sandbox, agreements, auth, connect, connections, control, errors::ApiError, fleets, invitations, metrics, partners,
    subscriptions, tsps,
};

pub(super) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/realms/catena/protocol/openid-connect/token", post(auth::token))
        .route("/realms/catena/protocol/openid-connect/revoke", post(auth::revoke))
        .merge(api(&sandbox))
        .merge(connect::routes())
        .merge(control::routes(&sandbox))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .fallback(async || ApiError::NotFound)
        .with_state(sandbox)
}

fn api(sandbox: &Sandbox) -> Router<Sandbox> {
    let agreements =
        Router::new().route("/", get(agreements::list)).route("/{share_agreement_id}", get(agreements::get));
    Router::new()
        .route("/v2/orgs/invitations", get(invitations::list).post(invitations::create))
        .route("/v2/orgs/invitations/{invitation_id}", get(invitations::get).delete(invitations::delete))
        .route("/v2/orgs/invitations/{invitation_id}/accept", post(invitations::accept))
        .route("/v2/orgs/invitations/{invitation_id}/decline", post(invitations::decline))
        .nest("/v2/orgs/share-agreements", agreements.clone())
        .nest("/v2/orgs/share_agreements", agreements)
        .route("/v2/orgs/fleets", get(fleets::list))
        .route("/v2/orgs/fleets/{fleet_id}", get(fleets::get))
        .route("/v2/orgs/tsps", get(tsps::list))
        .route("/v2/orgs/tsps/{tsp_id}", get(tsps::get))
        .route("/v2/orgs/partners", get(partners::list))
        .route("/v2/orgs/partners/{partner_id}", get(partners::get))
        .route("/v2/orgs/partners/{partner_id}/properties", get(partners::properties))
        .route("/v2/integrations/connections", get(connections::list))
        .route("/v2/integrations/connections/data-freshness", get(connections::freshness))
        .route("/v2/integrations/connections/{connection_id}", get(connections::get))
        .route("/v2/notifications/webhooks", get(subscriptions::list).post(subscriptions::create))
        .route(
            "/v2/notifications/webhooks/{webhook_id}",
            get(subscriptions::get).patch(subscriptions::update).delete(subscriptions::delete),
        )
        .route("/v2/notifications/webhooks/{webhook_id}/activate", post(subscriptions::activate))
        .route("/v2/notifications/webhooks/{webhook_id}/pause", post(subscriptions::pause))
        .route("/v2/notifications/webhooks/{webhook_id}/replay", post(subscriptions::replay))
        .route("/v2/notifications/webhooks/{webhook_id}/metrics", get(metrics::metrics))
        .route("/v2/notifications/webhooks/{webhook_id}/logs", get(metrics::logs))
        .layer(from_fn_with_state(sandbox.clone(), faults))
}

/// Gives a call the answer that `/control/faults` ordered for it.
async fn faults(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    match sandbox.with(|change| change.state.faults.pop_front()) {
        Some(fault) => fault.into_response(),
        None => next.run(request).await,
    }
}

/// A record as JSON. The records of this module always can be written as JSON.
pub(super) fn json<T: serde::Serialize>(record: &T) -> serde_json::Value {
    serde_json::to_value(record).unwrap_or_default()
}
