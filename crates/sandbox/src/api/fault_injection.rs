//! Gives calls the wrong answers that are set on the control page: for the next calls, or for a share of all.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

use crate::{
    sandbox::Sandbox,
    state::{error::ApiError, faults::ApiFault},
};

impl IntoResponse for ApiFault {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => ApiError::Unauthorized("Token expired").into_response(),
            Self::Conflict => ApiError::Conflict("Conflict").into_response(),
            Self::TooManyRequests(wait) => ApiError::TooManyRequests(wait).into_response(),
            Self::Internal => ApiError::Internal.into_response(),
            Self::BadGateway => ApiError::BadGateway.into_response(),
            Self::GatewayTimeout => ApiError::GatewayTimeout.into_response(),
            Self::Html => {
                (StatusCode::OK, Html("<html><body><h1>Sign in to the network</h1></body></html>")).into_response()
            }
        }
    }
}

/// Answers the call with a fault, if one applies to it.
pub(crate) async fn inject(State(sandbox): State<Sandbox>, request: Request, next: Next) -> Response {
    let fault = sandbox.with(|change| {
        if let Some(fault) = change.state.api_faults.next.pop_front() {
            return Some(fault);
        }
        let (fault, percent) = change.state.api_faults.share?;
        let chance = u16::from_be_bytes(change.random.bytes()) % 100;
        (chance < u16::from(percent)).then_some(fault)
    });
    match fault {
        Some(fault) => fault.into_response(),
        None => next.run(request).await,
    }
}
