//! What can happen to a share agreement, with its events (CONTRACT.md 6 and 14, WEBHOOKS.md 2.4).
//!
//! Choices: a call that changes nothing emits nothing; an expired agreement can only be cancelled, deleted, or given another
//! end, which revives it; dates are stored as sent, and an agreement that ends in the past has expired. Fetching follows the
//! agreement: it stops while the agreement is paused or expired, and ends when it is cancelled or deleted.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::state::{
    change::Change,
    error::ApiError,
    records::{Agreement, AgreementStatus, Connection, ConnectionStatus},
    resources::is_fetched,
    schedules::{Schedule, ScheduleStatus},
    update::Update,
};

/// What a caller does to an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AgreementAction {
    Pause,
    Activate,
    Cancel,
    SetDates,
    Delete,
}

/// The status after an action. A cancelled agreement answers every action with a 409, a deleted one with a 404.
fn next_status(status: AgreementStatus, action: AgreementAction) -> Result<AgreementStatus, ApiError> {
    match (status, action) {
        (AgreementStatus::Deleted, _) => Err(ApiError::NotFound),
        (AgreementStatus::Cancelled, _) => Err(ApiError::Conflict("Share agreement was cancelled")),
        (_, AgreementAction::Cancel) => Ok(AgreementStatus::Cancelled),
        (_, AgreementAction::Delete) => Ok(AgreementStatus::Deleted),
        (_, AgreementAction::SetDates) => Ok(status),
        (AgreementStatus::Expired, _) => Err(ApiError::Conflict("Share agreement has expired")),
        (_, AgreementAction::Pause) => Ok(AgreementStatus::Paused),
        (_, AgreementAction::Activate) => Ok(AgreementStatus::Active),
    }
}

/// The status at `now`, if it was `status` before.
fn status_at(now: OffsetDateTime, status: AgreementStatus, expiration_date: Option<OffsetDateTime>) -> AgreementStatus {
    let is_over = expiration_date.is_some_and(|end| end <= now);
    match status {
        AgreementStatus::Active | AgreementStatus::Paused if is_over => AgreementStatus::Expired,
        AgreementStatus::Expired if !is_over => AgreementStatus::Active,
        _ => status,
    }
}

impl Change<'_> {
    fn agreement(&mut self, id: Uuid) -> Result<&mut Agreement, ApiError> {
        self.state.agreements.get_mut(&id).ok_or(ApiError::NotFound)
    }

    /// Pauses, activates, cancels, or deletes an agreement.
    pub(crate) fn change_agreement(&mut self, id: Uuid, action: AgreementAction) -> Result<Agreement, ApiError> {
        let agreement = self.agreement(id)?;
        let before = agreement.status;
        agreement.status = next_status(before, action)?;
        let agreement = agreement.clone();
        if agreement.status != before {
            self.apply_to_schedules(&agreement);
            let deleted = agreement.status == AgreementStatus::Deleted;
            self.emit_agreement(
                if deleted { "share_agreement.deleted" } else { "share_agreement.updated" },
                &agreement,
            );
        }
        Ok(agreement)
    }

    /// Ends an agreement: its fleet is no longer visible, and nothing more is fetched.
    pub(crate) fn delete_agreement(&mut self, id: Uuid) -> Result<(), ApiError> {
        self.change_agreement(id, AgreementAction::Delete).map(drop)
    }

    /// Deletes the fleet's agreements. Those that have ended stay as they are.
    pub(crate) fn delete_agreements_of(&mut self, fleet_id: Uuid) {
        let ids: Vec<_> =
            self.state.agreements.values().filter(|one| one.fleet_id == fleet_id).map(|one| one.id).collect();
        for id in ids {
            // Refused for one that has ended.
            let _ = self.delete_agreement(id);
        }
    }

    /// Sets dates. Without an expiration date, the agreement doesn't end.
    pub(crate) fn set_agreement_dates(
        &mut self,
        id: Uuid,
        effective_date: Option<OffsetDateTime>,
        expiration_date: Update<OffsetDateTime>,
    ) -> Result<Agreement, ApiError> {
        let now = self.now;
        let agreement = self.agreement(id)?;
        let before = (agreement.status, agreement.effective_date, agreement.expiration_date);
        let status = next_status(agreement.status, AgreementAction::SetDates)?;
        agreement.effective_date = effective_date.unwrap_or(agreement.effective_date);
        expiration_date.apply(&mut agreement.expiration_date);
        agreement.status = status_at(now, status, agreement.expiration_date);
        let agreement = agreement.clone();
        if let Some(end) = agreement.expiration_date {
            self.state.note_expiry(end);
        }
        if before != (agreement.status, agreement.effective_date, agreement.expiration_date) {
            self.apply_to_schedules(&agreement);
            self.emit_agreement("share_agreement.updated", &agreement);
        }
        Ok(agreement)
    }

    /// Expires agreements. Returns whether any expired.
    pub(crate) fn expire_agreements(&mut self) -> bool {
        let now = self.now;
        let mut expired = Vec::new();
        for agreement in self.state.agreements.values_mut() {
            let status = status_at(now, agreement.status, agreement.expiration_date);
            if status == AgreementStatus::Expired && status != agreement.status {
                agreement.status = status;
                expired.push(agreement.clone());
            }
        }
        expired.sort_by_key(|agreement| agreement.expiration_date);
        for agreement in &expired {
            self.apply_to_schedules(agreement);
            self.emit_agreement("share_agreement.updated", agreement);
        }
        !expired.is_empty()
    }

    /// Adds a resource to all agreements that lack it, or to those of some fleets. Returns their ids. A choice: skips
    /// unknown fleets, and agreements that are neither active nor paused.
    pub(crate) fn backfill(&mut self, resource: &str, level: &str, fleet_ids: Option<&[Uuid]>) -> Vec<Uuid> {
        let mut changed = Vec::new();
        for agreement in self.state.agreements.values_mut() {
            let selected = fleet_ids.is_none_or(|ids| ids.contains(&agreement.fleet_id));
            let open = matches!(agreement.status, AgreementStatus::Active | AgreementStatus::Paused);
            if selected && open && !agreement.scopes.contains_key(resource) {
                agreement.scopes.insert(resource.to_owned(), level.to_owned());
                changed.push(agreement.clone());
            }
        }
        for agreement in &changed {
            let connections: Vec<Connection> =
                self.state.connections_of(agreement.fleet_id).into_iter().cloned().collect();
            for connection in &connections {
                self.add_schedules(connection, [resource.to_owned()]);
            }
            self.apply_to_schedules(agreement);
            self.emit_agreement("share_agreement.updated", agreement);
        }
        changed.into_iter().map(|agreement| agreement.id).collect()
    }

    /// Adds a schedule for each of the resources that the connection's provider has.
    pub(crate) fn add_schedules(&mut self, connection: &Connection, resources: impl IntoIterator<Item = String>) {
        let stale = connection.status == ConnectionStatus::Stale;
        for resource in resources.into_iter().filter(|resource| is_fetched(&connection.source_name, resource)) {
            let schedule = Schedule {
                id: self.random.uuid_v4(),
                connection_id: connection.id,
                resource,
                status: if stale { ScheduleStatus::Stale } else { ScheduleStatus::Active },
                started_at: self.now,
                halted_at: stale.then_some(self.now),
                earlier_periods: Vec::new(),
                failures_in_a_row: 0,
                last_failure_at: None,
            };
            self.state.schedules.insert(schedule.id, schedule);
        }
    }

    /// Starts or stops fetching, depending on the agreement.
    pub(crate) fn apply_to_schedules(&mut self, agreement: &Agreement) {
        let now = self.now;
        let connections: Vec<_> = self.state.connections_of(agreement.fleet_id).iter().map(|one| one.id).collect();
        for schedule in self.state.schedules.values_mut().filter(|one| connections.contains(&one.connection_id)) {
            match (agreement.status, schedule.status) {
                (AgreementStatus::Active, ScheduleStatus::Paused) => schedule.resume(now),
                (AgreementStatus::Paused | AgreementStatus::Expired, ScheduleStatus::Active) => {
                    schedule.halt(ScheduleStatus::Paused, now);
                }
                (AgreementStatus::Cancelled, _) => schedule.halt(ScheduleStatus::Cancelled, now),
                (AgreementStatus::Deleted, _) => schedule.halt(ScheduleStatus::Inactive, now),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_of_an_agreement() {
        use AgreementStatus::{Active, Cancelled, Deleted, Expired, Paused};
        let acts = [
            AgreementAction::Pause,
            AgreementAction::Activate,
            AgreementAction::Cancel,
            AgreementAction::SetDates,
            AgreementAction::Delete,
        ];
        let (conflict, gone) = (Err(409), Err(404));
        let table = [
            (Active, [Ok(Paused), Ok(Active), Ok(Cancelled), Ok(Active), Ok(Deleted)]),
            (Paused, [Ok(Paused), Ok(Active), Ok(Cancelled), Ok(Paused), Ok(Deleted)]),
            (Cancelled, [conflict; 5]),
            (Expired, [conflict, conflict, Ok(Cancelled), Ok(Expired), Ok(Deleted)]),
            (Deleted, [gone; 5]),
        ];
        for (status, wanted) in table {
            for (act, want) in acts.into_iter().zip(wanted) {
                let is = next_status(status, act)
                    .map_err(|error| if matches!(error, ApiError::NotFound) { 404 } else { 409 });
                assert_eq!(is, want, "{status:?} {act:?}");
            }
        }
    }

    #[test]
    fn time_ends_an_agreement_and_another_end_revives_it() {
        use AgreementStatus::{Active, Cancelled, Expired, Paused};
        let at = |seconds: i64| domain::timestamp::from_micros(seconds * 1_000_000);
        let table = [
            (Active, Some(5), Expired),
            (Paused, Some(5), Expired),
            (Active, Some(6), Active),
            (Paused, None, Paused),
            (Expired, None, Active),
            (Expired, Some(6), Active),
            (Cancelled, Some(5), Cancelled),
        ];
        for (status, end, want) in table {
            assert_eq!(status_at(at(5), status, end.map(at)), want, "{status:?} {end:?}");
        }
    }
}
