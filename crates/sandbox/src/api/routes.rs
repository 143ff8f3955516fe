//! Every URL of the API, in one router.

use axum::{
    Router,
    body::Bytes,
    middleware::from_fn_with_state,
    routing::{delete, get, post},
};

use crate::{
    api::{
        agreements, auth, call::Call, connections, event_schemas, executions, external_tsps, fault_injection, fleets,
        integrations, invitations, partners, properties, schedules, subscription_metrics, subscriptions, tsps,
    },
    engine::agreement::AgreementAction,
    sandbox::Sandbox,
    state::records::SubscriptionStatus,
};

pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .nest("/realms/catena", auth())
        // A choice, for tools that use one address for the token endpoint and the API.
        .merge(auth())
        .merge(api().layer(from_fn_with_state(sandbox.clone(), fault_injection::inject)))
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
            .route("/schemas/{event_name}", get(event_schemas::latest))
            .route("/schemas/{event_name}/versions/{version}", get(event_schemas::version)),
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
        .nest("/fleets/{fleet_id}/properties", properties(&properties::FLEET))
        .route("/partners", get(partners::list).post(partners::create))
        .route("/partners/{partner_id}", get(partners::get).patch(partners::update).delete(partners::delete))
        .nest("/partners/{partner_id}/properties", properties(&properties::PARTNER))
        .route("/tsps", get(tsps::list).post(tsps::create))
        .route("/tsps/{tsp_id}", get(tsps::get).patch(tsps::update).delete(tsps::delete))
        .route("/external-tsps", get(external_tsps::list))
        .route("/external-tsps/integration-requests", get(external_tsps::list_requests))
        .route("/external-tsps/{ext_tsp_id}/request-integration", post(external_tsps::request_integration))
}

/// The properties of fleets and partners.
fn properties(owner: &'static properties::Owner) -> Router<Sandbox> {
    let list = get(move |call: Call| properties::list(call, owner));
    Router::new()
        .route("/", list.post(move |call: Call, body: Bytes| properties::add(call, owner, body)))
        .route("/{property_id}", delete(move |call: Call| properties::delete(call, owner)))
}

/// Served with a hyphen and, as before, with an underscore. `backfill` isn't an id (CONTRACT.md 13, trap 1).
fn share_agreements() -> Router<Sandbox> {
    let action = |action| post(move |call: Call| agreements::change(call, action));
    Router::new()
        .route("/", get(agreements::list))
        .route("/backfill", post(agreements::backfill))
        .route("/{share_agreement_id}", get(agreements::get).patch(agreements::update).delete(agreements::delete))
        .route("/{share_agreement_id}/pause", action(AgreementAction::Pause))
        .route("/{share_agreement_id}/activate", action(AgreementAction::Activate))
        .route("/{share_agreement_id}/cancel", action(AgreementAction::Cancel))
}

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
    let set_status = |status| post(move |call: Call| subscriptions::set_status(call, status));
    Router::new()
        .route("/", get(subscriptions::list).post(subscriptions::create))
        .route("/{webhook_id}", get(subscriptions::get).patch(subscriptions::update).delete(subscriptions::delete))
        .route("/{webhook_id}/activate", set_status(SubscriptionStatus::Active))
        .route("/{webhook_id}/pause", set_status(SubscriptionStatus::Paused))
        .route("/{webhook_id}/replay", post(subscriptions::replay))
        .route("/{webhook_id}/metrics", get(subscription_metrics::metrics))
        .route("/{webhook_id}/logs", get(subscription_metrics::logs))
}
