//! What an invitation's record adds to what is known (CONTRACT.md 5).

use domain::{
    digest::of_invitation,
    events::{
        fact::{Fact, Kind, Round},
        observation::{InvitationRecord, Observation, Subject},
    },
    onboarding::lifecycle::standing_refusal,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{services::reconcile::fleet_facts::FleetFacts, store::InvitationRow};
use catena::{Invitation, InvitationStatus};

/// How far the same time may differ between two of Catena's answers (CONTRACT.md trap 16 saw 24 microseconds).
const SAME_TIME: Duration = Duration::SECOND;
/// How long after its creation a new expiry counts as a refresh.
const REFRESH_AFTER: Duration = Duration::MINUTE;

/// More hours than any invitation is valid for; the documented maximum is 672.
const HOURS_MAX: i64 = 100_000;

/// What the record adds. `asked_at` is when Catena was asked, UTC: it stands in where the record has no time of its own.
pub(crate) fn missing(invitation: &Invitation, known: &FleetFacts, asked_at: OffsetDateTime) -> Vec<Observation> {
    let Ok(id) = Uuid::parse_str(invitation.id.expose()) else { return Vec::new() };
    let digest = of_invitation(id);
    let own = known.of_invitation(&digest);
    let round = round(invitation, &digest, &own);
    let ever = |kind: Kind| own.iter().any(|fact| fact.kind == kind);
    let in_round = |kind: Kind| own.iter().any(|fact| fact.kind == kind && fact.about.round.as_ref() == Some(&round));
    let mut facts = Vec::new();

    // When this round started. The one place where the hours count, since no record has the time itself.
    let hours = invitation.expires_in_hours.filter(|hours| (0..=HOURS_MAX).contains(hours));
    let started_at = hours.map(|hours| invitation.expires_at.saturating_sub(Duration::hours(hours)));
    let is_first =
        started_at.map_or(own.is_empty(), |started_at| (started_at - invitation.created_at).abs() < REFRESH_AFTER);
    if is_first && !ever(Kind::InvitationCreated) && !ever(Kind::InvitationRefreshed) {
        facts.push(Fact { at: invitation.created_at, ..Fact::invited(round.clone()) });
    }
    if !is_first && !in_round(Kind::InvitationCreated) && !in_round(Kind::InvitationRefreshed) {
        facts.push(Fact::refreshed(round.clone(), started_at.unwrap_or(asked_at)));
    }
    match invitation.status {
        InvitationStatus::Accepted if !ever(Kind::InvitationAccepted) => {
            facts.push(Fact::accepted(round.clone(), invitation.accepted_at, asked_at));
        }
        InvitationStatus::Declined if standing_refusal(own.iter().copied(), &round).is_none() => {
            let declined = Fact::declined(round.clone(), invitation.declined_at, asked_at);
            facts.push(declined.with_note(invitation.decline_reason.clone()));
        }
        InvitationStatus::Expired if !in_round(Kind::InvitationExpired) && !ever(Kind::InvitationAccepted) => {
            facts.push(Fact::expired(round.clone()));
        }
        InvitationStatus::Deleted if !ever(Kind::InvitationDeleted) => {
            facts.push(Fact::deleted(round.clone(), asked_at));
        }
        _ => {}
    }
    let observations = facts.into_iter().map(|fact| Observation::Fact {
        fact: fact.with_status(&invitation.status),
        subject: Subject {
            invitation: Some(digest.clone()),
            fleet_ref: invitation.fleet_ref.clone(),
            fleet_id: invitation.fleet_id,
            connection_id: None,
        },
        invitation: Some(InvitationRecord {
            id,
            magic_link: Some(invitation.magic_link.expose().to_owned()),
            created_at: invitation.created_at,
            expires_at: round.expires_at,
            fleet_name: invitation.fleet_name.clone(),
        }),
    });
    observations.collect()
}

/// The round the record is in: the known one, if the times differ by no more than Catena's answers do.
fn round(invitation: &Invitation, digest: &str, own: &[&Fact]) -> Round {
    let known = own.iter().filter_map(|fact| fact.about.round.as_ref());
    let mut same = known.filter(|round| (round.expires_at - invitation.expires_at).abs() < SAME_TIME);
    same.next().cloned().unwrap_or_else(|| Round {
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        invitation: digest.to_owned(),
    })
}

/// What an invitation that Catena no longer has adds (CONTRACT.md trap 15).
pub(crate) fn gone(row: &InvitationRow, asked_at: OffsetDateTime) -> Observation {
    Fact::deleted(row.round(), asked_at).into()
}

#[cfg(test)]
#[path = "invitations_tests.rs"]
mod tests;
