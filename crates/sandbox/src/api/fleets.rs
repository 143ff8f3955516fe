//! The fleets of the API (CONTRACT.md 7). Every call sees only fleets with an active share agreement. Scopes reserve the
//! writes for the fleet itself.

use axum::{Json, body::Bytes, http::StatusCode};
use serde_json::Value;

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    request::body::Fields,
    state::{
        checks::{self, Check},
        error::ApiError,
        records::{Fleet, json},
        update::Update,
    },
};

/// The fields that a fleet can change.
const UPDATABLE: [(&str, Check); 18] = [
    ("name", checks::any),
    ("description", checks::any),
    ("display_name", checks::any),
    ("legal_name", checks::any),
    ("dba_name", checks::any),
    ("regulatory_id", checks::any),
    ("regulatory_id_type", checks::any),
    ("regulatory_id_date", checks::date),
    ("regulatory_id_status", checks::any),
    ("registered_email", checks::email),
    ("registered_phone", checks::phone),
    ("registered_fax", checks::phone),
    ("address", checks::any),
    ("city", checks::any),
    ("province", checks::any),
    ("postal_code", checks::any),
    ("country_code", checks::country),
    ("fleet_ref", checks::fleet_ref),
];

/// `GET /v2/orgs/fleets`
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("fleet:read")?;
    let request = call.page()?;
    let refs = call.params.texts("fleet_refs")?;
    Ok(Json(call.sandbox.read(|state, _| {
        let shared = state.shared_fleets();
        let matches =
            |one: &&Fleet| (refs.is_empty() || refs.contains(&one.fleet_ref.as_str())) && shared.contains(&one.id);
        let found = state.fleets.values().filter(matches);
        page(found.map(|one| (Position::new(one.created_at, one.id), one)), &request, Total::Included, json)
    })))
}

/// `GET /v2/orgs/fleets/{fleet_id}`
pub(crate) async fn get(call: Call) -> Result<Json<Value>, ApiError> {
    call.get("fleet:read", "fleet_id", |state, id| state.shared_fleet(id).map(json))
}

/// `PATCH /v2/orgs/fleets/{fleet_id}`
pub(crate) async fn update(call: Call, body: Bytes) -> Result<Json<Value>, ApiError> {
    call.needs("fleet:update")?;
    let id = call.id("fleet_id")?;
    let mut body = Fields::parse(&body)?;
    let changes =
        UPDATABLE.iter().filter_map(|(name, check)| match body.update(name, |body| body.text(name, *check)) {
            Update::Set(value) => Some((*name, value)),
            Update::Unchanged => None,
        });
    let changes = changes.collect::<Vec<_>>();
    let changes = body.finish(changes)?;
    call.sandbox.change(|change| change.update_fleet(id, changes)).map(Json)
}

/// `DELETE /v2/orgs/fleets/{fleet_id}`
pub(crate) async fn delete(call: Call) -> Result<StatusCode, ApiError> {
    call.delete("fleet:delete", "fleet_id", |change, id| change.delete_fleet(id))
}
