//! From a view to a response: renders synchronously, so the status is known before the first byte leaves.

use std::sync::Arc;

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;

/// The nonce of one response, put into its `Content-Security-Policy` by the security middleware.
#[derive(Debug, Clone)]
pub struct CspNonce(pub Arc<str>);

/// Renders `view` to HTML. Islands in it carry what they need to wake up in the browser.
pub fn to_html<V: IntoView + 'static>(nonce: Option<&CspNonce>, view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        if let Some(nonce) = nonce {
            provide_context(leptos::nonce::Nonce::from_value(nonce.0.clone()));
        }
        view().into_view().to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}

/// A page with `status`. Pages of the console may hold secrets, so no cache keeps them.
pub fn page<V: IntoView + 'static>(status: StatusCode, nonce: &CspNonce, view: impl FnOnce() -> V) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Html(to_html(Some(nonce), view))).into_response()
}
