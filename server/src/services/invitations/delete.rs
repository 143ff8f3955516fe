//! Deleting an invitation that nobody has accepted yet.

use domain::events::{
    fact::{About, Fact, Kind, Round, Source},
    record::{Observation, Subject, deleted_key},
};
use thiserror::Error;

use crate::{
    security::vault::{Purpose, Vault, VaultError},
    services::timeline::Timeline,
    store::{InvitationRow, StoreError},
};
use catena::{Catena, CatenaError, InvitationId, InvitationStatus};
use platform::clock::SharedClock;

/// Why an invitation was not deleted.
#[derive(Debug, Error)]
pub enum WithdrawError {
    /// The fleet accepted in the meantime (CONTRACT.md 13.15).
    #[error("the fleet has accepted the invitation meanwhile")]
    Accepted,
    /// Catena refused or can't be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The invitation's id can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl WithdrawError {
    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::Accepted => "The fleet has accepted this invitation meanwhile, so it can’t be deleted any more. If its data should not be shared, the data-sharing agreement has to end: ask the fleet or Catena.".into(),
            Self::Catena(error) => error.explain(),
            Self::Store(_) => "Onramp’s database failed. Try again in a moment: deleting twice does no harm.".into(),
            Self::Vault(_) => "The invitation’s id was sealed with another key, so Catena can’t be told which one to delete. Whoever runs this Onramp finds the cause in the log.".into(),
        }
    }
}

/// Deletes invitations.
pub struct InvitationDeletion {
    catena: Catena,
    timeline: Timeline,
    vault: Vault,
    clock: SharedClock,
}

impl InvitationDeletion {
    /// Ready to delete.
    pub fn new(catena: Catena, timeline: Timeline, vault: Vault, clock: SharedClock) -> Self {
        Self { catena, timeline, vault, clock }
    }

    /// Deletes it on behalf of `actor` (their e-mail). One that is gone already counts as deleted.
    pub async fn withdraw(&self, invitation: &InvitationRow, actor: &str) -> Result<(), WithdrawError> {
        let id = self.vault.open_text(Purpose::InvitationId, &invitation.sealed_id)?;
        // What we sealed was an id.
        let id = InvitationId::parse(&id).map_err(|_| StoreError::Unreadable("invitation id"))?;
        match self.catena.delete_invitation(&id).await {
            Ok(()) | Err(CatenaError::NotFound) => {}
            // Which of these a refusal after acceptance comes as is not documented, so the record decides.
            Err(
                error @ (CatenaError::Conflict { .. } | CatenaError::Forbidden { .. } | CatenaError::Refused { .. }),
            ) => match self.catena.invitation(&id).await {
                Ok(None) => {}
                Ok(Some(there)) if there.status == InvitationStatus::Accepted => return Err(WithdrawError::Accepted),
                _ => return Err(error.into()),
            },
            Err(error) => return Err(error.into()),
        }
        self.timeline.record(&[deleted(invitation, actor, self.clock.now())]).await?;
        Ok(())
    }
}

fn deleted(invitation: &InvitationRow, actor: &str, at: time::OffsetDateTime) -> Observation {
    let InvitationRow { digest, created_at, expires_at, .. } = invitation;
    let round = Round { created_at: *created_at, expires_at: *expires_at, invitation: digest.clone() };
    let fact = Fact {
        source: Source::Staff,
        at,
        kind: Kind::InvitationDeleted,
        key: deleted_key(digest),
        event_id: None,
        actor: Some(actor.to_owned()),
        about: About { round: Some(round), ..About::default() },
    };
    let subject = Subject { invitation: Some(digest.clone()), ..Subject::default() };
    Observation::Fact { fact, subject, invitation: None }
}
