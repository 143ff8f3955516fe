//! `/healthz`: the process runs. `/readyz`: it can work. For load balancers and for `make` targets that wait. `/metrics`: how
//! it has worked, for Prometheus.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use time::Duration;

use crate::{state::AppState, store::StoreError};

/// No count on a scrape goes past this: a scrape must stay cheap whatever piles up.
const COUNT_MAX: u32 = 100_000;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    match state.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready: the database doesn't answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer\n")
        }
    }
}

pub(super) async fn metrics(State(state): State<AppState>) -> Response {
    match scrape(&state).await {
        Ok(text) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "metrics can't be told: the database doesn't answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn scrape(state: &AppState) -> Result<String, StoreError> {
    let inbox = state.store.inbox_state(COUNT_MAX).await?;
    let expired = state.store.expired().await?;
    let oldest = inbox.oldest.map_or(Duration::ZERO, |oldest| state.clock.now() - oldest);
    // Writing to a string doesn't fail.
    Ok(state.metrics.text(&inbox, oldest, &expired).unwrap_or_default())
}
