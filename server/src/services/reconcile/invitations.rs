//! What an invitation's record tells that is not known (CONTRACT.md 5).

use domain::{
    digest::of_invitation,
    events::{
        fact::{About, Fact, Kind, Round, Source},
        record::{
            InvitationRecord, Observation, Subject, accepted_key, created_key, declined_key, deleted_key, expired_key,
            refreshed_key,
        },
    },
    onboarding::lifecycle::standing_refusal,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{services::reconcile::fleet_facts::FleetFacts, store::InvitationRow};
use catena::{Invitation, InvitationStatus};

/// How far two answers of Catena may differ in one moment (CONTRACT.md trap 16 saw 24 microseconds).
const SAME: Duration = Duration::SECOND;
/// How long after the first expiry was set a later one counts as a refresh.
const REFRESHED: Duration = Duration::MINUTE;

/// More hours than any invitation is valid for; the documented most is 672.
const LONGEST_HOURS: i64 = 100_000;

/// What the record tells that is not known. `asked_at` stands where the record has no time of its own, UTC.
pub(crate) fn missing(invitation: &Invitation, known: &FleetFacts, asked_at: OffsetDateTime) -> Vec<Observation> {
    let Ok(id) = Uuid::parse_str(invitation.id.expose()) else { return Vec::new() };
    let digest = of_invitation(id);
    let own = known.of_invitation(&digest);
    let round = round(invitation, &digest, &own);
    let ever = |kind: Kind| own.iter().any(|fact| fact.kind == kind);
    let in_round = |kind: Kind| own.iter().any(|fact| fact.kind == kind && fact.about.round.as_ref() == Some(&round));
    let mut found: Vec<(Kind, OffsetDateTime, String)> = Vec::new();

    // When this round began: the one place where the hours count, since no record has the time itself.
    let hours = invitation.expires_in_hours.filter(|hours| (0..=LONGEST_HOURS).contains(hours));
    let began = hours.map(|hours| invitation.expires_at.saturating_sub(Duration::hours(hours)));
    let is_first = began.map_or(own.is_empty(), |began| (began - invitation.created_at).abs() < REFRESHED);
    if is_first && !ever(Kind::InvitationCreated) && !ever(Kind::InvitationRefreshed) {
        let key = created_key(&digest, round.expires_at);
        found.push((Kind::InvitationCreated, invitation.created_at, key));
    }
    if !is_first && !in_round(Kind::InvitationCreated) && !in_round(Kind::InvitationRefreshed) {
        let key = refreshed_key(&digest, round.expires_at);
        found.push((Kind::InvitationRefreshed, began.unwrap_or(asked_at), key));
    }
    match invitation.status {
        InvitationStatus::Accepted if !ever(Kind::InvitationAccepted) => {
            let key = accepted_key(&digest, invitation.accepted_at, round.expires_at);
            found.push((Kind::InvitationAccepted, invitation.accepted_at.unwrap_or(asked_at), key));
        }
        InvitationStatus::Declined if standing_refusal(own.iter().copied(), &round).is_none() => {
            let key = declined_key(&digest, invitation.declined_at, round.expires_at);
            found.push((Kind::InvitationDeclined, invitation.declined_at.unwrap_or(asked_at), key));
        }
        InvitationStatus::Expired if !in_round(Kind::InvitationExpired) && !ever(Kind::InvitationAccepted) => {
            found.push((Kind::InvitationExpired, round.expires_at, expired_key(&digest, round.expires_at)));
        }
        InvitationStatus::Deleted if !ever(Kind::InvitationDeleted) => {
            found.push((Kind::InvitationDeleted, asked_at, deleted_key(&digest)));
        }
        _ => {}
    }
    let told = found.into_iter().map(|(kind, at, key)| {
        let note = invitation.decline_reason.clone().filter(|_| kind == Kind::InvitationDeclined);
        let status = Some(invitation.status.to_string());
        let about = About { round: Some(round.clone()), status, note, ..About::default() };
        Observation::Fact {
            fact: Fact { source: Source::Check, at, kind, key, event_id: None, actor: None, about },
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
        }
    });
    told.collect()
}

/// The round that the record is in: the known one, where the moments differ by no more than Catena's answers do.
fn round(invitation: &Invitation, digest: &str, own: &[&Fact]) -> Round {
    let known = own.iter().filter_map(|fact| fact.about.round.as_ref());
    let mut same = known.filter(|round| (round.expires_at - invitation.expires_at).abs() < SAME);
    same.next().cloned().unwrap_or_else(|| Round {
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        invitation: digest.to_owned(),
    })
}

/// What is told by an invitation that Catena no longer has (CONTRACT.md trap 15).
pub(crate) fn gone(row: &InvitationRow, asked_at: OffsetDateTime) -> Observation {
    let InvitationRow { digest, created_at, expires_at, .. } = row;
    let round = Round { created_at: *created_at, expires_at: *expires_at, invitation: digest.clone() };
    let fact = Fact {
        source: Source::Check,
        at: asked_at,
        kind: Kind::InvitationDeleted,
        key: deleted_key(digest),
        event_id: None,
        actor: None,
        about: About { round: Some(round), ..About::default() },
    };
    Observation::Fact {
        fact,
        subject: Subject { invitation: Some(digest.clone()), ..Subject::default() },
        invitation: None,
    }
}

#[cfg(test)]
#[path = "invitations_tests.rs"]
mod tests;
