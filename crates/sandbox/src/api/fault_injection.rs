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
    let (method, path) = (request.method().as_str(), request.uri().path());
    let fault = sandbox.with(|change| {
        let random = &mut change.random;
        change.state.api_faults.take(method, path, || u16::from_be_bytes(random.bytes()) % 100)
    });
    match fault {
        Some(fault) => fault.into_response(),
        None => next.run(request).await,
    }
}
