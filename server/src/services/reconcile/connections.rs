//! What a connection's record and the freshness of its data add to what is known (CONTRACT.md 11). Works without the schedules
//! themselves, whose scope may not be granted (CONTRACT.md trap 25). Recoveries come only from here: no event reports them
//! (WEBHOOKS.md 2.1).

use domain::{
    events::{
        fact::{About, Fact, Kind},
        keys::{connection_key, fleet_connection_key, state_key},
        observation::{Observation, Subject},
    },
    onboarding::problem::ProblemKind,
    timestamp::micros,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::services::reconcile::fleet_facts::FleetFacts;
use catena::{Connection, ConnectionStatus, DataFreshness, ScheduleStatus};

/// How long after the last fact to the contrary Catena's answer is trusted although no time in it is later: an answer and a
/// webhook can cross.
const CROSSING: Duration = Duration::minutes(5);
/// How much older than its agreement a connection may seem: both are made within a second or two.
const MADE_TOGETHER: Duration = Duration::seconds(5);

/// What the connection and the rows about it add. `asked_at` is when Catena was asked, UTC.
pub(crate) fn missing(
    connection: &Connection,
    rows: &[&DataFreshness],
    known: &FleetFacts,
    asked_at: OffsetDateTime,
) -> Vec<Observation> {
    let mut findings = Findings { connection, found: Vec::new() };
    if known.is_over() {
        return Vec::new();
    }
    let attached = known.has(&Kind::FleetConnectionCreated, connection.id);
    let attached_at = connection.created_at.max(known.consent_at().unwrap_or(connection.created_at));
    if !attached {
        use ConnectionStatus::{Active, Paused, Stale};
        if !matches!(connection.status, Active | Paused | Stale) {
            return Vec::new();
        }
        findings.attached(known, attached_at);
    }
    let good_since = known.good_since(connection.id).max((!attached).then_some(attached_at));
    let stale = known.problem(ProblemKind::Stale, connection.id, None);
    match (&connection.status, stale) {
        (ConnectionStatus::Stale, None) => {
            if let Some(at) = changed_at(&[Some(connection.updated_at)], good_since, asked_at) {
                findings.set_state(Kind::ConnectionStaled, at, None);
            }
        }
        (ConnectionStatus::Active, Some(problem)) => {
            let fetched = rows.iter().filter_map(|row| row.last_successful_execution_at).max();
            if let Some(at) = changed_at(&[Some(connection.updated_at), fetched], Some(problem.at), asked_at) {
                findings.set_state(Kind::ConnectionRecovered, at, None);
            }
        }
        _ => {}
    }
    if connection.status == ConnectionStatus::Active {
        for row in rows {
            if let Some(schedule) = row.schedule_id {
                findings.schedule(row, schedule, known, good_since, asked_at);
            }
        }
    }
    findings.found
}

/// When a state changed: the first of Catena's times that is later than the last fact to the contrary, else the time of the
/// request if its answer can't have crossed that fact.
fn changed_at(
    times: &[Option<OffsetDateTime>],
    contrary: Option<OffsetDateTime>,
    asked_at: OffsetDateTime,
) -> Option<OffsetDateTime> {
    let later = times.iter().flatten().find(|at| contrary.is_none_or(|contrary| **at > contrary));
    let settled = contrary.is_none_or(|contrary| asked_at - contrary > CROSSING);
    later.copied().or(settled.then_some(asked_at))
}

struct Findings<'a> {
    connection: &'a Connection,
    found: Vec<Observation>,
}

impl Findings<'_> {
    /// The connection is attached to the fleet. Its age shows whether it was made for us or by an earlier consent; if a webhook
    /// reported the attachment, a missing `connection.created` means that the connection existed before.
    fn attached(&mut self, known: &FleetFacts, at: OffsetDateTime) {
        let Connection { id, created_at, .. } = *self.connection;
        let made_for_us = known.consent_at().is_some_and(|consent| created_at >= consent - MADE_TOGETHER);
        if made_for_us && !known.has(&Kind::ConnectionCreated, id) {
            self.record(Kind::ConnectionCreated, created_at, connection_key(id), None);
        }
        let fleet = self.connection.fleet_id.unwrap_or_default();
        let key = fleet_connection_key(fleet, id, &micros(at).to_string());
        self.record(Kind::FleetConnectionCreated, at, key, None);
    }

    fn schedule(
        &mut self,
        row: &DataFreshness,
        schedule: Uuid,
        known: &FleetFacts,
        good_since: Option<OffsetDateTime>,
        asked_at: OffsetDateTime,
    ) {
        let connection = self.connection.id;
        let fetched = row.last_successful_execution_at;
        let problem = |kind| known.problem(kind, connection, Some(schedule));
        let recovered_at = match (&row.schedule_status, problem(ProblemKind::Stopped)) {
            (Some(ScheduleStatus::Inactive), None) => {
                let contrary = good_since.max(known.fetching_since(connection, schedule));
                if let Some(at) = changed_at(&[], contrary, asked_at) {
                    self.set_state(Kind::ScheduleDeactivated, at, Some((schedule, row)));
                }
                None
            }
            (Some(ScheduleStatus::Inactive), Some(_)) => None,
            (Some(ScheduleStatus::Active), Some(problem)) => changed_at(&[fetched], Some(problem.at), asked_at),
            (_, Some(problem)) => fetched.filter(|fetched| *fetched > problem.at),
            (_, None) => {
                fetched.filter(|fetched| problem(ProblemKind::Failing).is_some_and(|failing| *fetched > failing.at))
            }
        };
        if let Some(at) = recovered_at {
            self.set_state(Kind::ConnectionRecovered, at, Some((schedule, row)));
        }
    }

    fn set_state(&mut self, kind: Kind, at: OffsetDateTime, of: Option<(Uuid, &DataFreshness)>) {
        let id = of.map_or(self.connection.id, |(schedule, _)| schedule);
        let key = state_key(id, &kind, at);
        self.record(kind, at, key, of);
    }

    fn record(&mut self, kind: Kind, at: OffsetDateTime, key: String, of: Option<(Uuid, &DataFreshness)>) {
        let connection = self.connection;
        let status = match of {
            Some((_, row)) => row.schedule_status.as_ref().map(ToString::to_string),
            None => Some(connection.status.to_string()),
        };
        let about = About {
            connection: Some(connection.id),
            schedule: of.map(|(schedule, _)| schedule),
            provider: Some(connection.source_name.clone()),
            resource: of.map(|(_, row)| row.resource.to_string()),
            status,
            ..About::default()
        };
        self.found.push(Observation::Fact {
            fact: Fact::found(kind, key, at, about),
            subject: Subject {
                fleet_ref: connection.fleet_ref.clone(),
                fleet_id: connection.fleet_id,
                connection_id: Some(connection.id),
                invitation: None,
            },
            invitation: None,
        });
    }
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
