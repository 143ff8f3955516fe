//! The variable parts of a path. As axum's own extractor, but what can't be read is answered in the API's words.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use crate::state::error::ApiError;

/// The variable parts of a path, in their order, percent-decoded.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let refuse = |_| ApiError::invalid("path", parts.uri.path(), "Input should be valid UTF-8", "string_unicode");
        read.map(|axum::extract::Path(values)| Self(values)).map_err(refuse)
    }
}
