//! `/healthz`: the process runs. `/readyz`: it can serve requests. Both are for load balancers and `make` targets that wait.
//! `/metrics` is for Prometheus.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use time::Duration;

use platform::clock::SharedClock;

use crate::{
    services::readiness::Readiness,
    state::AppState,
    store::{SharedStore, StoreError},
    telemetry::metrics::Metrics,
};

/// Where counting stops: a scrape must stay cheap, however much is waiting.
const COUNT_MAX: u32 = 100_000;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(readiness): State<Arc<Readiness>>) -> (StatusCode, String) {
    match readiness.check().await {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(cause) => (StatusCode::SERVICE_UNAVAILABLE, format!("{cause}\n")),
    }
}

/// What a scrape needs.
#[derive(FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    metrics: Metrics,
}

pub(super) async fn metrics(parts: Parts) -> Response {
    match parts.scrape().await {
        Ok(text) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "can't read metrics from the database");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

impl Parts {
    async fn scrape(&self) -> Result<String, StoreError> {
        let inbox = self.store.inbox_state(COUNT_MAX).await?;
        let expired = self.store.expired().await?;
        let oldest = inbox.oldest.map_or(Duration::ZERO, |oldest| self.clock.now() - oldest);
        // Writing to a string doesn't fail.
        Ok(self.metrics.text(&inbox, oldest, &expired).unwrap_or_default())
    }
}
