//! What the fleet can do. A step that no longer fits, for example after a double click, leads to the page that does.

use axum::{Form, extract::State, response::Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    connect::{
        LinkState,
        pages::{accepted, chosen, credentials_page, providers_page, request_page},
        responses::{Exit, Redirected},
    },
    engine::integration_request::Contact,
    pages::connect::RequestValues,
    sandbox::Sandbox,
    state::error::ApiError,
};

/// The fields of all forms of Connect. Each form sends some of them. No `Debug`: the invitation's id is a secret.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ConnectForm {
    invite: String,
    reason: String,
    tsp: String,
    api_key: String,
    already_linked: Option<String>,
    provider: String,
    contact_name: String,
    contact_email: String,
    notes: String,
}

/// The text, unless it's blank.
fn non_blank(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn id(form: &ConnectForm) -> Result<Uuid, ApiError> {
    form.invite.parse().map_err(|_| ApiError::NotFound)
}

pub(crate) async fn accept(State(sandbox): State<Sandbox>, Form(form): Form<ConnectForm>) -> Response {
    match id(&form).and_then(|id| sandbox.change(|change| change.accept_invitation(id))) {
        Ok(()) => sandbox.to_step("providers", &form.invite, &[]),
        Err(_) => sandbox.to_step("", &form.invite, &[]),
    }
}

pub(crate) async fn decline(State(sandbox): State<Sandbox>, Form(form): Form<ConnectForm>) -> Response {
    let declined =
        id(&form).and_then(|id| sandbox.change(|change| change.decline_invitation(id, non_blank(&form.reason))));
    match (declined, sandbox.link_state(&form.invite)) {
        (Ok(()), LinkState::Declined(invitation)) => sandbox.to_partner(Exit::Failure(&[]), &invitation),
        _ => sandbox.to_step("", &form.invite, &[]),
    }
}

pub(crate) async fn choose(
    State(sandbox): State<Sandbox>,
    Form(form): Form<ConnectForm>,
) -> Result<Response, Redirected> {
    let invitation = accepted(&sandbox, &form.invite)?;
    Ok(match chosen(&sandbox, &invitation, &form.tsp) {
        Some(tsp) => sandbox.to_step("credentials", &form.invite, &[("tsp", &tsp.slug)]),
        None => providers_page(&sandbox, &invitation, Some("Choose a provider.".into())),
    })
}

pub(crate) async fn credentials(
    State(sandbox): State<Sandbox>,
    Form(form): Form<ConnectForm>,
) -> Result<Response, Redirected> {
    let invitation = accepted(&sandbox, &form.invite)?;
    let Some(tsp) = chosen(&sandbox, &invitation, &form.tsp) else {
        return Ok(sandbox.to_step("providers", &form.invite, &[]));
    };
    let already_linked = form.already_linked.is_some();
    if !already_linked && non_blank(&form.api_key).is_none() {
        let problem = "Enter an API key. Any text works.".into();
        return Ok(credentials_page(&sandbox, &invitation, &tsp, Some(problem)));
    }
    let connected = sandbox.change(|change| change.connect(invitation.id, &tsp, already_linked));
    Ok(sandbox.to_step(if connected.is_ok() { "connected" } else { "" }, &form.invite, &[]))
}

pub(crate) async fn request(
    State(sandbox): State<Sandbox>,
    Form(form): Form<ConnectForm>,
) -> Result<Response, Redirected> {
    let invitation = accepted(&sandbox, &form.invite)?;
    let Some(provider) = non_blank(&form.provider) else {
        let values = RequestValues {
            provider: String::new(),
            contact_name: form.contact_name,
            contact_email: form.contact_email,
            notes: form.notes,
        };
        return Ok(request_page(&sandbox, &form.invite, values, Some("Enter the name of your provider.".into())));
    };
    let contact = Contact {
        name: non_blank(&form.contact_name),
        email: non_blank(&form.contact_email),
        notes: non_blank(&form.notes),
    };
    let id = sandbox.change(|change| change.request_integration_by_name(invitation.id, &provider, contact)).to_string();
    let count = sandbox.connection_count(&invitation).to_string();
    let more = [("integration_request_id", id.as_str()), ("tsp_count", &count), ("skip_reason", "provider-not-listed")];
    Ok(sandbox.to_partner(Exit::Requested(&more), &invitation))
}

pub(crate) async fn finish(
    State(sandbox): State<Sandbox>,
    Form(form): Form<ConnectForm>,
) -> Result<Response, Redirected> {
    let invitation = accepted(&sandbox, &form.invite)?;
    Ok(match sandbox.connection_count(&invitation) {
        0 => sandbox.to_step("providers", &form.invite, &[]),
        count => sandbox.to_partner(Exit::Success(&[("tsp_count", &count.to_string())]), &invitation),
    })
}

/// Leaves without finishing: from the list of providers, or because the link has expired.
pub(crate) async fn leave(State(sandbox): State<Sandbox>, Form(form): Form<ConnectForm>) -> Response {
    match sandbox.link_state(&form.invite) {
        LinkState::Expired(invitation) => sandbox.to_partner(Exit::Failure(&[]), &invitation),
        LinkState::Accepted(invitation) => {
            let count = sandbox.connection_count(&invitation).to_string();
            let more = [("tsp_count", count.as_str()), ("skip_reason", "come-back-later")];
            sandbox.to_partner(Exit::Failure(&more), &invitation)
        }
        _ => sandbox.to_step("", &form.invite, &[]),
    }
}
