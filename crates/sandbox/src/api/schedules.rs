//! The fetch schedules of a connection, one for each resource (CONTRACT.md 11). The list has no `total`.

use axum::Json;
use domain::timestamp;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    state::{error::ApiError, resources::integration_resources, schedules::Schedule},
};

/// `ScheduleRead`. The cursor is where the last fetch stopped.
fn show(schedule: &Schedule, now: OffsetDateTime) -> Value {
    let last = schedule.last_success(now).map(timestamp::rfc3339);
    json!({
        "id": schedule.id,
        "connection_id": schedule.connection_id,
        "resource": schedule.resource,
        "execution_interval_seconds": Schedule::INTERVAL.whole_seconds(),
        "status": schedule.status,
        "consecutive_error_count": schedule.consecutive_failures(now),
        "consecutive_error_threshold": Schedule::ERROR_THRESHOLD,
        "max_concurrent_executions": 1,
        "cursor": last,
        "last_data_at": last,
    })
}

/// `GET /v2/integrations/connections/{connection_id}/schedules`
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("schedule:read")?;
    let id = call.id("connection_id")?;
    let request = call.page()?;
    let resource = call.params.one_of("resource", &integration_resources())?;
    call.sandbox.read(|state, now| {
        let connection = state.connections.get(&id).ok_or(ApiError::NotFound)?;
        let matches =
            |one: &&Schedule| one.connection_id == id && resource.is_none_or(|resource| one.resource == resource);
        let found = state.schedules.values().filter(matches);
        let rows = found.map(|one| (Position::new(connection.created_at, one.id), one));
        Ok(Json(page(rows, &request, Total::Omitted, |one| show(one, now))))
    })
}

/// `GET /v2/integrations/connections/{connection_id}/schedules/{schedule_id}`
pub(crate) async fn get(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("schedule:read")?;
    let (connection_id, schedule_id) = (call.id("connection_id")?, call.id("schedule_id")?);
    call.sandbox.read(|state, now| {
        let (_, schedule) = state.schedule(connection_id, schedule_id)?;
        Ok(Json(show(schedule, now)))
    })
}
