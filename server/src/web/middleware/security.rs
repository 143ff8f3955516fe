//! Security headers, limits, and the same-origin check.

use axum::{
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tower_http::{
    compression::{
        CompressionLayer, Predicate as _,
        predicate::{DefaultPredicate, NotForContentType},
    },
    csrf::{CsrfLayer, ProtectionError},
};

use app::html::CspNonce;
use platform::random::{Random as _, SystemRandom};

use crate::{config::PublicUrl, web::errors::PageError};

/// The largest form, in bytes: what staff type is small. Uploads of imports have a limit of their own.
const FORM_MAX: usize = 256 * 1024;

/// For a year, browsers ask for our pages over HTTPS alone, whatever a link says. Not for hosts below ours: they aren't ours to
/// decide about.
const HTTPS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Gives each request a nonce and each response its security headers. Headers set by a handler stay.
pub(crate) async fn headers(State(public_url): State<PublicUrl>, mut request: Request, next: Next) -> Response {
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
    if public_url.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, HTTPS_ALONE);
    }
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

/// Rejects requests that change something and come from another origin, by `Sec-Fetch-Site` and `Origin`. The public address is
/// our origin, whatever a proxy makes of `Host`.
pub(crate) fn same_origin(public_url: &PublicUrl) -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone + 'static> {
    let origin = public_url.origin();
    // It can't fail: a public address is an origin. Without it, `Host` decides.
    let layer = CsrfLayer::new().add_trusted_origin(&origin).unwrap_or_default();
    layer.with_rejection_response(move |_| PageError::OtherOrigin(origin.clone()).into_response())
}

/// Rejects large forms.
pub(crate) fn body_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(FORM_MAX)
}

/// Compresses pages, but not event streams: their events must not wait in a buffer.
pub(crate) fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::new("text/event-stream")))
}
