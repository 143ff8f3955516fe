//! Errors: those of the API, in all formats of CONTRACT.md 3, and the reasons why a sandbox doesn't open.

use std::path::PathBuf;

use axum::{
    Json,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

/// Why a sandbox doesn't open.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The file can't be opened.
    #[error("can't use the sandbox's file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The file isn't a sandbox's. The error doesn't quote its content, which can hold secrets.
    #[error("the sandbox's file {path} is damaged ({what}); move it away to start with an empty sandbox")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The HTTP client that sends webhooks can't be built.
    #[error("the sandbox can't send webhooks: {0}")]
    Http(#[from] reqwest::Error),
}

/// One entry in the `detail` of a 422.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// Where: `body.expires_in_hours`, `query.size`, `path.invitation_id`.
    pub(crate) path: String,
    /// What was sent.
    pub(crate) input: String,
    /// What is wrong with it.
    pub(crate) message: String,
    /// A code for programs: `missing`, `less_than_equal`, …
    pub(crate) error_type: &'static str,
}

/// An error of the `/v2` API.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 400
    BadRequest(&'static str),
    /// 401
    Unauthorized(&'static str),
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 409
    Conflict(&'static str),
    /// 422
    Invalid(Vec<Problem>),
    /// 429. Without a wait in seconds, `detail` is null.
    TooManyRequests(Option<u32>),
    /// 500, without `code` and `detail`.
    Internal,
    /// 502 from a gateway in front of the API, as HTML.
    BadGateway,
    /// 504
    GatewayTimeout,
}

impl ApiError {
    /// A 422 with one problem.
    pub(crate) fn invalid(path: &str, input: &str, message: &str, error_type: &'static str) -> Self {
        Self::Invalid(vec![Problem { path: path.into(), input: input.into(), message: message.into(), error_type }])
    }

    fn parts(self) -> (StatusCode, &'static str, Value) {
        match self {
            Self::BadRequest(detail) => (StatusCode::BAD_REQUEST, "Bad Request", json!(detail)),
            Self::Unauthorized(detail) => (StatusCode::UNAUTHORIZED, "Unauthorized", json!(detail)),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Forbidden", Value::Null),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found", Value::Null),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed", Value::Null),
            Self::Conflict(detail) => (StatusCode::CONFLICT, "Conflict", json!(detail)),
            Self::Invalid(problems) => (StatusCode::UNPROCESSABLE_ENTITY, "Invalid Request Body", json!(problems)),
            Self::TooManyRequests(wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too Many Requests",
                wait.map(|seconds| json!({ "retry_after_seconds": seconds, "message": "Rate limit exceeded" })).into(),
            ),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", Value::Null),
            Self::BadGateway => (StatusCode::BAD_GATEWAY, "Bad Gateway", Value::Null),
            Self::GatewayTimeout => (StatusCode::GATEWAY_TIMEOUT, "Gateway Timeout", Value::Null),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, message, detail) = self.parts();
        match status {
            StatusCode::INTERNAL_SERVER_ERROR => (status, Json(json!({ "message": message }))).into_response(),
            StatusCode::BAD_GATEWAY => {
                (status, Html("<html><body><h1>502 Bad Gateway</h1></body></html>")).into_response()
            }
            _ => {
                (status, Json(json!({ "code": status.as_u16(), "message": message, "detail": detail }))).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body(error: ApiError) -> Value {
        let bytes = axum::body::to_bytes(error.into_response().into_body(), 10_000).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn detail_is_a_string_an_array_an_object_or_null_and_a_500_has_none() {
        assert_eq!(
            body(ApiError::Conflict("Invitation already accepted")).await,
            json!({"code": 409, "message": "Conflict", "detail": "Invitation already accepted"})
        );
        assert_eq!(body(ApiError::Forbidden).await, json!({"code": 403, "message": "Forbidden", "detail": null}));
        assert_eq!(
            body(ApiError::invalid("body.expires_in_hours", "673", "too much", "less_than_equal")).await,
            json!({"code": 422, "message": "Invalid Request Body", "detail": [
                {"path": "body.expires_in_hours", "input": "673", "message": "too much", "error_type": "less_than_equal"}
            ]})
        );
        assert_eq!(
            body(ApiError::TooManyRequests(Some(5))).await,
            json!({"code": 429, "message": "Too Many Requests",
                "detail": {"retry_after_seconds": 5, "message": "Rate limit exceeded"}})
        );
        assert_eq!(body(ApiError::TooManyRequests(None)).await["detail"], Value::Null);
        assert_eq!(body(ApiError::Internal).await, json!({"message": "Internal Server Error"}));
    }
}
