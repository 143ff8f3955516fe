//! What an agreement's record tells that is not known (CONTRACT.md 6). It has no time of its last change, so what changed
//! is told as of the moment of asking; a webhook that comes later knows better and wins.

use domain::events::{
    fact::{About, Fact, Kind, Source},
    record::{Observation, Subject, agreement_key, state_key},
};
use time::OffsetDateTime;

use crate::services::reconcile::fleet_facts::{FleetFacts, ends};
use catena::{Agreement, AgreementStatus};

/// What the record tells that is not known. `asked_at` stands where the record has no time of its own, UTC.
pub(crate) fn missing(agreement: &Agreement, known: &FleetFacts, asked_at: OffsetDateTime) -> Vec<Observation> {
    let own = known.of_agreement(agreement.id);
    let is_over =
        matches!(agreement.status, AgreementStatus::Cancelled | AgreementStatus::Deleted | AgreementStatus::Expired);
    let mut found: Vec<(Kind, OffsetDateTime, String, Option<String>)> = Vec::new();
    if !own.iter().any(|fact| fact.kind == Kind::AgreementCreated) {
        let at = agreement.effective_date.unwrap_or(asked_at);
        // What began was in force, whatever became of it.
        found.push((
            Kind::AgreementCreated,
            at,
            agreement_key(agreement.id, &Kind::AgreementCreated),
            Some("active".into()),
        ));
    }
    let status = agreement.status.as_str();
    let last_status = own.iter().rev().find_map(|fact| fact.about.status.as_deref()).unwrap_or("active");
    // The answer is older than the last that was told.
    let crossed = own.last().is_some_and(|fact| fact.at >= asked_at);
    let ended = own.iter().any(|fact| ends(fact));
    if agreement.status == AgreementStatus::Deleted && !ended {
        let key = agreement_key(agreement.id, &Kind::AgreementDeleted);
        found.push((Kind::AgreementDeleted, asked_at, key, Some(status.into())));
    } else if !ended && (is_over || (is_change(&agreement.status) && last_status != status && !crossed)) {
        let expired = agreement.expiration_date.filter(|_| agreement.status == AgreementStatus::Expired);
        let at = expired.unwrap_or(asked_at);
        let key = state_key(agreement.id, &Kind::AgreementUpdated, at);
        found.push((Kind::AgreementUpdated, at, key, Some(status.into())));
    }
    let told = found.into_iter().map(|(kind, at, key, status)| {
        let about = About { agreement: Some(agreement.id), status, ..About::default() };
        Observation::Fact {
            fact: Fact { source: Source::Check, at, kind, key, event_id: None, actor: None, about },
            subject: Subject {
                fleet_ref: agreement.fleet_ref.clone(),
                fleet_id: Some(agreement.fleet_id),
                ..Subject::default()
            },
            invitation: None,
        }
    });
    told.collect()
}

/// Whether a status that differs from the known one is a change that we understand.
fn is_change(status: &AgreementStatus) -> bool {
    matches!(status, AgreementStatus::Active | AgreementStatus::Paused)
}

#[cfg(test)]
#[path = "agreements_tests.rs"]
mod tests;
