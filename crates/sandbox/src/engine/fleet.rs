//! What a fleet can change about itself (CONTRACT.md 7).
//!
//! Choices: null in an update clears a field, except for the name and the reference, which it leaves; a new reference also
//! applies to the fleet's agreement and connections; deleting a fleet also deletes its agreement, connections, and
//! properties.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::state::{
    change::Change,
    error::ApiError,
    records::{Fleet, json},
};

impl Change<'_> {
    /// Changes fields of a fleet. Returns the whole record.
    pub(crate) fn update_fleet(&mut self, id: Uuid, changes: Vec<(&str, Option<String>)>) -> Result<Value, ApiError> {
        let mut record = json(self.state.shared_fleet(id)?);
        for (name, value) in changes {
            if value.is_some() || !matches!(name, "name" | "fleet_ref") {
                record[name] = json!(value);
            }
        }
        record["updated_at"] = json!(domain::timestamp::rfc3339(self.now));
        let fleet: Fleet = serde_json::from_value(record.clone()).map_err(|_| ApiError::Internal)?;
        let fleet_ref = || Some(fleet.fleet_ref.clone());
        for agreement in self.state.agreements.values_mut().filter(|one| one.fleet_id == id) {
            agreement.fleet_ref = fleet_ref();
        }
        for connection in self.state.connections.values_mut().filter(|one| one.fleet_id == id) {
            connection.fleet_ref = fleet_ref();
        }
        self.state.fleets.insert(id, fleet);
        Ok(record)
    }

    /// Deletes a fleet with everything that belongs to it.
    pub(crate) fn delete_fleet(&mut self, id: Uuid) -> Result<(), ApiError> {
        self.state.shared_fleet(id)?;
        self.delete_agreements_of(id);
        let state = &mut *self.state;
        state.connections.retain(|_, connection| connection.fleet_id != id);
        state.schedules.retain(|_, schedule| state.connections.contains_key(&schedule.connection_id));
        state.failed_fetches.retain(|_, failed| state.schedules.contains_key(&failed.schedule_id));
        state.fleet_properties.retain(|_, property| property.owner != id);
        state.fleets.remove(&id);
        Ok(())
    }
}
