//! Error pages. A handler says what went wrong; what a visitor reads of it is decided here, and an operator finds the
//! rest in the log.

use app::pages::{ErrorPage, ErrorView};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::view;
use thiserror::Error;

use super::render::page;
use crate::{
    security::vault::VaultError,
    state::AppState,
    store::StoreError,
    web::extract::session::{Visitor, visit},
};

/// Why there is no page.
#[derive(Debug, Error)]
pub(crate) enum PageError {
    /// There is nothing at this address, or nothing any more.
    #[error("there is no such page")]
    NotFound,
    /// There is no such invitation.
    #[error("there is no such invitation")]
    NoSuchInvitation,
    /// There is no such fleet.
    #[error("there is no such fleet")]
    NoSuchFleet,
    /// There is no such delivery, or no longer.
    #[error("there is no such delivery")]
    NoSuchDelivery,
    /// There is no such subscription, or no longer.
    #[error("there is no such subscription")]
    NoSuchSubscription,
    /// There is no such import, or no longer.
    #[error("there is no such import")]
    NoSuchImport,
    /// The role doesn't allow it.
    #[error("the role doesn't allow it")]
    Forbidden,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Nobody can tell who visits.
    #[error("it can't be told who visits: {0}")]
    Visitor(String),
    /// The session can't be changed.
    #[error(transparent)]
    Session(#[from] tower_sessions::session::Error),
}

impl PageError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound
            | Self::NoSuchInvitation
            | Self::NoSuchFleet
            | Self::NoSuchDelivery
            | Self::NoSuchSubscription
            | Self::NoSuchImport => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Store(_) | Self::Session(_) | Self::Visitor(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Vault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Marks a response whose page is still to be rendered.
#[derive(Clone)]
struct ToRender(ErrorView);

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a page can't be shown");
        }
        let mut view = view(status);
        if matches!(self, Self::NoSuchInvitation) {
            "No such invitation".clone_into(&mut view.title);
            "The address may be incomplete, or the invitation belongs to another Onramp. The list has every invitation that this one knows."
                .clone_into(&mut view.message);
            view.action = Some(("/invitations".into(), "All invitations".into()));
        }
        if matches!(self, Self::NoSuchFleet) {
            "No such fleet".clone_into(&mut view.title);
            "No fleet of this reference is known here. References are compared to the letter, capitals included."
                .clone_into(&mut view.message);
            view.action = Some(("/invitations".into(), "All invitations".into()));
        }
        if matches!(self, Self::NoSuchDelivery) {
            "No such delivery".clone_into(&mut view.title);
            "It may have been removed for its age; what it told stays on timelines. The list has every delivery that is still kept."
                .clone_into(&mut view.message);
            view.action = Some(("/deliveries".into(), "All deliveries".into()));
        }
        if matches!(self, Self::NoSuchSubscription) {
            "No such subscription".clone_into(&mut view.title);
            "It may have been deleted at Catena. The list has every subscription that Catena told of last; refresh it to be sure."
                .clone_into(&mut view.message);
            view.action = Some(("/subscriptions".into(), "All subscriptions".into()));
        }
        if matches!(self, Self::NoSuchImport) {
            "No such import".clone_into(&mut view.title);
            "It may have been removed for its age; the invitations it made stay.".clone_into(&mut view.message);
            view.action = Some(("/invitations/import".into(), "All imports".into()));
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(ToRender(view));
        response
    }
}

fn view(status: StatusCode) -> ErrorView {
    let (title, message) = match status {
        StatusCode::NOT_FOUND => {
            ("Page not found", "There is nothing at this address. It may have been mistyped, or moved.")
        }
        StatusCode::FORBIDDEN => (
            "Not allowed",
            "Your role does not allow this, or the request came from another site. An administrator can change your role.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => ("Not possible here", "This address does not take that kind of request."),
        StatusCode::PAYLOAD_TOO_LARGE => ("Too much at once", "What was sent is larger than this page takes."),
        StatusCode::TOO_MANY_REQUESTS => ("Too many tries", "Wait a few minutes, then try again."),
        StatusCode::SERVICE_UNAVAILABLE => {
            ("Not available at the moment", "Onramp can't reach its database. Nothing was lost; try again in a moment.")
        }
        status if status.is_client_error() => {
            ("That did not work", "The request could not be understood. Go back and try again.")
        }
        _ => (
            "Something went wrong",
            "The failure is in the log with its cause. Try again; if it stays, tell whoever runs this Onramp.",
        ),
    };
    ErrorView {
        status: status.as_u16(),
        title: title.into(),
        message: message.into(),
        action: Some(("/invitations".into(), "To the invitations".into())),
    }
}

/// Renders the pages of errors: ours, and the empty or plain ones of the layers below.
pub(crate) async fn render(
    State(state): State<AppState>,
    visitor: Result<Visitor, PageError>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let nonce = request.extensions().get::<app::html::CspNonce>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    let ours = response.extensions().get::<ToRender>().map(|view| view.0.clone());
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let foreign = (status.is_client_error() || status.is_server_error()) && !is_page;
    let Some(view) = ours.or_else(|| foreign.then(|| view(status))) else { return response };
    let staff = visitor.as_ref().ok().and_then(|visitor| visitor.staff.clone());
    let visit = match visitor {
        Ok(visitor) => visitor.visit,
        // The database is what fails, so the page is rendered without asking it.
        Err(_) => visit(&state, None, &path).await.unwrap_or_default(),
    };
    let view = match staff {
        Some(_) => view,
        None => ErrorView { action: Some(("/login".into(), "Sign in".into())), ..view },
    };
    let nonce = nonce.unwrap_or(app::html::CspNonce("".into()));
    let mut page = page(status, &nonce, || view! { <ErrorPage visit=visit error=view/> });
    if let Some(allow) = response.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    page
}

pub(crate) async fn not_found() -> PageError {
    PageError::NotFound
}

pub(crate) async fn method_not_allowed() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}
