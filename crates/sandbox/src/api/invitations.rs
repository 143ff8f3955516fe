//! The invitations of the API (CONTRACT.md 5).

use std::collections::BTreeMap;

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
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    engine::invitation::{HOURS, InvitationRequest, Upsert},
    request::{
        body::Fields,
        path::{Path, uuid},
    },
    sandbox::Sandbox,
    settings::{PARTNER_SLUG, SandboxSettings},
    state::{
        self,
        checks::{self, Check},
        error::ApiError,
        records::{Invitation, InvitationStatus, json},
        resources::RESOURCES,
    },
};

/// `InvitationRead`. A choice: the deprecated fields repeat the current ones.
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
        magic_link: settings.magic_link(invitation.id),
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

/// The field, or its deprecated counterpart.
fn text_or_deprecated(body: &mut Fields, name: &str, check: Check) -> Option<String> {
    let deprecated = body.text(&format!("partner_provided_{name}"), check);
    body.text(name, check).or(deprecated)
}

/// Reads `permissions`: a map from resources to `read` or `read_write` (CONTRACT.md 13, trap 9).
fn permissions(body: &mut Fields) -> Option<BTreeMap<String, String>> {
    let mut inner = body.object("permissions")?;
    let mut permissions = BTreeMap::new();
    for resource in inner.names() {
        if !RESOURCES.contains(&resource.as_str()) {
            inner.refuse(&resource, ("Input should be the name of a resource", "enum"));
            continue;
        }
        match inner.text(&resource, checks::any).as_deref() {
            Some(level @ ("read" | "read_write")) => {
                permissions.insert(resource, level.to_owned());
            }
            _ => inner.refuse(&resource, ("Input should be 'read' or 'read_write'", "enum")),
        }
    }
    body.add_problems_of("permissions", inner);
    Some(permissions)
}

fn read_request(body: &[u8]) -> Result<InvitationRequest, ApiError> {
    let mut body = Fields::parse(body)?;
    body.not_null(&["expires_in_hours"]);
    let request = InvitationRequest {
        fleet_ref: body.required("fleet_ref", checks::fleet_ref),
        fleet_name: text_or_deprecated(&mut body, "fleet_name", checks::fleet_name),
        fleet_email: text_or_deprecated(&mut body, "fleet_email", checks::email),
        fleet_regulatory_id: text_or_deprecated(&mut body, "fleet_regulatory_id", checks::any),
        fleet_regulatory_id_type: text_or_deprecated(&mut body, "fleet_regulatory_id_type", checks::any),
        fleet_phone: text_or_deprecated(&mut body, "fleet_phone", checks::phone),
        fleet_website: text_or_deprecated(&mut body, "fleet_website", checks::web_url),
        fleet_country_code: text_or_deprecated(&mut body, "fleet_country_code", checks::country),
        callback_url: body.text("callback_url", checks::https_url),
        success_redirect_url: body.text("success_redirect_url", checks::web_url),
        failure_redirect_url: body.text("failure_redirect_url", checks::web_url),
        limit_tsps: body.texts("limit_tsps"),
        permissions: permissions(&mut body),
        expires_in_hours: body.integer("expires_in_hours", HOURS).and_then(|hours| u32::try_from(hours).ok()),
    };
    body.finish(request)
}

/// `POST /v2/orgs/invitations`: 201 for a new invitation, 200 for a refreshed one.
pub(crate) async fn create(call: Call, body: Bytes) -> Result<Response, ApiError> {
    call.needs("invitation:create")?;
    let request = read_request(&body)?;
    let (status, shown) = call.sandbox.change(|change| {
        let (status, id) = match change.upsert_invitation(request) {
            Upsert::Created(id) => (StatusCode::CREATED, id),
            Upsert::Refreshed(id) => (StatusCode::OK, id),
        };
        (status, change.state.invitations.get(&id).map(|one| show(one, change.state, change.settings)))
    });
    Ok((status, Json(shown)).into_response())
}

/// `GET /v2/orgs/invitations`: newest first, without deleted ones.
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("invitation:read")?;
    let request = call.page()?;
    let fleet_ref = call.params.text("fleet_ref")?;
    let matches = |one: &&Invitation| {
        one.status != InvitationStatus::Deleted && fleet_ref.is_none_or(|name| one.fleet_ref == name)
    };
    Ok(Json(call.sandbox.read(|state, _| {
        let rows = state.invitations.values().filter(matches).map(|one| (Position::new(one.created_at, one.id), one));
        page(rows, &request, Total::Included, |one| show(one, state, call.sandbox.settings()))
    })))
}

/// The record, which anyone who knows its id may read. A choice: a deleted one is a 404 (CONTRACT.md 14).
fn find(sandbox: &Sandbox, id: Uuid) -> Result<Json<Value>, ApiError> {
    sandbox.read(|state, _| {
        let invitation = state.invitations.get(&id).filter(|one| one.status != InvitationStatus::Deleted);
        invitation.map(|one| Json(show(one, state, sandbox.settings()))).ok_or(ApiError::NotFound)
    })
}

/// `GET /v2/orgs/invitations/{invitation_id}`: no token (CONTRACT.md 13, trap 2).
pub(crate) async fn get(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    find(&sandbox, uuid("path.invitation_id", &id)?)
}

/// `DELETE /v2/orgs/invitations/{invitation_id}`
pub(crate) async fn delete(call: Call) -> Result<StatusCode, ApiError> {
    call.delete("invitation:delete", "invitation_id", |change, id| change.delete_invitation(id))
}

/// `POST /v2/orgs/invitations/{invitation_id}/accept`: for the fleet, no token.
pub(crate) async fn accept(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.invitation_id", &id)?;
    sandbox.change(|change| change.accept_invitation(id))?;
    find(&sandbox, id)
}

/// `POST /v2/orgs/invitations/{invitation_id}/decline`: for the fleet, no token. The body is required.
pub(crate) async fn decline(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let id = uuid("path.invitation_id", &id)?;
    let mut body = Fields::parse(&body)?;
    let reason = body.text("decline_reason", checks::any);
    let reason = body.finish(reason)?;
    sandbox.change(|change| change.decline_invitation(id, reason))?;
    find(&sandbox, id)
}
