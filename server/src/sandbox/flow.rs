//! What can happen after the consent: providers linked, data fetched, and what stops that (WEBHOOKS.md 2.5 to 2.8).

use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    Change,
    errors::ApiError,
    events::{connection_record, schedule_record},
    state::{AgreementStatus, Connection, ConnectionStatus, Schedule, ScheduleStatus, State},
    tsps::Tsp,
};

/// Time between two fetches of a schedule (CONTRACT.md 11: "600 usual").
pub(super) const FETCH_EVERY: Duration = Duration::minutes(10);

/// How long ago a link that exists from elsewhere was made: a choice.
const LINKED_BEFORE: Duration = Duration::days(30);

/// Time from the start of a schedule to its first fetch.
const FIRST_FETCH_AFTER: Duration = Duration::seconds(5);

impl Schedule {
    /// The last fetch that worked. Fetches are reckoned from the clock, not made.
    pub(super) fn last_success(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let until = self.halted_at.unwrap_or(now).min(now);
        let first = self.started_at.saturating_add(FIRST_FETCH_AFTER);
        let rounds = (until - first).whole_seconds().div_euclid(FETCH_EVERY.whole_seconds());
        (until >= first).then(|| first.saturating_add(Duration::seconds(rounds * FETCH_EVERY.whole_seconds())))
    }

    /// The next fetch, while there is one.
    pub(super) fn next_fetch(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let next = self.last_success(now).map_or(self.started_at + FIRST_FETCH_AFTER, |last| last + FETCH_EVERY);
        self.halted_at.is_none().then_some(next)
    }

    fn halt(&mut self, status: ScheduleStatus, now: OffsetDateTime) {
        self.status = status;
        self.halted_at.get_or_insert(now);
    }
}

impl State {
    /// The connections of a fleet, oldest first.
    pub(super) fn connections_of(&self, fleet_id: Uuid) -> Vec<&Connection> {
        let mut found: Vec<_> =
            self.connections.values().filter(|connection| connection.fleet_id == fleet_id).collect();
        found.sort_by_key(|connection| (connection.created_at, connection.id));
        found
    }
}

impl Change<'_> {
    /// The fleet of an accepted invitation gives its credentials for a provider. With `already_linked` the link with the
    /// provider exists from elsewhere, so `connection.created` is skipped (CONTRACT.md 13, trap 19).
    ///
    /// Choice: giving credentials again for a provider that is connected repairs that connection instead of making a
    /// second one; nothing tells of it, as there is no event for a repair (WEBHOOKS.md 2.1).
    pub(super) fn connect(&mut self, invitation_id: Uuid, tsp: &Tsp, already_linked: bool) -> Result<(), ApiError> {
        let invitation = self.state.invitations.get(&invitation_id).ok_or(ApiError::NotFound)?;
        let fleet_id = invitation.fleet_id.ok_or(ApiError::Conflict("Invitation not accepted"))?;
        let fleet_ref = invitation.fleet_ref.clone();
        let resources: Vec<String> = invitation.permissions.keys().cloned().collect();
        let now = self.now;
        let known =
            self.state.connections.values_mut().find(|known| known.fleet_id == fleet_id && known.tsp_id == tsp.id);
        if let Some(connection) = known {
            connection.status = ConnectionStatus::Active;
            connection.updated_at = now;
            let id = connection.id;
            for schedule in self.state.schedules.values_mut().filter(|schedule| schedule.connection_id == id) {
                if schedule.halted_at.take().is_some() {
                    schedule.status = ScheduleStatus::Active;
                    schedule.started_at = now;
                }
            }
            return Ok(());
        }
        let connection = Connection {
            id: self.entropy.uuid_v4(),
            // What was linked elsewhere is older than this onboarding.
            created_at: if already_linked { now - LINKED_BEFORE } else { now },
            updated_at: now,
            fleet_id,
            fleet_ref: Some(fleet_ref),
            tsp_id: tsp.id,
            source_name: tsp.source_name.to_owned(),
            credentials: json!({ "api_key": "*****", "url": null, "user_id": null }),
            status: ConnectionStatus::Active,
            description: Some(format!("{} (sandbox)", tsp.name)),
        };
        for resource in resources {
            let schedule = Schedule {
                id: self.entropy.uuid_v4(),
                connection_id: connection.id,
                resource,
                status: ScheduleStatus::Active,
                started_at: now,
                halted_at: None,
            };
            self.state.schedules.insert(schedule.id, schedule);
        }
        if !already_linked {
            self.emit_connection("connection.created", &connection, connection_record(&connection));
        }
        let link = json!({ "id": self.entropy.uuid_v4(), "fleet_id": fleet_id, "connection_id": connection.id });
        self.emit_connection("fleet_connection.created", &connection, link);
        self.state.connections.insert(connection.id, connection);
        Ok(())
    }

    fn connection(&self, id: Uuid) -> Result<Connection, ApiError> {
        self.state.connections.get(&id).cloned().ok_or(ApiError::NotFound)
    }

    /// The connection's schedule for `resource`; without one, for vehicle locations, or else any.
    fn schedule(&self, connection_id: Uuid, resource: Option<&str>) -> Result<Schedule, ApiError> {
        let mut all: Vec<_> = self.state.schedules.values().filter(|one| one.connection_id == connection_id).collect();
        all.sort_by(|a, b| a.resource.cmp(&b.resource));
        let named = |name: &str| all.iter().find(|schedule| schedule.resource == name).copied();
        let found = match resource {
            Some(name) => named(name),
            None => named("vehicle_location").or_else(|| all.first().copied()),
        };
        found.cloned().ok_or(ApiError::NotFound)
    }

    /// The credentials stop working: fetching stops until the fleet logs in again.
    pub(super) fn stale_connection(&mut self, id: Uuid) -> Result<(), ApiError> {
        let now = self.now;
        let connection = self.state.connections.get_mut(&id).ok_or(ApiError::NotFound)?;
        connection.status = ConnectionStatus::Stale;
        connection.updated_at = now;
        let connection = connection.clone();
        for schedule in self.state.schedules.values_mut().filter(|schedule| schedule.connection_id == id) {
            schedule.halt(ScheduleStatus::Stale, now);
        }
        self.emit_connection("connection.staled", &connection, connection_record(&connection));
        Ok(())
    }

    /// One fetch fails. The next one, at its time, works: `execution.failed` is noise (WEBHOOKS.md 8, trap 18).
    pub(super) fn fail_fetch(&mut self, connection_id: Uuid, resource: Option<&str>) -> Result<(), ApiError> {
        let connection = self.connection(connection_id)?;
        let schedule = self.schedule(connection_id, resource)?;
        let record = self.execution_record(&connection, &schedule);
        self.emit_connection("execution.failed", &connection, record);
        Ok(())
    }

    /// A schedule is switched off, as after too many errors in a row.
    pub(super) fn deactivate_schedule(&mut self, connection_id: Uuid, resource: Option<&str>) -> Result<(), ApiError> {
        let connection = self.connection(connection_id)?;
        let mut schedule = self.schedule(connection_id, resource)?;
        schedule.halt(ScheduleStatus::Inactive, self.now);
        self.emit_connection("schedule.deactivated", &connection, schedule_record(&schedule));
        self.state.schedules.insert(schedule.id, schedule);
        Ok(())
    }

    /// The agreement ends: the fleet is no longer shown and nothing more is fetched.
    pub(super) fn delete_agreement(&mut self, id: Uuid) -> Result<(), ApiError> {
        let now = self.now;
        let agreement = self.state.agreements.get_mut(&id).ok_or(ApiError::NotFound)?;
        if agreement.status == AgreementStatus::Deleted {
            return Err(ApiError::NotFound);
        }
        agreement.status = AgreementStatus::Deleted;
        let agreement = agreement.clone();
        let connections: Vec<_> = self.state.connections_of(agreement.fleet_id).iter().map(|one| one.id).collect();
        for schedule in self.state.schedules.values_mut() {
            if connections.contains(&schedule.connection_id) {
                schedule.halt(ScheduleStatus::Inactive, now);
            }
        }
        self.emit_agreement("share_agreement.deleted", &agreement);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fetches_are_reckoned_from_the_start_and_stop_when_halted() {
        let at = |seconds: i64| app::domain::moment::from_micros(seconds * 1_000_000);
        let mut schedule = Schedule {
            id: Uuid::nil(),
            connection_id: Uuid::nil(),
            resource: "vehicle".into(),
            status: ScheduleStatus::Active,
            started_at: at(1_000),
            halted_at: None,
        };
        assert_eq!((schedule.last_success(at(1_004)), schedule.next_fetch(at(1_004))), (None, Some(at(1_005))));
        assert_eq!(
            (schedule.last_success(at(1_604)), schedule.next_fetch(at(1_604))),
            (Some(at(1_005)), Some(at(1_605)))
        );
        assert_eq!(schedule.last_success(at(1_605)), Some(at(1_605)));
        schedule.halt(ScheduleStatus::Stale, at(1_606));
        assert_eq!((schedule.last_success(at(99_999)), schedule.next_fetch(at(99_999))), (Some(at(1_605)), None));
    }
}
