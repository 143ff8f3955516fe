//! The fetch schedules of a connection, one for each resource (CONTRACT.md 11). The list has no `total`.

use axum::{Json, extract::State};
use domain::timestamp;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Sandbox,
    api::{
        auth::Bearer,
        executions::ERROR_THRESHOLD,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
    },
    engine::connection::FETCH_EVERY,
    state::{self, Connection, Schedule, error::ApiError, resources::fetched},
};

impl state::State {
    /// A schedule with its connection.
    pub(crate) fn schedule(
        &self,
        connection_id: Uuid,
        schedule_id: Uuid,
    ) -> Result<(&Connection, &Schedule), ApiError> {
        let connection = self.connections.get(&connection_id).ok_or(ApiError::NotFound)?;
        let schedule = self.schedules.get(&schedule_id).filter(|one| one.connection_id == connection_id);
        Ok((connection, schedule.ok_or(ApiError::NotFound)?))
    }
}

/// `ScheduleRead`. The cursor is where the last fetch stopped.
fn show(schedule: &Schedule, now: OffsetDateTime) -> Value {
    let last = schedule.last_success(now).map(timestamp::rfc3339);
    json!({
        "id": schedule.id,
        "connection_id": schedule.connection_id,
        "resource": schedule.resource,
        "execution_interval_seconds": FETCH_EVERY.whole_seconds(),
        "status": schedule.status,
        "consecutive_error_count": schedule.failed_in_a_row(now),
        "consecutive_error_threshold": ERROR_THRESHOLD,
        "max_concurrent_executions": 1,
        "cursor": last,
        "last_data_at": last,
    })
}

/// `GET /v2/integrations/connections/{connection_id}/schedules`
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("schedule:read")?;
    let id = uuid("path.connection_id", &id)?;
    let ask = PageAsk::read(&params)?;
    let resource = params.one_of("resource", &fetched())?;
    sandbox.read(|state, now| {
        let connection = state.connections.get(&id).ok_or(ApiError::NotFound)?;
        let fits =
            |one: &&Schedule| one.connection_id == id && resource.is_none_or(|resource| one.resource == resource);
        let place = |one: &Schedule| Place::new(connection.created_at, one.id);
        let rows = state.schedules.values().filter(fits).map(|one| (place(one), one)).collect();
        Ok(Json(page(rows, &ask, Total::Untold, |one| show(one, now))))
    })
}

/// `GET /v2/integrations/connections/{connection_id}/schedules/{schedule_id}`
pub(crate) async fn get(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path((connection_id, schedule_id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("schedule:read")?;
    let connection_id = uuid("path.connection_id", &connection_id)?;
    let schedule_id = uuid("path.schedule_id", &schedule_id)?;
    sandbox.read(|state, now| {
        let (_, schedule) = state.schedule(connection_id, schedule_id)?;
        Ok(Json(show(schedule, now)))
    })
}
