//! Renders error pages: those of our handlers, the empty or plain-text errors of the layers below, and panics.

use std::any::Any;

use app::{
    html::CspNonce,
    pages::{ErrorPage, ErrorView, PublicErrorPage},
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use leptos::view;
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

use crate::{
    state::AppState,
    telemetry::requests::RequestId,
    web::{
        errors::{PageError, UnrenderedError, status_view},
        extract::session::{Visitor, visit},
        render::page,
    },
};

/// Turns a panic into a response that is still to be rendered, so that the connection goes on. The log has the panic
/// (`telemetry/log.rs`).
pub(crate) fn catch_panics() -> CatchPanicLayer<Unrendered> {
    catch_panics_with(StatusCode::INTERNAL_SERVER_ERROR)
}

/// As [`catch_panics`], with this status.
pub(crate) fn catch_panics_with(status: StatusCode) -> CatchPanicLayer<Unrendered> {
    CatchPanicLayer::custom(Unrendered(status))
}

/// Answers a panic with this status and nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Unrendered(StatusCode);

impl ResponseForPanic for Unrendered {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _panic: Box<dyn Any + Send>) -> Response {
        let mut response = self.0.into_response();
        response.extensions_mut().insert(Panicked);
        response
    }
}

/// Marks the response of a handler that panicked.
#[derive(Clone)]
struct Panicked;

/// Renders the pages of the console, for whoever visits.
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

/// Renders the errors around [`render_errors`], which knows the visitor: a panic, or a session that can't be stored.
pub(crate) async fn render_session_errors(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let nonce = request.extensions().get::<CspNonce>().cloned().unwrap_or(CspNonce("".into()));
    let reference = request.extensions().get::<RequestId>().map(RequestId::to_string);
    let response = next.run(request).await;
    let Some(view) = outer_error_of(&response) else { return response };
    let view = ErrorView { reference, action: Some(("/login".into(), "Sign in".into())), ..view };
    let status = StatusCode::from_u16(view.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // Without a visitor, this asks nothing of the database.
    let visit = visit(&state, None, &path).await.unwrap_or_default();
    page(status, &nonce, || view! { <ErrorPage visit=visit error=view/> })
}

/// The error without a page. tower-sessions answers 500 if it can't store a session.
fn outer_error_of(response: &Response) -> Option<ErrorView> {
    let panicked = response.extensions().get::<Panicked>().is_some();
    let unavailable = response.status() == StatusCode::INTERNAL_SERVER_ERROR && !panicked;
    let view = error_of(response)?;
    Some(if unavailable { status_view(StatusCode::SERVICE_UNAVAILABLE) } else { view })
}

/// Renders the errors of pages for fleets.
pub(crate) async fn render_public_errors(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reference = request.extensions().get::<RequestId>().map(RequestId::to_string);
    let response = next.run(request).await;
    if !response.status().is_server_error() || error_of(&response).is_none() {
        return response;
    }
    let error = ErrorView {
        status: response.status().as_u16(),
        title: "Something went wrong".into(),
        message: "This page can’t be shown right now. Wait a minute, then reload it.".into(),
        action: None,
        reference,
    };
    let stylesheet = state.site.stylesheet.clone();
    page(response.status(), &CspNonce("".into()), || view! { <PublicErrorPage stylesheet=stylesheet error=error/> })
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
