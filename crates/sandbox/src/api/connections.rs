//! The connections of the API and how fresh their data is (CONTRACT.md 11). Lists have no `total`.

use std::collections::HashMap;

use axum::Json;
use domain::timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    request::query::Params,
    state::{
        error::ApiError,
        records::{Connection, json},
        schedules::Schedule,
    },
};

/// The fleets that a call is limited to, by id or by reference. Empty: all.
struct FleetFilter<'a> {
    ids: Vec<Uuid>,
    refs: Vec<&'a str>,
}

impl<'a> FleetFilter<'a> {
    fn parse(params: &'a Params) -> Result<Self, ApiError> {
        Ok(Self { ids: params.uuids("fleet_ids")?, refs: params.texts("fleet_refs")? })
    }

    fn includes(&self, connection: &Connection) -> bool {
        let named = connection.fleet_ref.as_deref().is_some_and(|name| self.refs.contains(&name));
        (self.ids.is_empty() || self.ids.contains(&connection.fleet_id)) && (self.refs.is_empty() || named)
    }
}

/// `GET /v2/integrations/connections`
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("connection:read")?;
    let request = call.page()?;
    let tsp_id = call.params.uuid("tsp_id")?;
    let fleets = FleetFilter::parse(&call.params)?;
    let matches = |one: &&Connection| tsp_id.is_none_or(|id| one.tsp_id == id) && fleets.includes(one);
    Ok(Json(call.sandbox.read(|state, _| {
        let attached = |one: &&Connection| !state.unattached.contains(&one.id);
        let found = state.connections.values().filter(matches).filter(attached);
        page(found.map(|one| (Position::new(one.created_at, one.id), one)), &request, Total::Omitted, json)
    })))
}

/// `GET /v2/integrations/connections/{connection_id}`: without the `fleet_ref` of the list (CONTRACT.md 13, trap 14).
pub(crate) async fn get(call: Call) -> Result<Json<Value>, ApiError> {
    call.get("connection:read", "connection_id", |state, id| {
        let connection = state.connections.get(&id).cloned().ok_or(ApiError::NotFound)?;
        Ok(json(&Connection { fleet_ref: None, ..connection }))
    })
}

/// `GET /v2/integrations/connections/data-freshness`: an array with one row for each resource of each connection.
pub(crate) async fn freshness(call: Call) -> Result<Json<Vec<Value>>, ApiError> {
    call.needs("connection:read")?;
    let fleets = FleetFilter::parse(&call.params)?;
    Ok(Json(call.sandbox.read(|state, now| {
        let scopes: HashMap<_, _> = state.agreements.values().map(|one| (one.fleet_id, &one.scopes)).collect();
        let row = |schedule: &Schedule| {
            let connection = state.connections.get(&schedule.connection_id).filter(|one| fleets.includes(one))?;
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
