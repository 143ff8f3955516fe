//! The clock: business time only goes forward.

use app::domain::moment;
use axum::{Json, body::Bytes, extract::State};
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, errors::ApiError, fields::Fields};

/// The furthest the clock moves in one call: ten years.
pub(super) const FURTHEST: i64 = 10 * 365 * 24 * 3_600;

/// `POST /control/clock {"advance_seconds": n}`: moves business time forward and evaluates expiry at once. Signatures and
/// timeouts keep to the real clock.
pub(super) async fn advance(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let seconds = body.integer("advance_seconds", 0..=FURTHEST);
    if seconds.is_none() && body.value("advance_seconds").is_none() {
        body.refuse("advance_seconds", ("Field required", "missing"));
    }
    let seconds = body.finish(seconds)?.unwrap_or_default();
    sandbox.advance(seconds);
    Ok(Json(json!({ "now": sandbox.read(|_, now| moment::rfc3339(now)) })))
}
