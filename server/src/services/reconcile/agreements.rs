//! What an agreement's record adds to what is known (CONTRACT.md 6). It has no time of its last change, so a change is recorded
//! as of the request; a webhook that arrives later knows better and wins.

use domain::events::{
    fact::{Fact, Kind},
    observation::{Observation, Subject},
};
use time::OffsetDateTime;

use crate::services::reconcile::fleet_facts::FleetFacts;
use catena::{Agreement, AgreementStatus};

/// What the record adds. `asked_at` is when Catena was asked, UTC: it stands in where the record has no time of its own.
pub(crate) fn missing(agreement: &Agreement, known: &FleetFacts, asked_at: OffsetDateTime) -> Vec<Observation> {
    let own = known.of_agreement(agreement.id);
    let is_over =
        matches!(agreement.status, AgreementStatus::Cancelled | AgreementStatus::Deleted | AgreementStatus::Expired);
    let mut facts = Vec::new();
    if !own.iter().any(|fact| fact.kind == Kind::AgreementCreated) {
        facts.push(Fact::agreement_created(agreement.id, agreement.effective_date.unwrap_or(asked_at)));
    }
    let status = agreement.status.as_str();
    let last_status = own.iter().rev().find_map(|fact| fact.about.status.as_deref()).unwrap_or("active");
    // A later report may contradict this answer.
    let is_outdated = own.last().is_some_and(|fact| fact.at >= asked_at);
    let ended = own.iter().any(|fact| fact.ends_agreement());
    if agreement.status == AgreementStatus::Deleted && !ended {
        facts.push(Fact::agreement_deleted(agreement.id, asked_at));
    } else if !ended && (is_over || (is_change(&agreement.status) && last_status != status && !is_outdated)) {
        let expired = agreement.expiration_date.filter(|_| agreement.status == AgreementStatus::Expired);
        facts.push(Fact::agreement_updated(agreement.id, status, expired.unwrap_or(asked_at)));
    }
    let observations = facts.into_iter().map(|fact| Observation::Fact {
        fact,
        subject: Subject {
            fleet_ref: agreement.fleet_ref.clone(),
            fleet_id: Some(agreement.fleet_id),
            ..Subject::default()
        },
        invitation: None,
    });
    observations.collect()
}

/// Whether a status that differs from the known one is a change we understand.
fn is_change(status: &AgreementStatus) -> bool {
    matches!(status, AgreementStatus::Active | AgreementStatus::Paused)
}

#[cfg(test)]
#[path = "agreements_tests.rs"]
mod tests;
