//! Every URL, in one router.

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};

use super::{
    checks, deliveries, device,
    errors::PageError,
    events,
    extract::session,
    fleets, health, imports,
    invitations::{self, delete, new, renew, send, share},
    landing, login,
    middleware::{
        host,
        render_errors::{catch_panics, catch_panics_with, render_errors, render_public_errors, render_session_errors},
        run_to_completion::run_to_completion,
        security,
    },
    reminders, sessions, setup,
    subscriptions::{self, detail},
    unassigned_facts,
};
use crate::{
    state::AppState,
    webhooks::receive::{Receiver, receive},
};

/// All routes of Onramp, without the sandbox's.
pub fn router(state: AppState, receiver: Arc<Receiver>) -> Router {
    let public_url = state.settings.public_url.clone();
    let all = host::for_us_alone(console(&state), &public_url, &state.site.stylesheet)
        .merge(public(&state))
        // No cookies, no sessions, only its own limits: nothing may come between Catena and the inbox.
        .merge(webhooks(receiver))
        .merge(state.site.router());
    host::naming_a_host(all).layer(from_fn_with_state(public_url, security::headers))
}

/// Where webhooks arrive: everything below `/webhooks`, also with a second slash before it. Onramp's own addresses are
/// spelled out so that spans name them.
fn webhooks(receiver: Arc<Receiver>) -> Router {
    let own = ["/webhooks/catena", "/webhooks/catena/watch"];
    let others = ["/webhooks", "/webhooks/", "/webhooks/{*path}", "//webhooks", "//webhooks/", "//webhooks/{*path}"];
    let router = own.iter().chain(&others).fold(Router::new(), |router, path| router.route(path, post(receive)));
    // A panic is answered so that Catena sends it again.
    router.layer(catch_panics_with(StatusCode::SERVICE_UNAVAILABLE)).with_state(receiver)
}

/// The console: what staff see.
fn console(state: &AppState) -> Router {
    Router::new()
        .route("/", get(invitations::home))
        .route("/login", get(login::get).post(login::post))
        .route("/logout", post(login::logout))
        .route("/setup", get(setup::get).post(setup::post))
        .route("/invitations", get(invitations::list))
        .route("/invitations/new", get(new::new).post(new::create))
        .route("/invitations/preview", get(new::preview))
        .merge(imports::routes())
        .route("/invitations/{id}", get(invitations::detail))
        .route("/invitations/{id}/check", post(invitations::check))
        .route("/invitations/{id}/again", get(renew::get).post(renew::post))
        .route("/invitations/{id}/link", post(share::show))
        .route("/invitations/{id}/share", get(share::get))
        .route("/invitations/{id}/send", post(send::post))
        .route("/invitations/{id}/qr", post(share::download_qr))
        .route("/invitations/{id}/delete", get(delete::get).post(delete::post))
        .route("/reminders", get(reminders::get))
        .route("/reminders/look", post(reminders::propose_due))
        .route("/reminders/decide", post(reminders::decide))
        .route("/fleets/{fleet_ref}", get(fleets::detail))
        .route("/deliveries", get(deliveries::list::list))
        .route("/deliveries/process-again", post(deliveries::list::process_all_again))
        .route("/deliveries/verify-again", post(deliveries::list::verify_all_again))
        .route("/deliveries/waiting", get(unassigned_facts::list))
        .route("/deliveries/waiting/{kind}/{name}", get(unassigned_facts::assign_form).post(unassigned_facts::assign))
        .route("/deliveries/{id}", get(deliveries::detail::detail))
        .route("/deliveries/{id}/process-again", post(deliveries::detail::process_again))
        .route("/deliveries/{id}/verify-again", post(deliveries::detail::verify_again))
        .route("/subscriptions", get(subscriptions::get))
        .route("/subscriptions/ensure", post(subscriptions::ensure))
        .route("/settings/checks", get(checks::get).post(checks::post))
        .route("/subscriptions/refresh", post(subscriptions::refresh))
        .route("/subscriptions/fetch-missed", post(subscriptions::fetch_missed))
        .route("/subscriptions/new", get(subscriptions::add::get).post(subscriptions::add::post))
        .route("/subscriptions/{id}", get(detail::get))
        .route("/subscriptions/{id}/logs", get(subscriptions::logs::get))
        .route("/subscriptions/{id}/delete", post(detail::delete))
        .route("/subscriptions/{id}/{move}", post(detail::act))
        .route("/live", get(events::live))
        .fallback(async || PageError::NotFound)
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(security::same_origin(&state.settings.public_url))
        // Layers run from the bottom up. Error pages, including those for the rejections above, need to know who visits, which
        // comes from the session.
        .layer(catch_panics())
        .layer(from_fn_with_state(state.clone(), render_errors))
        .layer(from_fn_with_state(state.clone(), session::identify))
        .layer(sessions::layer(state))
        .layer(from_fn(device::set_cookie))
        .layer(from_fn_with_state(state.clone(), run_to_completion))
        .layer(security::body_limit())
        .layer(catch_panics())
        .layer(from_fn_with_state(state.clone(), render_session_errors))
        .layer(security::compression())
        .with_state(state.clone())
}

/// What anyone may see.
fn public(state: &AppState) -> Router {
    Router::new()
        .route("/onboarding/success", get(landing::success))
        .route("/onboarding/failure", get(landing::failure))
        // With a slash too many, from a setting or a proxy.
        .route("/onboarding/success/", get(landing::success))
        .route("/onboarding/failure/", get(landing::failure))
        .route("//onboarding/success", get(landing::success))
        .route("//onboarding/failure", get(landing::failure))
        .layer(catch_panics())
        .layer(from_fn_with_state(state.clone(), render_public_errors))
        .layer(from_fn(security::public_headers))
        .layer(security::compression())
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(state.clone())
}
