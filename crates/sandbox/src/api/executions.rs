//! Executions: the single fetches of a schedule, kept for 7 days (CONTRACT.md 11).

use axum::Json;
use domain::timestamp;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    engine::schedule::RETENTION,
    state::{error::ApiError, records::Connection, schedules::Schedule},
};

/// `ExecutionRead`. A failed fetch has a `response`.
fn show(id: Uuid, at: OffsetDateTime, response: Option<&Value>, schedule: &Schedule, connection: &Connection) -> Value {
    let succeeded = response.is_none();
    let at = timestamp::rfc3339(at);
    json!({
        "id": id,
        "created_at": at,
        "updated_at": at,
        "schedule_id": schedule.id,
        "connection_id": connection.id,
        "fleet_id": connection.fleet_id,
        "status": if succeeded { "success" } else { "failed" },
        "source_name": connection.source_name,
        "resource": schedule.resource,
        "cursor": succeeded.then_some(&at),
        "response": response,
        "last_data_at": succeeded.then_some(&at),
    })
}

/// `GET /v2/integrations/connections/{connection_id}/schedules/{schedule_id}/executions`
pub(crate) async fn list(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("execution:read")?;
    let (connection_id, schedule_id) = (call.id("connection_id")?, call.id("schedule_id")?);
    let request = call.page()?;
    call.sandbox.read(|state, now| {
        let (connection, schedule) = state.schedule(connection_id, schedule_id)?;
        let oldest = now.saturating_sub(RETENTION);
        let failed = state.failed_fetches.values().filter(|one| one.schedule_id == schedule_id && one.at >= oldest);
        let failed = failed.map(|one| (Position::new(one.at, one.id), (one.id, one.at, Some(&one.response))));
        let successful = schedule.successful_fetches(now).map(|at| (at, schedule.fetch_id(at)));
        let successful = successful.map(|(at, id)| (Position::new(at, id), (id, at, None)));
        let show = |(id, at, response): &_| show(*id, *at, *response, schedule, connection);
        Ok(Json(page(successful.chain(failed), &request, Total::Omitted, show)))
    })
}
