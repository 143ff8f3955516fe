//! How Connect answers: its pages with their headers, its steps, and the way back to the partner.

use app::html::to_html;
use axum::{
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use leptos::prelude::IntoView;
use url::Url;

use crate::{Sandbox, pages::connect::Frame, state::Invitation};

/// The pages run no script and load nothing but the style sheet. `form-action *`: a step's form ends in a redirect to the
/// partner's own address, which browsers count as the form's target.
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

/// What a fleet gets instead of what it asked for: the page or the step that fits where it stands.
pub(crate) struct Instead(Box<Response>);

impl From<Response> for Instead {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        *self.0
    }
}

fn see(address: &str) -> Response {
    (HEADERS, Redirect::to(address)).into_response()
}

impl Sandbox {
    /// What the pages share, for an invitation that may not exist.
    pub(crate) fn frame(&self, invite: &str) -> Frame {
        let settings = self.settings();
        Frame {
            stylesheet: settings.stylesheet.clone(),
            base: settings.base_path().to_owned(),
            // Only a well-formed id is carried along.
            invite: invite.parse::<uuid::Uuid>().map(|id| id.to_string()).unwrap_or_default(),
            partner: self.read(|state, _| state.partner_name().to_owned()),
        }
    }

    /// On to a step; the empty step is the start.
    pub(crate) fn step(&self, step: &str, invite: &str, more: &[(&str, &str)]) -> Response {
        let frame = self.frame(invite);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("invite", &frame.invite).extend_pairs(more);
        let slash = if step.is_empty() { "" } else { "/" };
        see(&format!("{}/connect{slash}{step}?{}", frame.base, query.finish()))
    }

    /// Back to the partner with the documented parameters; to a page of our own when it gave no address.
    pub(crate) fn back_to_partner(&self, to: Outcome<'_>, invitation: &Invitation) -> Response {
        let id = invitation.id.to_string();
        let (address, status, more) = match to {
            Outcome::Success(more) => (&invitation.success_redirect_url, "success", more),
            Outcome::Requested(more) => (&invitation.success_redirect_url, "integration-requested", more),
            Outcome::Failure(more) => (&invitation.failure_redirect_url, "failure", more),
        };
        let Some(mut address) = address.as_deref().and_then(|address| Url::parse(address).ok()) else {
            return self.step(if status == "failure" { "" } else { "finished" }, &id, &[]);
        };
        address
            .query_pairs_mut()
            .append_pair("invitation_id", &id)
            .append_pair("fleet_ref", &invitation.fleet_ref)
            .append_pair("status", status)
            .extend_pairs(more);
        see(address.as_str())
    }
}

/// How the fleet leaves Connect, with the parameters beyond the three that are always there (CONTRACT.md 10).
pub(crate) enum Outcome<'a> {
    /// At least one provider is connected.
    Success(&'a [(&'a str, &'a str)]),
    /// The fleet asked for a provider that is missing: to the success address too.
    Requested(&'a [(&'a str, &'a str)]),
    /// Declined, expired, left.
    Failure(&'a [(&'a str, &'a str)]),
}
