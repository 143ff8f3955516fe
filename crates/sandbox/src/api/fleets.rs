//! The fleets of the API and their properties (CONTRACT.md 7). A partner sees those it has an active share agreement with,
//! and so does every call here; the writes are the fleet's own, which their scopes say.
//!
//! Choices: null in an update clears the field, the name and the reference aside, which it leaves; a new reference is the
//! fleet's on its agreement and connections too; a deleted fleet takes its agreement, connections and properties along.

use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Change, Sandbox,
    api::{
        auth::Bearer,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
        routes,
    },
    engine::property::{self, Kind, Property, read_pairs},
    state::{
        self, AgreementStatus, Fleet,
        body::{self, Check, Fields, Update},
        enums::FLEET_PROPERTIES,
        error::ApiError,
    },
};

/// What a fleet may change about itself.
const OWN: [(&str, Check); 18] = [
    ("name", body::any),
    ("description", body::any),
    ("display_name", body::any),
    ("legal_name", body::any),
    ("dba_name", body::any),
    ("regulatory_id", body::any),
    ("regulatory_id_type", body::any),
    ("regulatory_id_date", body::date),
    ("regulatory_id_status", body::any),
    ("registered_email", body::email),
    ("registered_phone", body::phone),
    ("registered_fax", body::phone),
    ("address", body::any),
    ("city", body::any),
    ("province", body::any),
    ("postal_code", body::any),
    ("country_code", body::country),
    ("fleet_ref", body::fleet_ref),
];

impl state::State {
    /// The fleet, if the partner sees it.
    fn shared_fleet(&self, id: Uuid) -> Result<&Fleet, ApiError> {
        let active = |one: &state::Agreement| one.fleet_id == id && one.status == AgreementStatus::Active;
        let fleet = self.fleets.get(&id).ok_or(ApiError::NotFound)?;
        if self.agreements.values().any(active) { Ok(fleet) } else { Err(ApiError::NotFound) }
    }
}

impl Change<'_> {
    fn update_fleet(&mut self, id: Uuid, changes: Vec<(&str, Option<String>)>) -> Result<Value, ApiError> {
        let mut record = routes::json(self.state.shared_fleet(id)?);
        for (name, value) in changes {
            if value.is_some() || !matches!(name, "name" | "fleet_ref") {
                record[name] = json!(value);
            }
        }
        record["updated_at"] = json!(domain::timestamp::rfc3339(self.now));
        let fleet: Fleet = serde_json::from_value(record.clone()).map_err(|_| ApiError::Internal)?;
        let named = || Some(fleet.fleet_ref.clone());
        for agreement in self.state.agreements.values_mut().filter(|one| one.fleet_id == id) {
            agreement.fleet_ref = named();
        }
        for connection in self.state.connections.values_mut().filter(|one| one.fleet_id == id) {
            connection.fleet_ref = named();
        }
        self.state.fleets.insert(id, fleet);
        Ok(record)
    }

    fn delete_fleet(&mut self, id: Uuid) -> Result<(), ApiError> {
        self.state.shared_fleet(id)?;
        let agreements: Vec<_> =
            self.state.agreements.values().filter(|one| one.fleet_id == id).map(|one| one.id).collect();
        for agreement in agreements {
            // One that has ended already stays as it ended.
            let _ = self.delete_agreement(agreement);
        }
        let state = &mut *self.state;
        state.connections.retain(|_, connection| connection.fleet_id != id);
        state.schedules.retain(|_, schedule| state.connections.contains_key(&schedule.connection_id));
        state.failures.retain(|_, failure| state.schedules.contains_key(&failure.schedule_id));
        state.fleet_properties.retain(|_, property| property.owner != id);
        state.fleets.remove(&id);
        Ok(())
    }
}

/// `GET /v2/orgs/fleets`
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("fleet:read")?;
    let ask = PageAsk::read(&params)?;
    let refs = params.some("fleet_refs")?;
    Ok(Json(sandbox.read(|state, _| {
        let shared = state.shared_fleets();
        let fits =
            |one: &&Fleet| (refs.is_empty() || refs.contains(&one.fleet_ref.as_str())) && shared.contains(&one.id);
        let rows = state.fleets.values().filter(fits).map(|one| (Place::new(one.created_at, one.id), one)).collect();
        page(rows, &ask, Total::Told, |one| routes::json(*one))
    })))
}

/// `GET /v2/orgs/fleets/{fleet_id}`
pub(crate) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("fleet:read")?;
    let id = uuid("path.fleet_id", &id)?;
    sandbox.read(|state, _| state.shared_fleet(id).map(|fleet| Json(routes::json(fleet))))
}

/// `PATCH /v2/orgs/fleets/{fleet_id}`
pub(crate) async fn update(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("fleet:update")?;
    let id = uuid("path.fleet_id", &id)?;
    let mut body = Fields::parse(&body)?;
    let changes = OWN.iter().filter_map(|(name, check)| match body.update(name, |body| body.text(name, *check)) {
        Update::Given(value) => Some((*name, value)),
        Update::Left => None,
    });
    let changes = changes.collect::<Vec<_>>();
    let changes = body.finish(changes)?;
    sandbox.change(|change| change.update_fleet(id, changes)).map(Json)
}

/// `DELETE /v2/orgs/fleets/{fleet_id}`
pub(crate) async fn delete(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("fleet:delete")?;
    let id = uuid("path.fleet_id", &id)?;
    sandbox.change(|change| change.delete_fleet(id))?;
    Ok(StatusCode::NO_CONTENT)
}

fn show(property: &Property) -> Value {
    property.read("fleet_id")
}

/// `GET /v2/orgs/fleets/{fleet_id}/properties`: a bare array.
pub(crate) async fn properties(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Vec<Value>>, ApiError> {
    bearer.needs("fleet:read")?;
    let id = uuid("path.fleet_id", &id)?;
    sandbox.read(|state, _| {
        state.shared_fleet(id)?;
        Ok(Json(property::of(&state.fleet_properties, id).map(show).collect()))
    })
}

/// `POST /v2/orgs/fleets/{fleet_id}/properties`: an array in, 201 with an array.
pub(crate) async fn add_properties(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Vec<Value>>), ApiError> {
    bearer.needs("fleet:create")?;
    let id = uuid("path.fleet_id", &id)?;
    let pairs = read_pairs(&body, &FLEET_PROPERTIES)?;
    sandbox.change(|change| {
        change.state.shared_fleet(id)?;
        let made = change.add_properties(Kind::Fleet, id, pairs)?;
        Ok((StatusCode::CREATED, Json(made.iter().map(show).collect())))
    })
}

/// `DELETE /v2/orgs/fleets/{fleet_id}/properties/{property_id}`
pub(crate) async fn delete_property(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path((id, property_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    bearer.needs("fleet:delete")?;
    let (id, property_id) = (uuid("path.fleet_id", &id)?, uuid("path.property_id", &property_id)?);
    sandbox.change(|change| {
        change.state.shared_fleet(id)?;
        change.delete_property(Kind::Fleet, id, property_id)
    })?;
    Ok(StatusCode::NO_CONTENT)
}
