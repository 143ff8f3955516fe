//! The pages that the fleet can open.

use axum::{extract::State, http::StatusCode, response::Response};
use domain::timestamp;
use leptos::prelude::*;

use crate::{
    connect::{
        LinkState,
        responses::{Redirected, page},
    },
    pages::connect::{
        ConnectedPage, ConsentPage, CredentialsPage, DeclinedPage, ExpiredPage, FinishedPage, Permission, Provider,
        ProvidersPage, RequestPage, RequestValues, UnknownPage,
    },
    request::query::Params,
    sandbox::Sandbox,
    state::records::{Connection, ConnectionStatus, Invitation, Tsp},
};

fn provider(tsp: &Tsp) -> Provider {
    Provider { slug: tsp.slug.clone(), name: tsp.name.clone() }
}

fn invite(params: &Params) -> &str {
    params.first("invite").unwrap_or_default()
}

/// The invitation, if it is accepted. Otherwise, what the fleet gets instead.
pub(crate) fn accepted(sandbox: &Sandbox, invite: &str) -> Result<Invitation, Redirected> {
    match sandbox.link_state(invite) {
        LinkState::Accepted(invitation) => Ok(invitation),
        other => Err(fitting_page(sandbox, other, invite).into()),
    }
}

/// The page or the step that fits the state of the link.
fn fitting_page(sandbox: &Sandbox, link: LinkState, invite: &str) -> Response {
    let frame = sandbox.frame(invite);
    match link {
        LinkState::Open(_) => sandbox.to_step("", invite, &[]),
        LinkState::Accepted(invitation) => {
            let step = if sandbox.connection_count(&invitation) == 0 { "providers" } else { "connected" };
            sandbox.to_step(step, invite, &[])
        }
        LinkState::Unknown => page(StatusCode::NOT_FOUND, || view! { <UnknownPage frame/> }),
        LinkState::Declined(_) => page(StatusCode::OK, || view! { <DeclinedPage frame/> }),
        LinkState::Expired(invitation) => {
            let can_return = invitation.failure_redirect_url.is_some();
            page(StatusCode::GONE, move || view! { <ExpiredPage frame can_return/> })
        }
    }
}

/// The magic link. Opening it while it's valid counts as a view.
pub(crate) async fn open(State(sandbox): State<Sandbox>, params: Params) -> Response {
    let invite = invite(&params);
    let link = sandbox.link_state(invite);
    if let LinkState::Open(invitation) | LinkState::Accepted(invitation) = &link {
        sandbox.change(|change| change.view_invitation(invitation.id));
    }
    let LinkState::Open(invitation) = link else { return fitting_page(&sandbox, link, invite) };
    let frame = sandbox.frame(invite);
    let fleet = invitation.fleet_name.unwrap_or(invitation.fleet_ref);
    let permissions =
        invitation.permissions.into_iter().map(|(resource, level)| Permission { resource, level }).collect();
    let open_until = timestamp::display(invitation.expires_at);
    page(StatusCode::OK, move || view! { <ConsentPage frame fleet permissions open_until/> })
}

/// The list of providers.
pub(crate) async fn providers(State(sandbox): State<Sandbox>, params: Params) -> Result<Response, Redirected> {
    let invitation = accepted(&sandbox, invite(&params))?;
    Ok(providers_page(&sandbox, &invitation, None))
}

/// The list, with what is wrong with the choice.
pub(crate) fn providers_page(sandbox: &Sandbox, invitation: &Invitation, problem: Option<String>) -> Response {
    let frame = sandbox.frame(&invitation.id.to_string());
    let allowed = |tsp: &&Tsp| tsp.allowed_by(invitation.limit_tsps.as_deref());
    let providers: Vec<_> =
        sandbox.read(|state, _| state.offered_tsps().into_iter().filter(allowed).map(provider).collect());
    page(status(problem.as_ref()), move || view! { <ProvidersPage frame providers problem/> })
}

/// The sign-in at a provider.
pub(crate) async fn credentials(State(sandbox): State<Sandbox>, params: Params) -> Result<Response, Redirected> {
    let invite = invite(&params);
    let invitation = accepted(&sandbox, invite)?;
    Ok(match chosen(&sandbox, &invitation, params.first("tsp").unwrap_or_default()) {
        Some(tsp) => credentials_page(&sandbox, &invitation, &tsp, None),
        None => sandbox.to_step("providers", invite, &[]),
    })
}

/// The provider with this slug, if the invitation allows it.
pub(crate) fn chosen(sandbox: &Sandbox, invitation: &Invitation, slug: &str) -> Option<Tsp> {
    let found = sandbox.read(|state, _| state.tsp_with_slug(slug).cloned());
    found.filter(|tsp| tsp.allowed_by(invitation.limit_tsps.as_deref()))
}

/// The sign-in, with what is wrong with the credentials.
pub(crate) fn credentials_page(
    sandbox: &Sandbox,
    invitation: &Invitation,
    tsp: &Tsp,
    problem: Option<String>,
) -> Response {
    let frame = sandbox.frame(&invitation.id.to_string());
    let provider = provider(tsp);
    page(status(problem.as_ref()), move || view! { <CredentialsPage frame provider problem/> })
}

/// The connected providers.
pub(crate) async fn connected(State(sandbox): State<Sandbox>, params: Params) -> Result<Response, Redirected> {
    let invite = invite(&params);
    let invitation = accepted(&sandbox, invite)?;
    let connected: Vec<_> = sandbox.read(|state, _| {
        let all = invitation.fleet_id.map(|id| state.connections_of(id)).unwrap_or_default();
        // The provider's record may have been deleted.
        let deleted = |one: &Connection| Provider { slug: String::new(), name: one.source_name.clone() };
        let named = |one: &Connection| state.tsp(one.tsp_id).map_or_else(|_| deleted(one), provider);
        all.into_iter().map(|one| (named(one), one.status == ConnectionStatus::Stale)).collect()
    });
    if connected.is_empty() {
        return Ok(sandbox.to_step("providers", invite, &[]));
    }
    let frame = sandbox.frame(invite);
    Ok(page(StatusCode::OK, move || view! { <ConnectedPage frame connected/> }))
}

/// The form to request an integration.
pub(crate) async fn request(State(sandbox): State<Sandbox>, params: Params) -> Result<Response, Redirected> {
    let invite = invite(&params);
    accepted(&sandbox, invite)?;
    Ok(request_page(&sandbox, invite, RequestValues::default(), None))
}

/// The form, with what was typed and what is wrong with it.
pub(crate) fn request_page(
    sandbox: &Sandbox,
    invite: &str,
    values: RequestValues,
    problem: Option<String>,
) -> Response {
    let frame = sandbox.frame(invite);
    page(status(problem.as_ref()), move || view! { <RequestPage frame values problem/> })
}

/// The last page, if the partner gave no address to return to.
pub(crate) async fn finished(State(sandbox): State<Sandbox>, params: Params) -> Response {
    let frame = sandbox.frame(invite(&params));
    page(StatusCode::OK, || view! { <FinishedPage frame/> })
}

fn status(problem: Option<&String>) -> StatusCode {
    if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}
