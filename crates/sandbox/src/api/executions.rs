//! Executions: the single fetches of a schedule, kept for 7 days (CONTRACT.md 11). Those that worked are reckoned from the
//! clock and not stored; those that failed are, with the provider's answer.

use axum::{Json, extract::State};
use domain::timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    Change, Sandbox,
    api::{
        auth::Bearer,
        paging::{PageAsk, Params, Place, Total, page, uuid},
        path::Path,
    },
    engine::connection::{FETCH_EVERY, FIRST_FETCH_AFTER},
    state::{Connection, Schedule, ScheduleStatus, error::ApiError, rfc3339},
};

/// How long executions are kept.
const KEPT: Duration = Duration::days(7);

/// So many failures in a row switch a schedule off (CONTRACT.md 11: "15 usual").
pub(crate) const ERROR_THRESHOLD: u32 = 15;

/// A time of fetching that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    #[serde(with = "rfc3339")]
    pub(crate) from: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) until: OffsetDateTime,
}

impl Run {
    /// When it fetched, no earlier than `oldest`.
    fn fetches(self, oldest: OffsetDateTime) -> impl Iterator<Item = OffsetDateTime> {
        let first = self.from.saturating_add(FIRST_FETCH_AFTER);
        let skipped = (oldest - first).max(Duration::ZERO).whole_seconds().div_euclid(FETCH_EVERY.whole_seconds());
        let start = first.saturating_add(Duration::seconds(skipped * FETCH_EVERY.whole_seconds()));
        let next = |at: &OffsetDateTime| at.checked_add(FETCH_EVERY);
        std::iter::successors(Some(start), next).take_while(move |at| *at <= self.until).filter(move |at| *at >= oldest)
    }
}

/// A fetch that failed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) id: Uuid,
    pub(crate) schedule_id: Uuid,
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) response: Value,
}

impl Schedule {
    /// When it fetched with success within the last 7 days.
    fn fetches(&self, now: OffsetDateTime) -> impl Iterator<Item = OffsetDateTime> {
        let present = Run { from: self.started_at, until: self.halted_at.unwrap_or(now).min(now) };
        let oldest = now.saturating_sub(KEPT);
        self.earlier.iter().copied().chain([present]).flat_map(move |run| run.fetches(oldest))
    }

    /// How many fetches failed since the last that worked.
    pub(crate) fn failed_in_a_row(&self, now: OffsetDateTime) -> u32 {
        let worked_since = self.failed_at.zip(self.last_success(now)).is_some_and(|(failed, worked)| worked > failed);
        if worked_since { 0 } else { self.failed }
    }

    /// Fetches again after a halt.
    pub(crate) fn resume(&mut self, now: OffsetDateTime) {
        let Some(until) = self.halted_at.take() else { return };
        self.earlier.retain(|run| run.until >= now.saturating_sub(KEPT));
        self.earlier.push(Run { from: self.started_at, until });
        self.status = ScheduleStatus::Active;
        self.started_at = now;
        self.failed = 0;
    }

    /// The id of the fetch at a moment: the same whenever it is asked for.
    fn fetch_id(&self, at: OffsetDateTime) -> Uuid {
        let digest = Sha256::new().chain_update(self.id).chain_update(timestamp::micros(at).to_be_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Change<'_> {
    /// Keeps a failed fetch of the schedule, the `count`th in a row; its id.
    pub(crate) fn keep_failure(&mut self, schedule: &mut Schedule, count: u32) -> Uuid {
        let (now, id) = (self.now, self.random.uuid_v4());
        let oldest = now.saturating_sub(KEPT);
        self.state.failures.retain(|_, failure| failure.at >= oldest);
        let response = json!({ "status_code": 503, "body": "Service Unavailable" });
        self.state.failures.insert(id, Failure { id, schedule_id: schedule.id, at: now, response });
        schedule.failed = count;
        schedule.failed_at = Some(now);
        id
    }
}

/// `ExecutionRead`
fn show(id: Uuid, at: OffsetDateTime, response: Option<&Value>, schedule: &Schedule, connection: &Connection) -> Value {
    let worked = response.is_none();
    let at = timestamp::rfc3339(at);
    json!({
        "id": id,
        "created_at": at,
        "updated_at": at,
        "schedule_id": schedule.id,
        "connection_id": connection.id,
        "fleet_id": connection.fleet_id,
        "status": if worked { "success" } else { "failed" },
        "source_name": connection.source_name,
        "resource": schedule.resource,
        "cursor": worked.then_some(&at),
        "response": response,
        "last_data_at": worked.then_some(&at),
    })
}

/// `GET /v2/integrations/connections/{connection_id}/schedules/{schedule_id}/executions`
pub(crate) async fn list(
    bearer: Bearer,
    State(sandbox): State<Sandbox>,
    Path((connection_id, schedule_id)): Path<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    bearer.needs("execution:read")?;
    let connection_id = uuid("path.connection_id", &connection_id)?;
    let schedule_id = uuid("path.schedule_id", &schedule_id)?;
    let ask = PageAsk::read(&params)?;
    sandbox.read(|state, now| {
        let (connection, schedule) = state.schedule(connection_id, schedule_id)?;
        let oldest = now.saturating_sub(KEPT);
        let failed = state.failures.values().filter(|one| one.schedule_id == schedule_id && one.at >= oldest);
        let failed = failed.map(|one| (Place::new(one.at, one.id), (one.id, one.at, Some(&one.response))));
        let worked = schedule.fetches(now).map(|at| (at, schedule.fetch_id(at)));
        let worked = worked.map(|(at, id)| (Place::new(at, id), (id, at, None)));
        let rows = worked.chain(failed).collect();
        Ok(Json(page(rows, &ask, Total::Untold, |(id, at, response)| show(*id, *at, *response, schedule, connection))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        timestamp::from_micros(seconds * 1_000_000)
    }

    fn schedule() -> Schedule {
        Schedule {
            id: Uuid::from_u128(7),
            connection_id: Uuid::nil(),
            resource: "vehicle".into(),
            status: ScheduleStatus::Active,
            started_at: at(1_000_000),
            halted_at: None,
            earlier: Vec::new(),
            failed: 0,
            failed_at: None,
        }
    }

    #[test]
    fn fetches_are_those_of_the_last_7_days_through_every_halt() {
        let mut one = schedule();
        assert_eq!(one.fetches(at(1_000_004)).count(), 0);
        assert_eq!(one.fetches(at(1_001_205)).collect::<Vec<_>>(), [1_000_005, 1_000_605, 1_001_205].map(at));
        one.halted_at = Some(at(1_000_700));
        one.resume(at(1_002_000));
        let all = [1_000_005, 1_000_605, 1_002_005].map(at);
        assert_eq!(one.fetches(at(1_002_100)).collect::<Vec<_>>(), all);
        let week_later = at(1_000_605) + KEPT;
        assert_eq!(one.fetches(week_later).next(), Some(at(1_000_605)), "one that old to the second is still kept");
        assert_eq!(one.fetches(week_later + Duration::seconds(1)).next(), Some(at(1_002_005)));
        assert_eq!(one.fetches(at(9_000_000)).count(), 1_008);
    }

    #[test]
    fn a_fetch_has_the_same_id_whenever_it_is_asked_for() {
        let one = schedule();
        assert_eq!(one.fetch_id(at(1)), one.fetch_id(at(1)));
        assert_ne!(one.fetch_id(at(1)), one.fetch_id(at(2)));
        assert_ne!(one.fetch_id(at(1)), Schedule { id: Uuid::from_u128(8), ..schedule() }.fetch_id(at(1)));
    }

    #[test]
    fn a_success_ends_the_row_of_failures() {
        let one = Schedule { failed: 2, failed_at: Some(at(1_000_010)), ..schedule() };
        assert_eq!((one.failed_in_a_row(at(1_000_604)), one.failed_in_a_row(at(1_000_605))), (2, 0));
    }
}
