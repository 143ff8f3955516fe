//! Looks up the invitations that a reference already has: in our own store, and at Catena.

use domain::{
    events::fact::{Fact, Kind},
    invitation::existing::{ExistingInvitation, InvitationState},
};
use time::OffsetDateTime;

use crate::store::{InvitationRow, SharedStore, StoreError};
use catena::{Catena, CatenaError, Invitation, InvitationStatus, Listed};

/// All invitations of the reference in our store; none if it has none of them or doesn't know the state of one.
pub(crate) async fn from_store(
    store: &SharedStore,
    fleet_ref: &str,
) -> Result<Option<Vec<ExistingInvitation>>, StoreError> {
    let Some(fleet) = store.fleet_by_ref(fleet_ref).await? else { return Ok(None) };
    let rows = store.invitations_of(fleet.key).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let facts = store.facts_of(fleet.key).await?;
    Ok(rows.iter().map(|row| from_row(row, &facts)).collect())
}

fn from_row(row: &InvitationRow, facts: &[Fact]) -> Option<ExistingInvitation> {
    let of_row = |fact: &&Fact| fact.about.round.as_ref().is_some_and(|round| round.invitation == row.digest);
    let declined = facts.iter().filter(of_row).filter(|fact| fact.kind == Kind::InvitationDeclined);
    Some(ExistingInvitation {
        state: row.stage?.into(),
        created_at: row.created_at,
        expires_at: row.expires_at,
        decline_reason: declined.max_by_key(|fact| fact.at).and_then(|fact| fact.about.note.clone()),
    })
}

/// All invitations of the reference at Catena.
pub(crate) async fn from_catena(
    catena: &Catena,
    fleet_ref: &str,
    now: OffsetDateTime,
) -> Result<Vec<ExistingInvitation>, CatenaError> {
    Ok(from_list(&catena.invitations_of(fleet_ref).await?, now))
}

/// All of Catena's records of one reference.
pub(crate) fn from_list(listed: &Listed<Invitation>, now: OffsetDateTime) -> Vec<ExistingInvitation> {
    let unreadable = listed.unreadable.iter().map(|_| unreadable(now));
    listed.iter().map(from_record).chain(unreadable).collect()
}

/// A record that can't be read. It may be the latest and in force, so nothing is done to it unseen.
pub(crate) fn unreadable(now: OffsetDateTime) -> ExistingInvitation {
    let state = InvitationState::Unrecognized;
    ExistingInvitation { state, created_at: now, expires_at: now, decline_reason: None }
}

/// One of Catena's records.
pub(crate) fn from_record(record: &Invitation) -> ExistingInvitation {
    let state = match record.status {
        InvitationStatus::Active => InvitationState::Active,
        InvitationStatus::Accepted => InvitationState::Accepted,
        InvitationStatus::Declined => InvitationState::Declined,
        InvitationStatus::Expired => InvitationState::Expired,
        InvitationStatus::Deleted => InvitationState::Deleted,
        InvitationStatus::Other(_) => InvitationState::Unrecognized,
    };
    ExistingInvitation {
        state,
        created_at: record.created_at,
        expires_at: record.expires_at,
        decline_reason: record.decline_reason.clone(),
    }
}
