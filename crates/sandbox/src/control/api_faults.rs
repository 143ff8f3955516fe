//! API faults as JSON.

use axum::{body::Bytes, extract::State, http::StatusCode};
use serde_json::Value;

use crate::{
    request::body::Fields,
    sandbox::Sandbox,
    state::{
        checks::Refusal,
        error::ApiError,
        faults::{ApiFault, ApiFaults, CallPattern, FaultyCall},
    },
};

/// `POST /control/faults {"status": 401 | 409 | 429 | 500 | 502 | 504 | "html", "count": n, "percent": p,
/// "call": "POST /v2/orgs/invitations", "retry_after_seconds": n}`: the next `count` calls of the API (1 by default) get that
/// answer. With `percent`, that share of all calls does from now on. With `call`, only such calls count; without it, a call
/// that Onramp makes in the background may get the answer first. Answers have the formats of CONTRACT.md 3; 502 is HTML, as
/// from a gateway.
pub(crate) async fn set(State(sandbox): State<Sandbox>, body: Bytes) -> Result<StatusCode, ApiError> {
    let mut body = Fields::parse(&body)?;
    let count = body.integer("count", 1..=1_000).unwrap_or(1);
    let percent = body.integer("percent", 0..=100).and_then(|percent| u8::try_from(percent).ok());
    let wait = body.integer("retry_after_seconds", 0..=3_600).and_then(|wait| u32::try_from(wait).ok());
    let name = match body.value("status") {
        Some(Value::Number(status)) => status.to_string(),
        Some(Value::String(name)) => name,
        _ => String::new(),
    };
    let call = body.text("call", a_call);
    let fault = ApiFault::from_name(&name, wait);
    if fault.is_none() {
        body.refuse("status", ("Input should be 401, 409, 429, 500, 502, 504 or 'html'", "enum"));
    }
    if let Some(fault) = body.finish(fault)? {
        let call = call.and_then(|call| call.parse().ok());
        sandbox.set_api_fault(FaultyCall { fault, call }, percent, count);
    }
    Ok(StatusCode::NO_CONTENT)
}

fn a_call(text: &str) -> Result<String, Refusal> {
    let refusal = ("Input should be a method and a path, such as 'POST /v2/orgs/invitations'", "value_error");
    text.parse::<CallPattern>().map(|call| call.to_string()).map_err(|()| refusal)
}

/// `DELETE /control/faults`: the API answers correctly again.
pub(crate) async fn clear(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.with(|change| change.state.api_faults = ApiFaults::default());
    StatusCode::NO_CONTENT
}

impl Sandbox {
    /// Sets a fault for a percentage of calls. Without one, for the next `count` calls.
    pub(crate) fn set_api_fault(&self, faulty: FaultyCall, percent: Option<u8>, count: i64) {
        self.with(|change| match percent {
            Some(0) => change.state.api_faults.share = None,
            Some(percent) => change.state.api_faults.share = Some((faulty, percent)),
            None => change.state.api_faults.next.extend((0..count).map(|_| faulty.clone())),
        });
    }
}
