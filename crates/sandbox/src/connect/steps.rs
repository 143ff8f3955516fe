//! What the fleet can do. A step that no longer fits, for example a double click, leads to where the fleet stands.

use axum::{Form, extract::State, response::Response};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Sandbox,
    api::external_tsps::Contact,
    connect::{
        Standing,
        answer::{Instead, Outcome},
        pages::{accepted, chosen, credentials_page, providers_page, request_page},
    },
    pages::connect::RequestValues,
    state::error::ApiError,
};

/// The fields of every form of Connect; each form sends some of them. No `Debug`: the invitation's id is a secret.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
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

/// A text that holds something.
fn filled(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn id(sent: &Sent) -> Result<Uuid, ApiError> {
    sent.invite.parse().map_err(|_| ApiError::NotFound)
}

pub(crate) async fn accept(State(sandbox): State<Sandbox>, Form(sent): Form<Sent>) -> Response {
    match id(&sent).and_then(|id| sandbox.change(|change| change.accept(id))) {
        Ok(()) => sandbox.step("providers", &sent.invite, &[]),
        Err(_) => sandbox.step("", &sent.invite, &[]),
    }
}

pub(crate) async fn decline(State(sandbox): State<Sandbox>, Form(sent): Form<Sent>) -> Response {
    let declined = id(&sent).and_then(|id| sandbox.change(|change| change.decline(id, filled(&sent.reason))));
    match (declined, sandbox.standing(&sent.invite)) {
        (Ok(()), Standing::Declined(invitation)) => sandbox.back_to_partner(Outcome::Failure(&[]), &invitation),
        _ => sandbox.step("", &sent.invite, &[]),
    }
}

pub(crate) async fn choose(State(sandbox): State<Sandbox>, Form(sent): Form<Sent>) -> Result<Response, Instead> {
    let invitation = accepted(&sandbox, &sent.invite)?;
    Ok(match chosen(&sandbox, &invitation, &sent.tsp) {
        Some(tsp) => sandbox.step("credentials", &sent.invite, &[("tsp", &tsp.slug)]),
        None => providers_page(&sandbox, &invitation, Some("Choose one of the providers.".into())),
    })
}

pub(crate) async fn credentials(State(sandbox): State<Sandbox>, Form(sent): Form<Sent>) -> Result<Response, Instead> {
    let invitation = accepted(&sandbox, &sent.invite)?;
    let Some(tsp) = chosen(&sandbox, &invitation, &sent.tsp) else {
        return Ok(sandbox.step("providers", &sent.invite, &[]));
    };
    let already_linked = sent.already_linked.is_some();
    if !already_linked && filled(&sent.api_key).is_none() {
        let problem = "Type an API key: any text will do.".into();
        return Ok(credentials_page(&sandbox, &invitation, &tsp, Some(problem)));
    }
    let connected = sandbox.change(|change| change.connect(invitation.id, &tsp, already_linked));
    Ok(sandbox.step(if connected.is_ok() { "connected" } else { "" }, &sent.invite, &[]))
}

pub(crate) async fn request(State(sandbox): State<Sandbox>, Form(sent): Form<Sent>) -> Result<Response, Instead> {
    let invitation = accepted(&sandbox, &sent.invite)?;
    let Some(provider) = filled(&sent.provider) else {
        let values = RequestValues {
            provider: String::new(),
            contact_name: sent.contact_name,
            contact_email: sent.contact_email,
            notes: sent.notes,
        };
        return Ok(request_page(&sandbox, &sent.invite, values, Some("Type the name of your provider.".into())));
    };
    let contact =
        Contact { name: filled(&sent.contact_name), email: filled(&sent.contact_email), notes: filled(&sent.notes) };
    let id = sandbox.change(|change| change.ask_for_provider(invitation.id, &provider, contact)).to_string();
    let count = sandbox.connected(&invitation).to_string();
    let more = [("integration_request_id", id.as_str()), ("tsp_count", &count), ("skip_reason", "provider-not-listed")];
    Ok(sandbox.back_to_partner(Outcome::Requested(&more), &invitation))
}

pub(crate) async fn finish(State(sandbox): State<Sandbox>, Form(sent): Form<Sent>) -> Result<Response, Instead> {
    let invitation = accepted(&sandbox, &sent.invite)?;
    Ok(match sandbox.connected(&invitation) {
        0 => sandbox.step("providers", &sent.invite, &[]),
        count => sandbox.back_to_partner(Outcome::Success(&[("tsp_count", &count.to_string())]), &invitation),
    })
}

/// Leaves without an end: from the list of providers, or because the link has expired.
pub(crate) async fn leave(State(sandbox): State<Sandbox>, Form(sent): Form<Sent>) -> Response {
    match sandbox.standing(&sent.invite) {
        Standing::Expired(invitation) => sandbox.back_to_partner(Outcome::Failure(&[]), &invitation),
        Standing::Accepted(invitation) => {
            let count = sandbox.connected(&invitation).to_string();
            let more = [("tsp_count", count.as_str()), ("skip_reason", "come-back-later")];
            sandbox.back_to_partner(Outcome::Failure(&more), &invitation)
        }
        _ => sandbox.step("", &sent.invite, &[]),
    }
}
