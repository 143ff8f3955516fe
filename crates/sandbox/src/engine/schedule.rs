//! When schedules fetch (CONTRACT.md 11). Successful fetches aren't stored: they are calculated from the clock. Failed ones
//! are stored, with the provider's response.

use domain::timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::state::{
    change::Change,
    error::ApiError,
    schedules::{FailedFetch, FetchPeriod, Schedule, ScheduleStatus},
};

/// How long executions are kept.
pub(crate) const RETENTION: Duration = Duration::days(7);

impl FetchPeriod {
    /// The times of its fetches since `oldest`.
    fn fetches(self, oldest: OffsetDateTime) -> impl Iterator<Item = OffsetDateTime> {
        let interval = Schedule::INTERVAL;
        let first = self.from.saturating_add(Schedule::FIRST_FETCH_AFTER);
        let skipped = (oldest - first).max(Duration::ZERO).whole_seconds().div_euclid(interval.whole_seconds());
        let start = first.saturating_add(Duration::seconds(skipped * interval.whole_seconds()));
        let next = move |at: &OffsetDateTime| at.checked_add(interval);
        std::iter::successors(Some(start), next).take_while(move |at| *at <= self.until).filter(move |at| *at >= oldest)
    }
}

impl Schedule {
    /// The last successful fetch.
    pub(crate) fn last_success(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let until = self.halted_at.unwrap_or(now).min(now);
        let first = self.started_at.saturating_add(Self::FIRST_FETCH_AFTER);
        let interval = Self::INTERVAL.whole_seconds();
        let rounds = (until - first).whole_seconds().div_euclid(interval);
        (until >= first).then(|| first.saturating_add(Duration::seconds(rounds * interval)))
    }

    /// The next fetch. `None` if the schedule is halted.
    pub(crate) fn next_fetch(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let next =
            self.last_success(now).map_or(self.started_at + Self::FIRST_FETCH_AFTER, |last| last + Self::INTERVAL);
        self.halted_at.is_none().then_some(next)
    }

    /// The times of its successful fetches within [`RETENTION`].
    pub(crate) fn successful_fetches(&self, now: OffsetDateTime) -> impl Iterator<Item = OffsetDateTime> {
        let present = FetchPeriod { from: self.started_at, until: self.halted_at.unwrap_or(now).min(now) };
        let oldest = now.saturating_sub(RETENTION);
        self.earlier_periods.iter().copied().chain([present]).flat_map(move |period| period.fetches(oldest))
    }

    /// How many fetches failed since the last success.
    pub(crate) fn consecutive_failures(&self, now: OffsetDateTime) -> u32 {
        let succeeded_since =
            self.last_failure_at.zip(self.last_success(now)).is_some_and(|(failed, succeeded)| succeeded > failed);
        if succeeded_since { 0 } else { self.failures_in_a_row }
    }

    /// Stops fetching.
    pub(crate) fn halt(&mut self, status: ScheduleStatus, now: OffsetDateTime) {
        self.status = status;
        self.halted_at.get_or_insert(now);
    }

    /// Resumes fetching after a halt.
    pub(crate) fn resume(&mut self, now: OffsetDateTime) {
        let Some(until) = self.halted_at.take() else { return };
        self.earlier_periods.retain(|period| period.until >= now.saturating_sub(RETENTION));
        self.earlier_periods.push(FetchPeriod { from: self.started_at, until });
        self.status = ScheduleStatus::Active;
        self.started_at = now;
        self.failures_in_a_row = 0;
    }

    /// The id of the successful fetch at `at`. Always the same for the same time.
    pub(crate) fn fetch_id(&self, at: OffsetDateTime) -> Uuid {
        let digest = Sha256::new().chain_update(self.id).chain_update(timestamp::micros(at).to_be_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Change<'_> {
    /// The connection's schedule for `resource`. Without a resource: the one for vehicle locations, or else any.
    pub(crate) fn schedule_for(&self, connection_id: Uuid, resource: Option<&str>) -> Result<Schedule, ApiError> {
        let mut all: Vec<_> = self.state.schedules.values().filter(|one| one.connection_id == connection_id).collect();
        all.sort_by(|a, b| a.resource.cmp(&b.resource));
        let named = |name: &str| all.iter().find(|schedule| schedule.resource == name).copied();
        let found = match resource {
            Some(name) => named(name),
            None => named("vehicle_location").or_else(|| all.first().copied()),
        };
        found.cloned().ok_or(ApiError::NotFound)
    }

    /// Stores a failed fetch of the schedule, the `count`th in a row. Returns its id.
    pub(crate) fn record_failed_fetch(&mut self, schedule: &mut Schedule, count: u32) -> Uuid {
        let (now, id) = (self.now, self.random.uuid_v4());
        let oldest = now.saturating_sub(RETENTION);
        self.state.failed_fetches.retain(|_, failed| failed.at >= oldest);
        let response = json!({ "status_code": 503, "body": "Service Unavailable" });
        self.state.failed_fetches.insert(id, FailedFetch { id, schedule_id: schedule.id, at: now, response });
        schedule.failures_in_a_row = count;
        schedule.last_failure_at = Some(now);
        id
    }
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
            earlier_periods: Vec::new(),
            failures_in_a_row: 0,
            last_failure_at: None,
        }
    }

    #[test]
    fn fetches_follow_from_the_start_and_stop_at_a_halt() {
        let mut one = Schedule { started_at: at(1_000), ..schedule() };
        assert_eq!((one.last_success(at(1_004)), one.next_fetch(at(1_004))), (None, Some(at(1_005))));
        assert_eq!((one.last_success(at(1_604)), one.next_fetch(at(1_604))), (Some(at(1_005)), Some(at(1_605))));
        assert_eq!(one.last_success(at(1_605)), Some(at(1_605)));
        one.halt(ScheduleStatus::Stale, at(1_606));
        assert_eq!((one.last_success(at(99_999)), one.next_fetch(at(99_999))), (Some(at(1_605)), None));
    }

    #[test]
    fn fetches_are_those_of_the_last_7_days_through_every_halt() {
        let mut one = schedule();
        assert_eq!(one.successful_fetches(at(1_000_004)).count(), 0);
        assert_eq!(
            one.successful_fetches(at(1_001_205)).collect::<Vec<_>>(),
            [1_000_005, 1_000_605, 1_001_205].map(at)
        );
        one.halted_at = Some(at(1_000_700));
        one.resume(at(1_002_000));
        let all = [1_000_005, 1_000_605, 1_002_005].map(at);
        assert_eq!(one.successful_fetches(at(1_002_100)).collect::<Vec<_>>(), all);
        let week_later = at(1_000_605) + RETENTION;
        assert_eq!(one.successful_fetches(week_later).next(), Some(at(1_000_605)), "exactly 7 days old: still kept");
        assert_eq!(one.successful_fetches(week_later + Duration::seconds(1)).next(), Some(at(1_002_005)));
        assert_eq!(one.successful_fetches(at(9_000_000)).count(), 1_008);
    }

    #[test]
    fn a_fetch_always_has_the_same_id() {
        let one = schedule();
        assert_eq!(one.fetch_id(at(1)), one.fetch_id(at(1)));
        assert_ne!(one.fetch_id(at(1)), one.fetch_id(at(2)));
        assert_ne!(one.fetch_id(at(1)), Schedule { id: Uuid::from_u128(8), ..schedule() }.fetch_id(at(1)));
    }

    #[test]
    fn a_success_resets_the_failures() {
        let one = Schedule { failures_in_a_row: 2, last_failure_at: Some(at(1_000_010)), ..schedule() };
        assert_eq!((one.consecutive_failures(at(1_000_604)), one.consecutive_failures(at(1_000_605))), (2, 0));
    }
}
