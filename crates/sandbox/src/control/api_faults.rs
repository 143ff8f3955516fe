//! Wrong answers of the API, ordered as JSON.

use axum::{body::Bytes, extract::State, http::StatusCode};
use serde_json::Value;

use crate::{
    Sandbox,
    api::fault_injection::{Fault, Faults},
    state::{body::Fields, error::ApiError},
};

/// `POST /control/faults {"status": 401 | 409 | 429 | 500 | 502 | 504 | "html", "count": n, "percent": p,
/// "retry_after_seconds": n}`: the next `count` calls (1 unless told) of the API get that answer, or with `percent` so
/// many of a hundred calls from now on. In the shape of CONTRACT.md 3; 502 is HTML, as from a gateway.
pub(crate) async fn order(State(sandbox): State<Sandbox>, body: Bytes) -> Result<StatusCode, ApiError> {
    let mut body = Fields::parse(&body)?;
    let count = body.integer("count", 1..=1_000).unwrap_or(1);
    let percent = body.integer("percent", 0..=100).and_then(|percent| u8::try_from(percent).ok());
    let wait = body.integer("retry_after_seconds", 0..=3_600).and_then(|wait| u32::try_from(wait).ok());
    let name = match body.value("status") {
        Some(Value::Number(status)) => status.to_string(),
        Some(Value::String(name)) => name,
        _ => String::new(),
    };
    let fault = Fault::from_name(&name, wait);
    if fault.is_none() {
        body.refuse("status", ("Input should be 401, 409, 429, 500, 502, 504 or 'html'", "enum"));
    }
    if let Some(fault) = body.finish(fault)? {
        sandbox.order_fault(fault, percent, count);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /control/faults`: the API answers rightly again.
pub(crate) async fn end(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.with(|change| change.state.faults = Faults::default());
    StatusCode::NO_CONTENT
}

impl Sandbox {
    /// Orders a fault for a share of calls, or else for the next ones.
    pub(crate) fn order_fault(&self, fault: Fault, percent: Option<u8>, count: i64) {
        self.with(|change| match percent {
            Some(0) => change.state.faults.share = None,
            Some(percent) => change.state.faults.share = Some((fault, percent)),
            None => change.state.faults.next.extend((0..count).map(|_| fault)),
        });
    }
}
