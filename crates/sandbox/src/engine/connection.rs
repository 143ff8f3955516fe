//! What can happen to connections with providers: linked, attached, stale, repaired, failing (WEBHOOKS.md 2.5 to 2.8).

use serde_json::json;
use time::Duration;
use uuid::Uuid;

use crate::{
    state::{
        change::Change,
        error::ApiError,
        faults::WebhookFault,
        records::{Connection, ConnectionStatus, Invitation, Tsp},
        schedules::{Schedule, ScheduleStatus},
    },
    webhooks::events::{connection_record, schedule_record},
};

/// A choice: a link that already existed was made this long ago.
const AGE_OF_EXISTING_LINK: Duration = Duration::days(30);

impl Change<'_> {
    /// The fleet of an accepted invitation connects a provider. With `already_linked`, the fleet had linked the provider
    /// before, for example for another partner, so there is no `connection.created` (CONTRACT.md 13, trap 19).
    ///
    /// A choice: connecting a provider again repairs the connection instead of creating a second one. There is no event
    /// for that (WEBHOOKS.md 2.1).
    pub(crate) fn connect(&mut self, invitation_id: Uuid, tsp: &Tsp, already_linked: bool) -> Result<(), ApiError> {
        let (invitation, fleet_id) = self.accepted_invitation(invitation_id)?;
        let known = self.state.connections.values().find(|known| known.fleet_id == fleet_id && known.tsp_id == tsp.id);
        if let Some(known) = known.map(|known| known.id) {
            self.repair_connection(known)?;
            return self.attach(&invitation, known);
        }
        let id = self.link(&invitation, fleet_id, tsp, already_linked);
        self.attach(&invitation, id)
    }

    /// An accepted invitation and its fleet.
    fn accepted_invitation(&self, invitation_id: Uuid) -> Result<(Invitation, Uuid), ApiError> {
        let invitation = self.state.invitations.get(&invitation_id).ok_or(ApiError::NotFound)?;
        let fleet_id = invitation.fleet_id.ok_or(ApiError::Conflict("Invitation not accepted"))?;
        if !self.state.fleets.contains_key(&fleet_id) {
            return Err(ApiError::Conflict("The fleet was deleted"));
        }
        Ok((invitation.clone(), fleet_id))
    }

    /// The first half of [`Self::connect`]: the provider is linked, but not attached to the fleet yet.
    pub(crate) fn link_only(&mut self, invitation_id: Uuid, tsp: &Tsp) -> Result<(), ApiError> {
        let (invitation, fleet_id) = self.accepted_invitation(invitation_id)?;
        self.link(&invitation, fleet_id, tsp, false);
        Ok(())
    }

    fn link(&mut self, invitation: &Invitation, fleet_id: Uuid, tsp: &Tsp, already_linked: bool) -> Uuid {
        let fleet = self.state.fleets.get(&fleet_id);
        let connection = Connection {
            id: self.random.uuid_v4(),
            created_at: if already_linked { self.now - AGE_OF_EXISTING_LINK } else { self.now },
            updated_at: self.now,
            fleet_id,
            fleet_ref: Some(fleet.map_or_else(|| invitation.fleet_ref.clone(), |fleet| fleet.fleet_ref.clone())),
            tsp_id: tsp.id,
            source_name: tsp.source_name.clone(),
            credentials: json!({ "api_key": "*****", "url": null, "user_id": null }),
            status: ConnectionStatus::Active,
            description: Some(format!("{} (sandbox)", tsp.name)),
        };
        if !already_linked && !self.fault_strikes(WebhookFault::SkipConnectionCreated, "connection.created") {
            self.emit_connection("connection.created", &connection, connection_record(&connection));
        }
        let id = connection.id;
        self.state.unattached.insert(id);
        self.state.connections.insert(id, connection);
        id
    }

    /// Attaches a link to the fleet, unless that was done. From then on, its data is fetched.
    fn attach(&mut self, invitation: &Invitation, id: Uuid) -> Result<(), ApiError> {
        if !self.state.unattached.remove(&id) {
            return Ok(());
        }
        let connection = self.connection(id)?;
        self.add_schedules(&connection, invitation.permissions.keys().cloned());
        let link = json!({ "id": self.random.uuid_v4(), "fleet_id": connection.fleet_id, "connection_id": id });
        self.emit_connection("fleet_connection.created", &connection, link);
        self.apply_agreement_of(connection.fleet_id);
        Ok(())
    }

    /// The fleet has signed in again, and fetching resumes. There is no event for that.
    pub(crate) fn repair_connection(&mut self, id: Uuid) -> Result<(), ApiError> {
        let now = self.now;
        let connection = self.state.connections.get_mut(&id).ok_or(ApiError::NotFound)?;
        connection.status = ConnectionStatus::Active;
        connection.updated_at = now;
        let fleet_id = connection.fleet_id;
        for schedule in self.state.schedules.values_mut().filter(|schedule| schedule.connection_id == id) {
            schedule.resume(now);
        }
        self.apply_agreement_of(fleet_id);
        Ok(())
    }

    fn apply_agreement_of(&mut self, fleet_id: Uuid) {
        if let Some(agreement) = self.state.agreement_of(fleet_id).cloned() {
            self.apply_to_schedules(&agreement);
        }
    }

    fn connection(&self, id: Uuid) -> Result<Connection, ApiError> {
        self.state.connections.get(&id).cloned().ok_or(ApiError::NotFound)
    }

    /// The credentials stop working. Fetching stops until the fleet signs in again.
    pub(crate) fn mark_connection_stale(&mut self, id: Uuid) -> Result<(), ApiError> {
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

    /// One fetch fails. The next one succeeds: a single `execution.failed` is noise (WEBHOOKS.md 8, trap 18).
    pub(crate) fn fail_fetch(&mut self, connection_id: Uuid, resource: Option<&str>) -> Result<(), ApiError> {
        let connection = self.connection(connection_id)?;
        let mut schedule = self.schedule_for(connection_id, resource)?;
        let count = schedule.consecutive_failures(self.now) + 1;
        let id = self.record_failed_fetch(&mut schedule, count);
        let record = self.execution_record(id, &connection, &schedule);
        self.state.schedules.insert(schedule.id, schedule);
        self.emit_connection("execution.failed", &connection, record);
        Ok(())
    }

    /// Turns off a schedule, as Catena does after too many errors in a row.
    pub(crate) fn deactivate_schedule(&mut self, connection_id: Uuid, resource: Option<&str>) -> Result<(), ApiError> {
        let connection = self.connection(connection_id)?;
        let mut schedule = self.schedule_for(connection_id, resource)?;
        schedule.halt(ScheduleStatus::Inactive, self.now);
        self.record_failed_fetch(&mut schedule, Schedule::ERROR_THRESHOLD);
        self.emit_connection("schedule.deactivated", &connection, schedule_record(&schedule));
        self.state.schedules.insert(schedule.id, schedule);
        Ok(())
    }
}
