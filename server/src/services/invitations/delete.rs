//! Deletes an invitation that the fleet hasn't accepted.

use domain::events::fact::Fact;
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
pub enum DeleteInvitationError {
    /// The fleet accepted in the meantime (CONTRACT.md 13.15).
    #[error("the fleet has accepted the invitation in the meantime")]
    Accepted,
    /// Catena refused or can't be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The invitation's id can't be unsealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl DeleteInvitationError {
    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::Accepted => "The fleet has accepted this invitation in the meantime, so it can no longer be deleted. To stop its data from being shared, the data-sharing agreement has to end: ask the fleet or Catena.".into(),
            Self::Catena(error) => error.explain(),
            Self::Store(_) => "Onramp’s database failed. Try again in a moment: deleting twice does no harm.".into(),
            Self::Vault(_) => "The invitation’s id was encrypted with another key, so Onramp can’t tell Catena which one to delete. Whoever runs this Onramp finds the cause in the log.".into(),
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
    /// Deletion over this timeline and Catena.
    pub fn new(catena: Catena, timeline: Timeline, vault: Vault, clock: SharedClock) -> Self {
        Self { catena, timeline, vault, clock }
    }

    /// Deletes it on behalf of `actor` (their e-mail). One that is gone already counts as deleted.
    #[tracing::instrument(skip_all)]
    pub async fn delete(&self, invitation: &InvitationRow, actor: &str) -> Result<(), DeleteInvitationError> {
        let id = self.vault.open_text(Purpose::InvitationId, &invitation.sealed_id)?;
        // What we sealed was an id.
        let id = InvitationId::parse(&id).map_err(|_| StoreError::Unreadable("invitation id"))?;
        match self.catena.delete_invitation(&id).await {
            Ok(()) | Err(CatenaError::NotFound) => {}
            // Which error a refusal after acceptance is isn't documented, so the record decides.
            Err(
                error @ (CatenaError::Conflict { .. } | CatenaError::Forbidden { .. } | CatenaError::Refused { .. }),
            ) => match self.catena.invitation(&id).await {
                Ok(None) => {}
                Ok(Some(there)) if there.status == InvitationStatus::Accepted => {
                    return Err(DeleteInvitationError::Accepted);
                }
                _ => return Err(error.into()),
            },
            Err(error) => return Err(error.into()),
        }
        let deleted = Fact::deleted(invitation.round(), self.clock.now()).by_staff(actor);
        self.timeline.record(&[deleted.into()]).await?;
        Ok(())
    }
}
