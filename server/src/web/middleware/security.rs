//! Security headers, limits, and the same-origin check.

use axum::{
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tower_http::{
    compression::{
        CompressionLayer, Predicate as _,
        predicate::{DefaultPredicate, NotForContentType},
    },
    csrf::CsrfLayer,
};

use app::html::CspNonce;
use platform::random::{Random as _, SystemRandom};

/// The largest form, in bytes: what staff type is small. Uploads of imports have a limit of their own.
const FORM_MAX: usize = 256 * 1024;

/// Gives each request a nonce and each response its security headers. Headers set by a handler stay.
pub(crate) async fn headers(mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    let nonce = URL_SAFE_NO_PAD.encode(bytes);
    request.extensions_mut().insert(CspNonce(nonce.as_str().into()));
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        set(header::CONTENT_SECURITY_POLICY, policy);
    }
    set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    set(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    set(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    set(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    response
}

/// Additional headers for landing pages: the address that a fleet returns to contains a password (CONTRACT.md 13.2).
pub(crate) async fn public_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    response
}

/// Rejects requests that change something and come from another origin, by `Sec-Fetch-Site` and `Origin`.
pub(crate) fn same_origin() -> CsrfLayer {
    CsrfLayer::new()
}

/// Rejects large forms.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(FORM_MAX)
}

/// Compresses pages, but not event streams: their events must not wait in a buffer.
pub(crate) fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::new("text/event-stream")))
}
