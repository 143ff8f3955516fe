//! The variable parts of a path. Like axum's own extractor, but errors come in the API's format.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::state::error::ApiError;

/// The variable parts of a path, in order, percent-decoded.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let refuse = |_| ApiError::invalid("path", parts.uri.path(), "Input should be valid UTF-8", "string_unicode");
        read.map(|axum::extract::Path(values)| Self(values)).map_err(refuse)
    }
}

/// Parses a UUID. Anything else is a 422 that names `path`, for example `path.invitation_id`.
pub(crate) fn uuid(path: &str, text: &str) -> Result<Uuid, ApiError> {
    let refuse = |_| ApiError::invalid(path, text, "Input should be a valid UUID", "uuid_parsing");
    text.parse().map_err(refuse)
}
