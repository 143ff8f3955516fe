//! The clock: business time only goes forward.

use axum::{Json, body::Bytes, extract::State};
use domain::timestamp;
use serde_json::{Value, json};

use crate::{
    Sandbox,
    state::{body::Fields, error::ApiError},
};

/// The furthest the clock moves in one call: ten years.
pub(crate) const FURTHEST: i64 = 10 * 365 * 24 * 3_600;

/// `POST /control/clock {"advance_seconds": n}`: moves business time forward and evaluates expiry at once. Signatures and
/// timeouts keep to the real clock.
pub(crate) async fn advance(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let seconds = body.integer("advance_seconds", 0..=FURTHEST);
    if seconds.is_none() && body.value("advance_seconds").is_none() {
        body.refuse("advance_seconds", ("Field required", "missing"));
    }
    let seconds = body.finish(seconds)?.unwrap_or_default();
    sandbox.advance(seconds);
    Ok(Json(json!({ "now": sandbox.read(|_, now| timestamp::rfc3339(now)) })))
}
