//! The clock. Business time only moves forward, up to its end.

use axum::{Json, body::Bytes, extract::State};
use domain::timestamp;
use serde_json::{Value, json};

use crate::{
    request::body::Fields,
    sandbox::{END_OF_TIME, Sandbox},
    state::error::ApiError,
};

/// The most that one call can move the clock: ten years.
const MAX_ADVANCE_SECONDS: i64 = 10 * 365 * 24 * 3_600;

/// `POST /control/clock {"advance_seconds": n}`: moves business time forward, at most to its end in the year 2200. What falls due on
/// the way happens at once.
pub(crate) async fn advance(State(sandbox): State<Sandbox>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let mut body = Fields::parse(&body)?;
    let seconds = body.integer("advance_seconds", 0..=sandbox.max_advance_seconds());
    if seconds.is_none() && body.value("advance_seconds").is_none() {
        body.refuse("advance_seconds", ("Field required", "missing"));
    }
    let seconds = body.finish(seconds)?.unwrap_or_default();
    sandbox.advance(seconds);
    Ok(Json(json!({ "now": sandbox.read(|_, now| timestamp::rfc3339(now)) })))
}

impl Sandbox {
    /// The most that the clock can be moved now.
    pub(crate) fn max_advance_seconds(&self) -> i64 {
        self.read(|_, now| (END_OF_TIME - now).whole_seconds().clamp(0, MAX_ADVANCE_SECONDS))
    }

    /// Moves business time forward, at most to its end. Signatures and timeouts still use the real clock.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone has the wrong lifetime")]
    pub(crate) fn advance(&self, seconds: i64) {
        self.with(|change| {
            change.state.clock_offset_seconds = change.state.clock_offset_seconds.saturating_add(seconds);
        });
        self.change(|change| change.check_breakers());
    }
}
