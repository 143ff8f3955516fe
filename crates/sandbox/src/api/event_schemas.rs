//! The schemas of events (WEBHOOKS.md 5.9). Any token will do.

use axum::Json;
use serde_json::Value;

use crate::{
    api::call::Call,
    state::error::ApiError,
    webhooks::{events, schemas},
};

fn show(event_name: &str) -> Result<Json<Value>, ApiError> {
    schemas::schema(event_name).map(Json).ok_or(ApiError::NotFound)
}

/// `GET /v2/notifications/schemas/{event_name}`
pub(crate) async fn latest(call: Call) -> Result<Json<Value>, ApiError> {
    show(call.path("event_name"))
}

/// `GET /v2/notifications/schemas/{event_name}/versions/{version}`
pub(crate) async fn version(call: Call) -> Result<Json<Value>, ApiError> {
    let event_name = call.path("event_name");
    if call.path("version") == events::version(event_name) { show(event_name) } else { Err(ApiError::NotFound) }
}
