//! Why a page can't be shown, and what the visitor reads instead. `middleware/render_errors.rs` renders it; the log has the
//! details.

use app::pages::ErrorView;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use thiserror::Error;

use crate::{
    security::{passwords::Busy, vault::VaultError},
    services::staff::AccountError,
    store::StoreError,
};

/// Why there is no page.
#[derive(Debug, Error)]
pub(crate) enum PageError {
    /// There is nothing at this address.
    #[error("there is no such page")]
    NotFound,
    #[error("there is no such invitation")]
    NoSuchInvitation,
    #[error("there is no such fleet")]
    NoSuchFleet,
    #[error("there is no such delivery")]
    NoSuchDelivery,
    #[error("there is no such subscription")]
    NoSuchSubscription,
    #[error("there is no such import")]
    NoSuchImport,
    /// A page of another origin than ours, which is here, sent the request; or a proxy changed what says so.
    #[error("the request came from another origin")]
    OtherOrigin(String),
    /// The role doesn't allow it.
    #[error("the role doesn't allow it")]
    Forbidden,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Too many people are signing in.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Nobody knows who visits. The log has the cause already.
    #[error("can't tell who visits")]
    Visitor,
    /// The session can't be read or changed. The log has the cause already.
    #[error(transparent)]
    Session(#[from] tower_sessions::session::Error),
    /// The session can't be ended. The log has the cause already.
    #[error(transparent)]
    SignOut(tower_sessions::session::Error),
}

/// Marks a response whose page is still to be rendered.
#[derive(Clone)]
pub(super) struct UnrenderedError(pub ErrorView);

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let view = self.view();
        let status = StatusCode::from_u16(view.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() && !self.is_logged() {
            tracing::error!(error = %self, "can't show a page");
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(UnrenderedError(view));
        response
    }
}

impl From<AccountError> for PageError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => Self::Store(error),
            AccountError::Busy(error) => Self::Busy(error),
        }
    }
}

impl PageError {
    /// Whether `sessions.rs` or `extract/session.rs` has logged it: only they know what the database said.
    fn is_logged(&self) -> bool {
        use tower_sessions::session::Error::Store;
        matches!(self, Self::Visitor | Self::Session(Store(_)) | Self::SignOut(Store(_)))
    }

    fn view(&self) -> ErrorView {
        match self {
            Self::NotFound => status_view(StatusCode::NOT_FOUND),
            Self::NoSuchInvitation => not_found(
                "No such invitation",
                "The address may be incomplete, or the invitation belongs to another Onramp. The list shows every \
                 invitation that this one knows.",
                ("/invitations", "All invitations"),
            ),
            Self::NoSuchFleet => not_found(
                "No such fleet",
                "No fleet with this reference is known here. References must match exactly, including upper and lower \
                 case.",
                ("/invitations", "All invitations"),
            ),
            Self::NoSuchDelivery => not_found(
                "No such delivery",
                "It may have been removed because of its age; what it reported stays on the timelines. The list shows \
                 every delivery that is still stored.",
                ("/deliveries", "All deliveries"),
            ),
            Self::NoSuchSubscription => not_found(
                "No such subscription",
                "It may have been deleted at Catena. The list shows every subscription that Catena reported last; \
                 refresh it to be sure.",
                ("/subscriptions", "All subscriptions"),
            ),
            Self::NoSuchImport => not_found(
                "No such import",
                "It may have been removed because of its age; the invitations it created stay.",
                ("/invitations/import", "All imports"),
            ),
            Self::OtherOrigin(ours) => error_view(
                StatusCode::FORBIDDEN,
                "Not sent from here",
                &format!(
                    "A page of another site or address sent this, so nothing was done. This Onramp is at {ours}. If your browser \
                     shows that address, the proxy in front of Onramp changes the Host or Origin header: it must pass them on \
                     as they came."
                ),
                ("/", "Go to the start page"),
            ),
            Self::Forbidden => status_view(StatusCode::FORBIDDEN),
            Self::Store(_) | Self::Session(_) | Self::Visitor => status_view(StatusCode::SERVICE_UNAVAILABLE),
            Self::Busy(_) => error_view(
                StatusCode::SERVICE_UNAVAILABLE,
                "Too many people are signing in",
                "Go back and try again in a minute.",
                ("/login", "Sign in"),
            ),
            Self::SignOut(_) => error_view(
                StatusCode::SERVICE_UNAVAILABLE,
                "You may still be signed in",
                "Onramp can’t use its database right now, so your session goes on. Go back and sign out again in a moment.",
                ("/", "Back to Onramp"),
            ),
            Self::Vault(_) => status_view(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

fn not_found(title: &str, message: &str, (href, label): (&str, &str)) -> ErrorView {
    error_view(StatusCode::NOT_FOUND, title, message, (href, label))
}

/// What a visitor reads of a status code without further details.
pub(super) fn status_view(status: StatusCode) -> ErrorView {
    let (title, message) = match status {
        StatusCode::NOT_FOUND => {
            ("Page not found", "There is nothing at this address. It may have been mistyped or moved.")
        }
        StatusCode::FORBIDDEN => {
            ("Not allowed", "Your role does not allow this. An administrator can change your role.")
        }
        StatusCode::METHOD_NOT_ALLOWED => ("Not possible here", "This address does not accept that kind of request."),
        StatusCode::PAYLOAD_TOO_LARGE => ("Too large", "What was sent is larger than this page accepts."),
        StatusCode::TOO_MANY_REQUESTS => ("Too many attempts", "Wait a few minutes, then try again."),
        StatusCode::SERVICE_UNAVAILABLE => {
            ("Not available right now", "Onramp can’t use its database. Try again in a moment.")
        }
        status if status.is_client_error() => {
            ("That did not work", "The request could not be understood. Go back and try again.")
        }
        _ => (
            "Something went wrong",
            "The log has the cause. Try again; if the error persists, tell whoever runs this Onramp.",
        ),
    };
    error_view(status, title, message, ("/invitations", "Go to the invitations"))
}

fn error_view(status: StatusCode, title: &str, message: &str, (href, label): (&str, &str)) -> ErrorView {
    ErrorView {
        status: status.as_u16(),
        title: title.into(),
        message: message.into(),
        action: Some((href.into(), label.into())),
        reference: None,
    }
}
