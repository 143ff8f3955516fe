//! The connections of the API and how fresh their data is (CONTRACT.md 11). Lists have no `total`.

use std::collections::HashMap;

use axum::{Json, extract::State};
use domain::timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Sandbox,
    api::{
        auth::Bearer,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
        routes,
    },
    state::{Connection, Schedule, error::ApiError},
};

/// The fleets asked for: by id, by reference, or all.
struct Fleets<'a> {
    ids: Vec<Uuid>,
    refs: Vec<&'a str>,
}

impl<'a> Fleets<'a> {
    fn read(params: &'a Params) -> Result<Self, ApiError> {
        Ok(Self { ids: params.uuids("fleet_ids")?, refs: params.some("fleet_refs")? })
    }

    fn include(&self, connection: &Connection) -> bool {
        let named = connection.fleet_ref.as_deref().is_some_and(|name| self.refs.contains(&name));
        (self.ids.is_empty() || self.ids.contains(&connection.fleet_id)) && (self.refs.is_empty() || named)
    }
}

/// `GET /v2/integrations/connections`
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("connection:read")?;
    let ask = PageAsk::read(&params)?;
    let tsp_id = params.uuid("tsp_id")?;
    let fleets = Fleets::read(&params)?;
    let fits = |one: &&Connection| tsp_id.is_none_or(|id| one.tsp_id == id) && fleets.include(one);
    Ok(Json(sandbox.read(|state, _| {
        let rows = state
            .connections
            .values()
            .filter(fits)
            .filter(|one| !state.unattached.contains(&one.id))
            .map(|one| (Place::new(one.created_at, one.id), one))
            .collect();
        page(rows, &ask, Total::Untold, |one| routes::json(*one))
    })))
}

/// `GET /v2/integrations/connections/{connection_id}`: without the `fleet_ref` that the list has (CONTRACT.md 13, trap 14).
pub(crate) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("connection:read")?;
    let id = uuid("path.connection_id", &id)?;
    sandbox.read(|state, _| {
        let connection = state.connections.get(&id).cloned().ok_or(ApiError::NotFound)?;
        Ok(Json(routes::json(&Connection { fleet_ref: None, ..connection })))
    })
}

/// `GET /v2/integrations/connections/data-freshness`: a bare array, one row per resource and connection.
pub(crate) async fn freshness(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    params: Params,
) -> Result<Json<Vec<Value>>, ApiError> {
    bearer.needs("connection:read")?;
    let fleets = Fleets::read(&params)?;
    Ok(Json(sandbox.read(|state, now| {
        let scopes: HashMap<_, _> = state.agreements.values().map(|one| (one.fleet_id, &one.scopes)).collect();
        let row = |schedule: &Schedule| {
            let connection = state.connections.get(&schedule.connection_id).filter(|one| fleets.include(one))?;
            Some(json!({
                "resource": schedule.resource,
                "share_level": scopes.get(&connection.fleet_id).and_then(|scopes| scopes.get(&schedule.resource)),
                "fleet_id": connection.fleet_id,
                "fleet_ref": connection.fleet_ref,
                "connection_id": connection.id,
                "connection_description": connection.description,
                "schedule_id": schedule.id,
                "source_name": connection.source_name,
                "tsp_id": connection.tsp_id,
                "tsp_slug": state.tsps.get(&connection.tsp_id).map_or(&connection.source_name, |tsp| &tsp.slug),
                "last_successful_execution_at": schedule.last_success(now).map(timestamp::rfc3339),
                "next_execution_at": schedule.next_fetch(now).map(timestamp::rfc3339),
                "schedule_status": schedule.status,
            }))
        };
        state.schedules.values().filter_map(row).collect()
    })))
}
