//! `/healthz`: the process runs. `/readyz`: it can work. For load balancers and for `make` targets that wait.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::onramp::Onramp;

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(onramp): State<Arc<Onramp>>) -> (StatusCode, &'static str) {
    match onramp.store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready: the database doesn't answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer\n")
        }
    }
}
