//! The invitations of the API (CONTRACT.md 5).

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Sandbox, SandboxSettings,
    api::{
        auth::Bearer,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
        routes::json,
    },
    engine::invitation::{Ask, HOURS, PARTNER_SLUG, Upsert},
    state::{
        self, Invitation, InvitationStatus,
        body::{self, Check, Fields},
        error::ApiError,
        resources::permissions,
    },
};

/// The link that the fleet opens. A bearer secret.
pub(crate) fn magic_link(settings: &SandboxSettings, id: Uuid) -> String {
    format!("{}/connect?invite={id}", settings.base())
}

/// `InvitationRead`. The deprecated fields mirror the present ones: a choice.
#[derive(Serialize)]
struct InvitationRead<'a> {
    #[serde(flatten)]
    invitation: &'a Invitation,
    magic_link: String,
    partner_id: Uuid,
    partner_slug: &'static str,
    partner_provided_fleet_name: &'a Option<String>,
    partner_provided_fleet_email: &'a Option<String>,
    partner_provided_fleet_regulatory_id: &'a Option<String>,
    partner_provided_fleet_regulatory_id_type: &'a Option<String>,
    partner_provided_fleet_phone: &'a Option<String>,
    partner_provided_fleet_website: &'a Option<String>,
    partner_provided_fleet_country_code: &'a Option<String>,
}

fn show(invitation: &Invitation, state: &state::State, settings: &SandboxSettings) -> Value {
    json(&InvitationRead {
        invitation,
        magic_link: magic_link(settings, invitation.id),
        partner_id: state.partner_id,
        partner_slug: PARTNER_SLUG,
        partner_provided_fleet_name: &invitation.fleet_name,
        partner_provided_fleet_email: &invitation.fleet_email,
        partner_provided_fleet_regulatory_id: &invitation.fleet_regulatory_id,
        partner_provided_fleet_regulatory_id_type: &invitation.fleet_regulatory_id_type,
        partner_provided_fleet_phone: &invitation.fleet_phone,
        partner_provided_fleet_website: &invitation.fleet_website,
        partner_provided_fleet_country_code: &invitation.fleet_country_code,
    })
}

/// The present field or its deprecated twin.
fn twin(body: &mut Fields, name: &str, check: Check) -> Option<String> {
    let deprecated = body.text(&format!("partner_provided_{name}"), check);
    body.text(name, check).or(deprecated)
}

fn read_ask(body: &[u8]) -> Result<Ask, ApiError> {
    let mut body = Fields::parse(body)?;
    body.not_null(&["expires_in_hours"]);
    let ask = Ask {
        fleet_ref: body.required("fleet_ref", body::fleet_ref),
        fleet_name: twin(&mut body, "fleet_name", body::fleet_name),
        fleet_email: twin(&mut body, "fleet_email", body::email),
        fleet_regulatory_id: twin(&mut body, "fleet_regulatory_id", body::any),
        fleet_regulatory_id_type: twin(&mut body, "fleet_regulatory_id_type", body::any),
        fleet_phone: twin(&mut body, "fleet_phone", body::phone),
        fleet_website: twin(&mut body, "fleet_website", body::web_url),
        fleet_country_code: twin(&mut body, "fleet_country_code", body::country),
        callback_url: body.text("callback_url", body::https_url),
        success_redirect_url: body.text("success_redirect_url", body::web_url),
        failure_redirect_url: body.text("failure_redirect_url", body::web_url),
        limit_tsps: body.texts("limit_tsps"),
        permissions: permissions(&mut body),
        expires_in_hours: body.integer("expires_in_hours", HOURS).and_then(|hours| u32::try_from(hours).ok()),
    };
    body.finish(ask)
}

/// `POST /v2/orgs/invitations`: 201 for a new one, 200 for a refreshed one.
pub(crate) async fn create(bearer: Bearer, State(sandbox): State<Sandbox>, body: Bytes) -> Result<Response, ApiError> {
    bearer.needs("invitation:create")?;
    let ask = read_ask(&body)?;
    let (status, shown) = sandbox.change(|change| {
        let (status, id) = match change.upsert_invitation(ask) {
            Upsert::Created(id) => (StatusCode::CREATED, id),
            Upsert::Refreshed(id) => (StatusCode::OK, id),
        };
        (status, change.state.invitations.get(&id).map(|one| show(one, change.state, change.settings)))
    });
    Ok((status, Json(shown)).into_response())
}

/// `GET /v2/orgs/invitations`: newest first, without deleted ones.
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("invitation:read")?;
    let ask = PageAsk::read(&params)?;
    let fleet_ref = params.text("fleet_ref")?;
    let fits = |one: &&Invitation| {
        one.status != InvitationStatus::Deleted && fleet_ref.is_none_or(|name| one.fleet_ref == name)
    };
    Ok(Json(sandbox.read(|state, _| {
        let rows =
            state.invitations.values().filter(fits).map(|one| (Place::new(one.created_at, one.id), one)).collect();
        page(rows, &ask, Total::Told, |one| show(one, state, sandbox.settings()))
    })))
}

/// The record, as anyone who knows the id may read it; a deleted one is gone: a choice (CONTRACT.md 14).
fn found(sandbox: &Sandbox, id: Uuid) -> Result<Json<Value>, ApiError> {
    sandbox.read(|state, _| {
        let invitation = state.invitations.get(&id).filter(|one| one.status != InvitationStatus::Deleted);
        invitation.map(|one| Json(show(one, state, sandbox.settings()))).ok_or(ApiError::NotFound)
    })
}

/// `GET /v2/orgs/invitations/{invitation_id}`: no token (CONTRACT.md 13, trap 2).
pub(crate) async fn get(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    found(&sandbox, uuid("path.invitation_id", &id)?)
}

/// `DELETE /v2/orgs/invitations/{invitation_id}`
pub(crate) async fn delete(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("invitation:delete")?;
    let id = uuid("path.invitation_id", &id)?;
    sandbox.change(|change| change.delete_invitation(id))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v2/orgs/invitations/{invitation_id}/accept`: the fleet's side, no token.
pub(crate) async fn accept(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.invitation_id", &id)?;
    sandbox.change(|change| change.accept(id))?;
    found(&sandbox, id)
}

/// `POST /v2/orgs/invitations/{invitation_id}/decline`: the fleet's side, no token; the body is required.
pub(crate) async fn decline(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.invitation_id", &id)?;
    let mut body = Fields::parse(&body)?;
    let reason = body.text("decline_reason", body::any);
    let reason = body.finish(reason)?;
    sandbox.change(|change| change.decline(id, reason))?;
    found(&sandbox, id)
}
