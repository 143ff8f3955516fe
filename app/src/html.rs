//! Renders views to HTML. Synchronous, so a handler knows the response’s status before it sends the first byte.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;

/// The nonce of one response; the security middleware puts it into `Content-Security-Policy`.
#[derive(Debug, Clone)]
pub struct CspNonce(pub Arc<str>);

/// Renders `view` to HTML, including what its islands need to hydrate in the browser.
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
