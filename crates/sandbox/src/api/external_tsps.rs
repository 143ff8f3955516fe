//! Providers in a public registry, and requests to integrate them (CONTRACT.md 8). Any token will do.

use axum::{Json, body::Bytes, http::StatusCode};
use domain::timestamp;
use serde_json::{Value, json};

use crate::{
    api::call::Call,
    engine::integration_request::Contact,
    request::body::Fields,
    state::{
        State, checks,
        error::ApiError,
        records::{ExternalTsp, IntegrationRequest},
    },
};

/// Whether `name` contains the letters and digits of `query` in that order. This finds a name by a part of it.
fn resembles(name: &str, query: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<Vec<_>>();
    let mut letters = plain(name).into_iter();
    plain(query).into_iter().all(|wanted| letters.any(|letter| letter == wanted))
}

/// `ExtTspRead`
fn show(tsp: &ExternalTsp, state: &State) -> Value {
    json!({
        "id": tsp.id,
        "name": tsp.name,
        "registry": "fmcsa",
        "email": null,
        "phone": null,
        "website": tsp.website,
        "created_at": timestamp::rfc3339(tsp.created_at),
        "updated_at": timestamp::rfc3339(tsp.created_at),
        "integrated_tsp_ids": state.integrated_tsp_ids(tsp.id),
    })
}

/// `ExtTspIntegrationRequestRead`. `None` if its provider or its fleet was deleted.
fn show_request(request: &IntegrationRequest, state: &State) -> Option<Value> {
    let tsp = state.external_tsps.get(&request.ext_tsp_id)?;
    let fleet = state.fleets.get(&state.invitations.get(&request.invitation_id)?.fleet_id?)?;
    let integrated = state.integrated_tsp_ids(tsp.id);
    Some(json!({
        "id": request.id,
        "ext_tsp_id": tsp.id,
        "ext_tsp_name": tsp.name,
        "ext_tsp_compliance_status": if integrated.is_empty() { "unknown" } else { "compliant" },
        "fleet_id": fleet.id,
        "fleet_ref": fleet.fleet_ref,
        "partner_id": state.partner_id,
        "invitation_id": request.invitation_id,
        "fleet_contact_name": request.contact_name,
        "fleet_contact_notes": request.notes,
        "created_at": timestamp::rfc3339(request.created_at),
        "updated_at": timestamp::rfc3339(request.created_at),
        "integrated_tsp_ids": integrated,
    }))
}

/// `GET /v2/orgs/external-tsps`: an array, sorted by name. `q` is a fuzzy search.
pub(crate) async fn list(call: Call) -> Result<Json<Vec<Value>>, ApiError> {
    let query = call.params.text("q")?;
    Ok(Json(call.sandbox.read(|state, _| {
        let matches = |tsp: &&ExternalTsp| query.is_none_or(|query| resembles(&tsp.name, query));
        let mut found: Vec<_> = state.external_tsps.values().filter(matches).collect();
        found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        found.into_iter().map(|tsp| show(tsp, state)).collect()
    })))
}

/// `GET /v2/orgs/external-tsps/integration-requests`: an array, oldest first.
pub(crate) async fn list_requests(call: Call) -> Result<Json<Vec<Value>>, ApiError> {
    let (fleet_id, fleet_ref) = (call.params.uuid("fleet_id")?, call.params.text("fleet_ref")?);
    Ok(Json(call.sandbox.read(|state, _| {
        let matches = |shown: &Value| {
            fleet_id.is_none_or(|id| shown["fleet_id"] == json!(id))
                && fleet_ref.is_none_or(|name| shown["fleet_ref"] == name)
        };
        let shown = state.integration_requests.iter().filter_map(|request| show_request(request, state));
        shown.filter(matches).collect()
    })))
}

/// `POST /v2/orgs/external-tsps/{ext_tsp_id}/request-integration`: 201. The body can be missing or null.
pub(crate) async fn request_integration(
    call: Call,
    body: Bytes,
) -> Result<(StatusCode, Json<Option<Value>>), ApiError> {
    let id = call.id("ext_tsp_id")?;
    let is_empty = body.is_empty() || body.trim_ascii() == b"null";
    let mut body = Fields::parse(if is_empty { b"{}" } else { &body })?;
    let contact = Contact {
        name: body.text("fleet_contact_name", checks::any),
        email: body.text("fleet_contact_email", checks::email),
        notes: body.text("fleet_contact_notes", checks::any),
    };
    let contact = body.finish(contact)?;
    call.sandbox.change(|change| {
        let request = change.request_integration_for_last_fleet(id, contact)?;
        Ok((StatusCode::CREATED, Json(show_request(&request, change.state))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_a_part_of_it() {
        let table = [("Open Road Logs", "road", true), ("Open Road Logs", "OpnRd", true), ("Samsara", "motive", false)];
        for (name, query, want) in table {
            assert_eq!(resembles(name, query), want, "{query}");
        }
    }
}
