//! The responses of Connect: pages, redirects to steps, and redirects back to the partner.

use app::html::to_html;
use axum::{
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;
use url::Url;

use crate::{pages::connect::Frame, sandbox::Sandbox, state::records::Invitation};

/// The pages run no script and load only the style sheet. `form-action *`: the form of the last step redirects to the
/// partner's own address, and browsers apply the directive to that redirect.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action *; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// A page.
pub(crate) fn page<V: IntoView + 'static>(status: StatusCode, view: impl FnOnce() -> V) -> Response {
    (status, HEADERS, Html(to_html(None, view))).into_response()
}

/// What a fleet gets if the page it asked for doesn't fit: another page, or a redirect to another step.
pub(crate) struct Redirected(Box<Response>);

impl From<Response> for Redirected {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Redirected {
    fn into_response(self) -> Response {
        *self.0
    }
}

fn redirect(address: &str) -> Response {
    (HEADERS, Redirect::to(address)).into_response()
}

impl Sandbox {
    /// What all pages need. The invitation may not exist.
    pub(crate) fn frame(&self, invite: &str) -> Frame {
        let settings = self.settings();
        Frame {
            stylesheet: settings.stylesheet.clone(),
            base: settings.base_path().to_owned(),
            // Nothing but a valid id is passed on.
            invite: invite.parse::<uuid::Uuid>().map(|id| id.to_string()).unwrap_or_default(),
            partner: self.read(|state, _| state.partner_name().to_owned()),
        }
    }

    /// A redirect to a step. The empty step is the start.
    pub(crate) fn to_step(&self, step: &str, invite: &str, more: &[(&str, &str)]) -> Response {
        let frame = self.frame(invite);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("invite", &frame.invite).extend_pairs(more);
        let slash = if step.is_empty() { "" } else { "/" };
        redirect(&format!("{}/connect{slash}{step}?{}", frame.base, query.finish()))
    }

    /// A redirect to the partner with the documented parameters. Without an address of the partner, to a page of Connect.
    pub(crate) fn to_partner(&self, exit: Exit<'_>, invitation: &Invitation) -> Response {
        let id = invitation.id.to_string();
        let (address, status, more) = match exit {
            Exit::Success(more) => (&invitation.success_redirect_url, "success", more),
            Exit::Requested(more) => (&invitation.success_redirect_url, "integration-requested", more),
            Exit::Failure(more) => (&invitation.failure_redirect_url, "failure", more),
        };
        let Some(mut address) = address.as_deref().and_then(|address| Url::parse(address).ok()) else {
            return self.to_step(if status == "failure" { "" } else { "finished" }, &id, &[]);
        };
        address
            .query_pairs_mut()
            .append_pair("invitation_id", &id)
            .append_pair("fleet_ref", &invitation.fleet_ref)
            .append_pair("status", status)
            .extend_pairs(more);
        redirect(address.as_str())
    }
}

/// How the fleet leaves Connect, with the parameters besides the three that are always sent (CONTRACT.md 10).
pub(crate) enum Exit<'a> {
    /// At least one provider is connected.
    Success(&'a [(&'a str, &'a str)]),
    /// The fleet requested a missing provider. This goes to the success address too.
    Requested(&'a [(&'a str, &'a str)]),
    /// The fleet declined or left, or the link expired.
    Failure(&'a [(&'a str, &'a str)]),
}
