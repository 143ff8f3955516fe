//! Every URL of the sandbox, in one router.

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{delete, get, post},
};

use crate::{
    Sandbox,
    api::{
        agreements, auth, connections, executions, external_tsps, fault_injection, fleets, integrations, invitations,
        partners, schedules, subscription_metrics, subscriptions, tsps,
    },
    connect, control,
    state::error::ApiError,
    webhooks::schemas,
};

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .nest("/realms/catena", auth())
        // For a tool that knows one address for the auth server and the API: a choice.
        .merge(auth())
        .merge(api().layer(from_fn_with_state(sandbox.clone(), fault_injection::strike)))
        .merge(connect::routes())
        .merge(control::routes(&sandbox))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .fallback(async || ApiError::NotFound)
        .with_state(sandbox)
}

fn auth() -> Router<Sandbox> {
    Router::new()
        .route("/protocol/openid-connect/token", post(auth::token))
        .route("/protocol/openid-connect/revoke", post(auth::revoke))
}

fn api() -> Router<Sandbox> {
    Router::new().nest("/v2/orgs", organizations()).nest("/v2/integrations", integrations()).nest(
        "/v2/notifications",
        Router::new()
            .nest("/webhooks", webhooks())
            .route("/schemas/{event_name}", get(schemas::latest))
            .route("/schemas/{event_name}/versions/{version}", get(schemas::version)),
    )
}

fn organizations() -> Router<Sandbox> {
    Router::new()
        .route("/invitations", get(invitations::list).post(invitations::create))
        .route("/invitations/{invitation_id}", get(invitations::get).delete(invitations::delete))
        .route("/invitations/{invitation_id}/accept", post(invitations::accept))
        .route("/invitations/{invitation_id}/decline", post(invitations::decline))
        .nest("/share-agreements", share_agreements())
        .nest("/share_agreements", share_agreements())
        .route("/fleets", get(fleets::list))
        .route("/fleets/{fleet_id}", get(fleets::get).patch(fleets::update).delete(fleets::delete))
        .route("/fleets/{fleet_id}/properties", get(fleets::properties).post(fleets::add_properties))
        .route("/fleets/{fleet_id}/properties/{property_id}", delete(fleets::delete_property))
        .route("/partners", get(partners::list).post(partners::create))
        .route("/partners/{partner_id}", get(partners::get).patch(partners::update).delete(partners::delete))
        .route("/partners/{partner_id}/properties", get(partners::properties).post(partners::add_properties))
        .route("/partners/{partner_id}/properties/{property_id}", delete(partners::delete_property))
        .route("/tsps", get(tsps::list).post(tsps::create))
        .route("/tsps/{tsp_id}", get(tsps::get).patch(tsps::update).delete(tsps::delete))
        .route("/external-tsps", get(external_tsps::list))
        .route("/external-tsps/integration-requests", get(external_tsps::requests))
        .route("/external-tsps/{ext_tsp_id}/request-integration", post(external_tsps::ask))
}

/// Below the hyphen and the older underscore. `backfill` before the ids (CONTRACT.md 13, trap 1).
fn share_agreements() -> Router<Sandbox> {
    Router::new()
        .route("/", get(agreements::list))
        .route("/backfill", post(agreements::backfill))
        .route("/{share_agreement_id}", get(agreements::get).patch(agreements::update).delete(agreements::delete))
        .route("/{share_agreement_id}/pause", post(agreements::pause))
        .route("/{share_agreement_id}/activate", post(agreements::activate))
        .route("/{share_agreement_id}/cancel", post(agreements::cancel))
}

/// `data-freshness` before the ids.
fn integrations() -> Router<Sandbox> {
    Router::new()
        .route("/connections", get(connections::list))
        .route("/connections/data-freshness", get(connections::freshness))
        .route("/connections/{connection_id}", get(connections::get))
        .route("/connections/{connection_id}/schedules", get(schedules::list))
        .route("/connections/{connection_id}/schedules/{schedule_id}", get(schedules::get))
        .route("/connections/{connection_id}/schedules/{schedule_id}/executions", get(executions::list))
        .route("/tsps", get(integrations::list))
        .route("/tsps/{tsp_id}", get(integrations::get))
}

fn webhooks() -> Router<Sandbox> {
    Router::new()
        .route("/", get(subscriptions::list).post(subscriptions::create))
        .route("/{webhook_id}", get(subscriptions::get).patch(subscriptions::update).delete(subscriptions::delete))
        .route("/{webhook_id}/activate", post(subscriptions::activate))
        .route("/{webhook_id}/pause", post(subscriptions::pause))
        .route("/{webhook_id}/replay", post(subscriptions::replay))
        .route("/{webhook_id}/metrics", get(subscription_metrics::metrics))
        .route("/{webhook_id}/logs", get(subscription_metrics::logs))
}

/// A record as JSON. The records of this module always can be written as JSON.
pub(crate) fn json<T: serde::Serialize>(record: &T) -> serde_json::Value {
    serde_json::to_value(record).unwrap_or_default()
}
