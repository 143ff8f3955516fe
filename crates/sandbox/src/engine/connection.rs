//! What can happen after the consent: providers linked, data fetched, and what stops that (WEBHOOKS.md 2.5 to 2.8).

use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    Change,
    api::{executions::ERROR_THRESHOLD, tsps::Tsp},
    state::{Connection, ConnectionStatus, Invitation, Schedule, ScheduleStatus, State, error::ApiError},
    webhooks::{
        events::{connection_record, schedule_record},
        fault_injection::Disorder,
    },
};

/// Time between two fetches of a schedule (CONTRACT.md 11: "600 usual").
pub(crate) const FETCH_EVERY: Duration = Duration::minutes(10);

/// How long ago a link that exists from elsewhere was made: a choice.
const LINKED_BEFORE: Duration = Duration::days(30);

/// Time from the start of a schedule to its first fetch.
pub(crate) const FIRST_FETCH_AFTER: Duration = Duration::seconds(5);

impl Schedule {
    /// The last fetch that worked. Fetches are reckoned from the clock, not made.
    pub(crate) fn last_success(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let until = self.halted_at.unwrap_or(now).min(now);
        let first = self.started_at.saturating_add(FIRST_FETCH_AFTER);
        let rounds = (until - first).whole_seconds().div_euclid(FETCH_EVERY.whole_seconds());
        (until >= first).then(|| first.saturating_add(Duration::seconds(rounds * FETCH_EVERY.whole_seconds())))
    }

    /// The next fetch, while there is one.
    pub(crate) fn next_fetch(&self, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let next = self.last_success(now).map_or(self.started_at + FIRST_FETCH_AFTER, |last| last + FETCH_EVERY);
        self.halted_at.is_none().then_some(next)
    }

    /// Stops fetching.
    pub(crate) fn halt(&mut self, status: ScheduleStatus, now: OffsetDateTime) {
        self.status = status;
        self.halted_at.get_or_insert(now);
    }
}

impl State {
    /// The connections of a fleet, oldest first.
    pub(crate) fn connections_of(&self, fleet_id: Uuid) -> Vec<&Connection> {
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
    pub(crate) fn connect(&mut self, invitation_id: Uuid, tsp: &Tsp, already_linked: bool) -> Result<(), ApiError> {
        let (invitation, fleet_id) = self.accepted_by(invitation_id)?;
        let known = self.state.connections.values().find(|known| known.fleet_id == fleet_id && known.tsp_id == tsp.id);
        if let Some(known) = known.map(|known| known.id) {
            self.repair(known)?;
            return self.attach(&invitation, known);
        }
        let id = self.link(&invitation, fleet_id, tsp, already_linked);
        self.attach(&invitation, id)
    }

    fn accepted_by(&self, invitation_id: Uuid) -> Result<(Invitation, Uuid), ApiError> {
        let invitation = self.state.invitations.get(&invitation_id).ok_or(ApiError::NotFound)?;
        let fleet_id = invitation.fleet_id.ok_or(ApiError::Conflict("Invitation not accepted"))?;
        if !self.state.fleets.contains_key(&fleet_id) {
            return Err(ApiError::Conflict("The fleet is gone"));
        }
        Ok((invitation.clone(), fleet_id))
    }

    /// The first half of [`Self::connect`]: the provider is linked, and the link not attached to the fleet yet.
    pub(crate) fn link_only(&mut self, invitation_id: Uuid, tsp: &Tsp) -> Result<(), ApiError> {
        let (invitation, fleet_id) = self.accepted_by(invitation_id)?;
        self.link(&invitation, fleet_id, tsp, false);
        Ok(())
    }

    fn link(&mut self, invitation: &Invitation, fleet_id: Uuid, tsp: &Tsp, already_linked: bool) -> Uuid {
        let fleet = self.state.fleets.get(&fleet_id);
        let connection = Connection {
            id: self.random.uuid_v4(),
            // What was linked elsewhere is older than this onboarding.
            created_at: if already_linked { self.now - LINKED_BEFORE } else { self.now },
            updated_at: self.now,
            fleet_id,
            fleet_ref: Some(fleet.map_or_else(|| invitation.fleet_ref.clone(), |fleet| fleet.fleet_ref.clone())),
            tsp_id: tsp.id,
            source_name: tsp.source_name.clone(),
            credentials: json!({ "api_key": "*****", "url": null, "user_id": null }),
            status: ConnectionStatus::Active,
            description: Some(format!("{} (sandbox)", tsp.name)),
        };
        if !already_linked && !self.strikes(Disorder::SkipConnectionCreated, "connection.created") {
            self.emit_connection("connection.created", &connection, connection_record(&connection));
        }
        let id = connection.id;
        self.state.unattached.insert(id);
        self.state.connections.insert(id, connection);
        id
    }

    /// Attaches a link to the fleet, unless it is: from now on its data is fetched.
    fn attach(&mut self, invitation: &Invitation, id: Uuid) -> Result<(), ApiError> {
        if !self.state.unattached.remove(&id) {
            return Ok(());
        }
        let connection = self.connection(id)?;
        self.start_fetching(&connection, invitation.permissions.keys().cloned());
        let link = json!({ "id": self.random.uuid_v4(), "fleet_id": connection.fleet_id, "connection_id": id });
        self.emit_connection("fleet_connection.created", &connection, link);
        self.follow_agreement_of(connection.fleet_id);
        Ok(())
    }

    /// The fleet has signed in again: fetching goes on. No event tells of it.
    pub(crate) fn repair(&mut self, id: Uuid) -> Result<(), ApiError> {
        let now = self.now;
        let connection = self.state.connections.get_mut(&id).ok_or(ApiError::NotFound)?;
        connection.status = ConnectionStatus::Active;
        connection.updated_at = now;
        let fleet_id = connection.fleet_id;
        for schedule in self.state.schedules.values_mut().filter(|schedule| schedule.connection_id == id) {
            schedule.resume(now);
        }
        self.follow_agreement_of(fleet_id);
        Ok(())
    }

    fn follow_agreement_of(&mut self, fleet_id: Uuid) {
        if let Some(agreement) = self.state.agreement_of(fleet_id).cloned() {
            self.follow(&agreement);
        }
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
    pub(crate) fn stale_connection(&mut self, id: Uuid) -> Result<(), ApiError> {
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
    pub(crate) fn fail_fetch(&mut self, connection_id: Uuid, resource: Option<&str>) -> Result<(), ApiError> {
        let connection = self.connection(connection_id)?;
        let mut schedule = self.schedule(connection_id, resource)?;
        let count = schedule.failed_in_a_row(self.now) + 1;
        let id = self.keep_failure(&mut schedule, count);
        let record = self.execution_record(id, &connection, &schedule);
        self.state.schedules.insert(schedule.id, schedule);
        self.emit_connection("execution.failed", &connection, record);
        Ok(())
    }

    /// A schedule is switched off, as after too many errors in a row.
    pub(crate) fn deactivate_schedule(&mut self, connection_id: Uuid, resource: Option<&str>) -> Result<(), ApiError> {
        let connection = self.connection(connection_id)?;
        let mut schedule = self.schedule(connection_id, resource)?;
        schedule.halt(ScheduleStatus::Inactive, self.now);
        self.keep_failure(&mut schedule, ERROR_THRESHOLD);
        self.emit_connection("schedule.deactivated", &connection, schedule_record(&schedule));
        self.state.schedules.insert(schedule.id, schedule);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fetches_are_reckoned_from_the_start_and_stop_when_halted() {
        let at = |seconds: i64| domain::timestamp::from_micros(seconds * 1_000_000);
        let mut schedule = Schedule {
            id: Uuid::nil(),
            connection_id: Uuid::nil(),
            resource: "vehicle".into(),
            status: ScheduleStatus::Active,
            started_at: at(1_000),
            halted_at: None,
            earlier: Vec::new(),
            failed: 0,
            failed_at: None,
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
