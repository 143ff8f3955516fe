//! Renders error pages: those of our handlers, and the empty or plain-text errors of the layers below.

use app::{
    html::CspNonce,
    pages::{ErrorPage, ErrorView},
};
use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};
use leptos::view;

use crate::{
    state::AppState,
    telemetry::requests::RequestId,
    web::{
        errors::{PageError, UnrenderedError, status_view},
        extract::session::{Visitor, visit},
        render::page,
    },
};

pub(crate) async fn render_errors(
    State(state): State<AppState>,
    visitor: Result<Visitor, PageError>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let nonce = request.extensions().get::<CspNonce>().cloned();
    let reference = request.extensions().get::<RequestId>().map(RequestId::to_string);
    let response = next.run(request).await;
    let Some(view) = error_of(&response) else { return response };
    let is_signed_in = visitor.as_ref().is_ok_and(|visitor| visitor.staff.is_some());
    let visit = match visitor {
        Ok(visitor) => visitor.visit,
        // The database has failed, so the page is rendered without it.
        Err(_) => visit(&state, None, &path).await.unwrap_or_default(),
    };
    let view = ErrorView { reference, ..view };
    let view =
        if is_signed_in { view } else { ErrorView { action: Some(("/login".into(), "Sign in".into())), ..view } };
    let nonce = nonce.unwrap_or(CspNonce("".into()));
    let mut page = page(response.status(), &nonce, || view! { <ErrorPage visit=visit error=view/> });
    if let Some(allow) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    page
}

/// What to render instead of the response; `None` if it is no error or has a page already.
fn error_of(response: &Response) -> Option<ErrorView> {
    if let Some(UnrenderedError(view)) = response.extensions().get() {
        return Some(view.clone());
    }
    let status = response.status();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_page = content_type.is_some_and(|content_type| content_type.as_bytes().starts_with(b"text/html"));
    let is_error = status.is_client_error() || status.is_server_error();
    (is_error && !is_page).then(|| status_view(status))
}
