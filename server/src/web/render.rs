//! Renders a view into a response.

use app::html::{CspNonce, to_html};
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;

/// A page with this status. Pages may contain secrets, so no cache may store them.
pub fn page<V: IntoView + 'static>(status: StatusCode, nonce: &CspNonce, view: impl FnOnce() -> V) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Html(to_html(Some(nonce), view))).into_response()
}
