//! Providers that a registry knows and Catena may not have integrated, and what fleets asked for (CONTRACT.md 8).
//!
//! Choices: the registry holds a dozen names; a fleet that types one the registry lacks adds it; a call with a partner's
//! token asks in the name of the fleet that accepted last, a 409 where none did.

use std::collections::BTreeMap;

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use domain::timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Change, Sandbox,
    api::{
        auth::Bearer,
        paging::{Params, uuid},
        path::Path,
    },
    state::{
        self, IntegrationRequest,
        body::{self, Fields},
        error::ApiError,
        rfc3339,
    },
};

/// A provider in the registry.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ExternalTsp {
    id: Uuid,
    name: String,
    website: Option<String>,
    #[serde(with = "rfc3339")]
    created_at: OffsetDateTime,
}

/// The registry's first ids; each next name counts up.
const FIRST: u128 = 0x019d_6a63_6947_7ccf_a25e_c84d_8dbc_7400;

/// When the registry was read: 2026-01-26T15:40:23.624104Z.
const KNOWN_SINCE: i64 = 1_769_442_023_624_104;

/// The names of the registry; the first ones are integrated.
const KNOWN: [&str; 12] = [
    "3PL Tek",
    "Geotab",
    "HOS247",
    "Motive",
    "Northline ELD",
    "Samsara",
    "Alpine Logbook",
    "Bluewater Fleet Systems",
    "Granite ELD",
    "Lakeshore Telematics",
    "Open Road Logs",
    "Summit Trackers",
];

fn known_id(at: usize) -> Uuid {
    Uuid::from_u128(FIRST + at as u128)
}

/// The registry's id for a provider's name.
pub(crate) fn known_as(name: &str) -> Option<Uuid> {
    KNOWN.iter().position(|known| *known == name).map(known_id)
}

/// The registry that every sandbox has.
pub(crate) fn known() -> BTreeMap<Uuid, ExternalTsp> {
    let created_at = timestamp::from_micros(KNOWN_SINCE);
    let one = |(at, name): (usize, &str)| {
        let website = Some(format!("https://{}.example/", name.to_lowercase().replace(' ', "-")));
        ExternalTsp { id: known_id(at), name: name.to_owned(), website, created_at }
    };
    KNOWN.into_iter().enumerate().map(one).map(|tsp| (tsp.id, tsp)).collect()
}

/// Whether the letters and digits of `wanted` come in `name` in that order: forgiving enough for half a name.
fn resembles(name: &str, wanted: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<Vec<_>>();
    let mut letters = plain(name).into_iter();
    plain(wanted).into_iter().all(|wanted| letters.any(|letter| letter == wanted))
}

impl state::State {
    /// Catena's own providers behind one of the registry.
    fn integrated(&self, id: Uuid) -> Vec<Uuid> {
        self.tsps.values().filter(|tsp| tsp.ext_tsp_id == Some(id)).map(|tsp| tsp.id).collect()
    }

    /// `ExtTspIntegrationRequestRead`; none when its provider or its fleet is gone.
    fn show_request(&self, request: &IntegrationRequest) -> Option<Value> {
        let tsp = self.external_tsps.get(&request.ext_tsp_id)?;
        let fleet = self.fleets.get(&self.invitations.get(&request.invitation_id)?.fleet_id?)?;
        let integrated = self.integrated(tsp.id);
        Some(json!({
            "id": request.id,
            "ext_tsp_id": tsp.id,
            "ext_tsp_name": tsp.name,
            "ext_tsp_compliance_status": if integrated.is_empty() { "unknown" } else { "compliant" },
            "fleet_id": fleet.id,
            "fleet_ref": fleet.fleet_ref,
            "partner_id": self.partner_id,
            "invitation_id": request.invitation_id,
            "fleet_contact_name": request.contact_name,
            "fleet_contact_notes": request.notes,
            "created_at": timestamp::rfc3339(request.created_at),
            "updated_at": timestamp::rfc3339(request.created_at),
            "integrated_tsp_ids": integrated,
        }))
    }
}

/// Whom to ask back, and what else the fleet said.
#[derive(Default)]
pub(crate) struct Contact {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) notes: Option<String>,
}

impl Change<'_> {
    /// A fleet asks for a provider by its name; the request's id.
    pub(crate) fn ask_for_provider(&mut self, invitation_id: Uuid, name: &str, contact: Contact) -> Uuid {
        let known = self.state.external_tsps.values().find(|tsp| tsp.name.eq_ignore_ascii_case(name.trim()));
        let known = known.map(|tsp| tsp.id);
        let ext_tsp_id = known.unwrap_or_else(|| {
            let id = self.random.uuid_v7(self.now);
            let tsp = ExternalTsp { id, name: name.trim().to_owned(), website: None, created_at: self.now };
            self.state.external_tsps.insert(id, tsp);
            id
        });
        self.request_integration(invitation_id, ext_tsp_id, contact)
    }

    fn request_integration(&mut self, invitation_id: Uuid, ext_tsp_id: Uuid, contact: Contact) -> Uuid {
        let request = IntegrationRequest {
            id: self.random.uuid_v7(self.now),
            invitation_id,
            ext_tsp_id,
            created_at: self.now,
            contact_name: contact.name,
            contact_email: contact.email,
            notes: contact.notes,
        };
        let id = request.id;
        self.state.integration_requests.push(request);
        id
    }
}

/// `GET /v2/orgs/external-tsps`: a bare array by name, for any token; `q` is fuzzy.
pub(crate) async fn list(
    _any: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Vec<Value>>, ApiError> {
    let wanted = params.text("q")?;
    Ok(Json(sandbox.read(|state, _| {
        let fits = |tsp: &&ExternalTsp| wanted.is_none_or(|wanted| resembles(&tsp.name, wanted));
        let mut found: Vec<_> = state.external_tsps.values().filter(fits).collect();
        found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let show = |tsp: &ExternalTsp| {
            json!({
                "id": tsp.id,
                "name": tsp.name,
                "registry": "fmcsa",
                "email": null,
                "phone": null,
                "website": tsp.website,
                "created_at": timestamp::rfc3339(tsp.created_at),
                "updated_at": timestamp::rfc3339(tsp.created_at),
                "integrated_tsp_ids": state.integrated(tsp.id),
            })
        };
        found.into_iter().map(show).collect()
    })))
}

/// `GET /v2/orgs/external-tsps/integration-requests`: a bare array, oldest first, for any token.
pub(crate) async fn requests(
    _any: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Vec<Value>>, ApiError> {
    let (fleet_id, fleet_ref) = (params.uuid("fleet_id")?, params.text("fleet_ref")?);
    Ok(Json(sandbox.read(|state, _| {
        let fits = |shown: &Value| {
            fleet_id.is_none_or(|id| shown["fleet_id"] == json!(id))
                && fleet_ref.is_none_or(|name| shown["fleet_ref"] == name)
        };
        state.integration_requests.iter().filter_map(|request| state.show_request(request)).filter(fits).collect()
    })))
}

/// `POST /v2/orgs/external-tsps/{ext_tsp_id}/request-integration`: 201. The body may be missing or null.
pub(crate) async fn ask(
    _any: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Option<Value>>), ApiError> {
    let id = uuid("path.ext_tsp_id", &id)?;
    let nothing = body.is_empty() || body.trim_ascii() == b"null";
    let mut body = Fields::parse(if nothing { b"{}" } else { &body })?;
    let contact = Contact {
        name: body.text("fleet_contact_name", body::any),
        email: body.text("fleet_contact_email", body::email),
        notes: body.text("fleet_contact_notes", body::any),
    };
    let contact = body.finish(contact)?;
    sandbox.change(|change| {
        let state = &change.state;
        let tsp = state.external_tsps.get(&id).ok_or(ApiError::NotFound)?.id;
        let with_fleet = |id: &Uuid| state.fleets.contains_key(id);
        let asking = state.invitations.values().filter(|one| one.fleet_id.as_ref().is_some_and(with_fleet));
        let asking = asking.max_by_key(|one| (one.accepted_at, one.id)).map(|one| one.id);
        let asking = asking.ok_or(ApiError::Conflict("No fleet has accepted an invitation yet"))?;
        change.request_integration(asking, tsp, contact);
        let shown = change.state.integration_requests.last().and_then(|request| change.state.show_request(request));
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_half_of_it() {
        let table = [("Open Road Logs", "road", true), ("Open Road Logs", "OpnRd", true), ("Samsara", "motive", false)];
        for (name, wanted, want) in table {
            assert_eq!(resembles(name, wanted), want, "{wanted}");
        }
        assert_eq!((known().len(), known_as("Samsara").is_some(), known_as("Zonar")), (12, true, None));
    }
}
