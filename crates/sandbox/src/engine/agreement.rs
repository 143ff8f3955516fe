//! What can happen to a share agreement, each change with its event (CONTRACT.md 6 and 14, WEBHOOKS.md 2.4).
//!
//! Choices: a change that changes nothing tells nothing; an expired agreement can be cancelled, deleted or given another end,
//! which revives it, and nothing else; dates are taken as they are, and one that ends in the past has expired. Fetching
//! follows the agreement: it rests while that is paused or expired and ends when it is cancelled or deleted.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Change,
    api::integrations::fetches,
    state::{
        Agreement, AgreementStatus, Connection, ConnectionStatus, Schedule, ScheduleStatus, body::Update,
        error::ApiError,
    },
};

/// What a caller does to an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Pause,
    Activate,
    Cancel,
    /// Sets its dates.
    Date,
    Delete,
}

/// What an agreement becomes. Any change of a cancelled one is a conflict, of a deleted one a 404.
fn after(status: AgreementStatus, act: Act) -> Result<AgreementStatus, ApiError> {
    match (status, act) {
        (AgreementStatus::Deleted, _) => Err(ApiError::NotFound),
        (AgreementStatus::Cancelled, _) => Err(ApiError::Conflict("Share agreement was cancelled")),
        (_, Act::Cancel) => Ok(AgreementStatus::Cancelled),
        (_, Act::Delete) => Ok(AgreementStatus::Deleted),
        (_, Act::Date) => Ok(status),
        (AgreementStatus::Expired, _) => Err(ApiError::Conflict("Share agreement has expired")),
        (_, Act::Pause) => Ok(AgreementStatus::Paused),
        (_, Act::Activate) => Ok(AgreementStatus::Active),
    }
}

/// What time makes of an agreement.
fn by(now: OffsetDateTime, status: AgreementStatus, expiration_date: Option<OffsetDateTime>) -> AgreementStatus {
    let over = expiration_date.is_some_and(|end| end <= now);
    match status {
        AgreementStatus::Active | AgreementStatus::Paused if over => AgreementStatus::Expired,
        AgreementStatus::Expired if !over => AgreementStatus::Active,
        _ => status,
    }
}

impl Change<'_> {
    fn agreement(&mut self, id: Uuid) -> Result<&mut Agreement, ApiError> {
        self.state.agreements.get_mut(&id).ok_or(ApiError::NotFound)
    }

    /// Pauses, activates, cancels or deletes.
    pub(crate) fn act_on_agreement(&mut self, id: Uuid, act: Act) -> Result<Agreement, ApiError> {
        let agreement = self.agreement(id)?;
        let before = agreement.status;
        agreement.status = after(before, act)?;
        let agreement = agreement.clone();
        if agreement.status != before {
            self.follow(&agreement);
            let deleted = agreement.status == AgreementStatus::Deleted;
            self.emit_agreement(
                if deleted { "share_agreement.deleted" } else { "share_agreement.updated" },
                &agreement,
            );
        }
        Ok(agreement)
    }

    /// The agreement ends: the fleet is no longer shown and nothing more is fetched.
    pub(crate) fn delete_agreement(&mut self, id: Uuid) -> Result<(), ApiError> {
        self.act_on_agreement(id, Act::Delete).map(drop)
    }

    /// Sets dates. `expiration_date` may be none: no end.
    pub(crate) fn date_agreement(
        &mut self,
        id: Uuid,
        effective_date: Option<OffsetDateTime>,
        expiration_date: Update<OffsetDateTime>,
    ) -> Result<Agreement, ApiError> {
        let now = self.now;
        let agreement = self.agreement(id)?;
        let before = (agreement.status, agreement.effective_date, agreement.expiration_date);
        let status = after(agreement.status, Act::Date)?;
        agreement.effective_date = effective_date.unwrap_or(agreement.effective_date);
        expiration_date.apply(&mut agreement.expiration_date);
        agreement.status = by(now, status, agreement.expiration_date);
        let agreement = agreement.clone();
        if let Some(end) = agreement.expiration_date {
            self.state.wake_at(end);
        }
        if before != (agreement.status, agreement.effective_date, agreement.expiration_date) {
            self.follow(&agreement);
            self.emit_agreement("share_agreement.updated", &agreement);
        }
        Ok(agreement)
    }

    /// Expires the agreements that have run out; whether any did.
    pub(crate) fn expire_agreements(&mut self) -> bool {
        let now = self.now;
        let mut expired = Vec::new();
        for agreement in self.state.agreements.values_mut() {
            let status = by(now, agreement.status, agreement.expiration_date);
            if status == AgreementStatus::Expired && status != agreement.status {
                agreement.status = status;
                expired.push(agreement.clone());
            }
        }
        expired.sort_by_key(|agreement| agreement.expiration_date);
        for agreement in &expired {
            self.follow(agreement);
            self.emit_agreement("share_agreement.updated", agreement);
        }
        !expired.is_empty()
    }

    /// Adds a resource to the agreements that lack it, of these fleets or of all; which ones. Fleets that are not known, and
    /// agreements that are neither active nor paused, are passed over: a choice.
    pub(crate) fn backfill(&mut self, resource: &str, level: &str, fleet_ids: Option<&[Uuid]>) -> Vec<Uuid> {
        let mut changed = Vec::new();
        for agreement in self.state.agreements.values_mut() {
            let asked = fleet_ids.is_none_or(|ids| ids.contains(&agreement.fleet_id));
            let open = matches!(agreement.status, AgreementStatus::Active | AgreementStatus::Paused);
            if asked && open && !agreement.scopes.contains_key(resource) {
                agreement.scopes.insert(resource.to_owned(), level.to_owned());
                changed.push(agreement.clone());
            }
        }
        for agreement in &changed {
            let connections: Vec<Connection> =
                self.state.connections_of(agreement.fleet_id).into_iter().cloned().collect();
            for connection in &connections {
                self.start_fetching(connection, [resource.to_owned()]);
            }
            self.follow(agreement);
            self.emit_agreement("share_agreement.updated", agreement);
        }
        changed.into_iter().map(|agreement| agreement.id).collect()
    }

    /// A schedule for each of the resources that the connection's provider has.
    pub(crate) fn start_fetching(&mut self, connection: &Connection, resources: impl IntoIterator<Item = String>) {
        let stale = connection.status == ConnectionStatus::Stale;
        for resource in resources.into_iter().filter(|resource| fetches(&connection.source_name, resource)) {
            let schedule = Schedule {
                id: self.random.uuid_v4(),
                connection_id: connection.id,
                resource,
                status: if stale { ScheduleStatus::Stale } else { ScheduleStatus::Active },
                started_at: self.now,
                halted_at: stale.then_some(self.now),
                earlier: Vec::new(),
                failed: 0,
                failed_at: None,
            };
            self.state.schedules.insert(schedule.id, schedule);
        }
    }

    /// Lets the fetching of the agreement's fleet follow it.
    pub(crate) fn follow(&mut self, agreement: &Agreement) {
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
        let acts = [Act::Pause, Act::Activate, Act::Cancel, Act::Date, Act::Delete];
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
                let is =
                    after(status, act).map_err(|error| if matches!(error, ApiError::NotFound) { 404 } else { 409 });
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
            assert_eq!(by(at(5), status, end.map(at)), want, "{status:?} {end:?}");
        }
    }
}
