use async_trait::async_trait;
use domain::{
    events::fact::{Fact, Round},
    onboarding::stage::{Health, Stage},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// Our key of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FleetKey(pub i64);

/// A fleet, with its stage and health as folded from its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetRow {
    pub key: FleetKey,
    /// Our reference for it, as sent to Catena.
    pub fleet_ref: String,
    /// Its name, if known.
    pub name: Option<String>,
    /// The stage of its onboarding.
    pub stage: Option<Stage>,
    /// Whether its data flows.
    pub health: Option<Health>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Our id, as in our URLs.
    pub id: Uuid,
    /// Digest of Catena's id, which is itself a secret.
    pub digest: String,
    /// The invited fleet.
    pub fleet: FleetKey,
    /// Catena's id, sealed.
    pub sealed_id: Vec<u8>,
    /// The magic link, sealed; `None` if we don't hold it.
    pub sealed_link: Option<Vec<u8>>,
    /// Its stage by its own facts.
    pub stage: Option<Stage>,
    /// What was asked for, in JSON; `None` for invitations made elsewhere.
    pub request: Option<String>,
    /// When Catena made it, UTC.
    pub created_at: OffsetDateTime,
    /// When its link expires, UTC.
    pub expires_at: OffsetDateTime,
}

impl InvitationRow {
    /// The round it is in.
    pub fn round(&self) -> Round {
        Round { created_at: self.created_at, expires_at: self.expires_at, invitation: self.digest.clone() }
    }
}

/// An invitation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedInvitation {
    /// Our id of the invitation.
    pub id: Uuid,
    /// The stage of the invitation itself; the fleet's may be further on.
    pub stage: Option<Stage>,
    /// When Catena made it, UTC.
    pub created_at: OffsetDateTime,
    /// When its link expires, UTC.
    pub expires_at: OffsetDateTime,
    pub fleet: FleetRow,
}

/// The last invitation of a page of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListCursor {
    /// When Catena made it, UTC.
    pub created_at: OffsetDateTime,
    /// Our id of it.
    pub id: Uuid,
}

/// Reads fleets, their invitations and the facts about them. They change only in a [`super::Transaction`], because a fact, its
/// fleet and the fleet's stage and health must change together.
#[async_trait]
pub trait InvitationStore: Send + Sync {
    /// A page of all invitations, newest first: up to `limit` of those after the row `after`. Costs the same however many there
    /// are.
    async fn invitations(&self, after: Option<ListCursor>, limit: u32) -> Result<Vec<ListedInvitation>, StoreError>;
    /// The invitation with this id of ours.
    async fn invitation(&self, id: Uuid) -> Result<Option<InvitationRow>, StoreError>;
    /// The invitation whose id at Catena has this digest.
    async fn invitation_by_digest(&self, digest: &str) -> Result<Option<InvitationRow>, StoreError>;
    /// All invitations of a fleet, newest first.
    async fn invitations_of(&self, fleet: FleetKey) -> Result<Vec<InvitationRow>, StoreError>;
    /// Where the invitation at Catena differs from what was asked for, as JSON; `None` if nowhere.
    async fn differences(&self, id: Uuid) -> Result<Option<String>, StoreError>;
    /// Up to `limit` invitations that nobody has answered and whose link expired before `now`, in order of expiry.
    async fn expired_unanswered(&self, now: OffsetDateTime, limit: u32) -> Result<Vec<InvitationRow>, StoreError>;
    async fn fleet(&self, key: FleetKey) -> Result<Option<FleetRow>, StoreError>;
    async fn fleet_by_ref(&self, fleet_ref: &str) -> Result<Option<FleetRow>, StoreError>;
    /// Up to `limit` known references that equal this one except for the case of the letters A to Z.
    async fn spelt_otherwise(&self, fleet_ref: &str, limit: u32) -> Result<Vec<String>, StoreError>;
    /// All facts about a fleet, in no particular order.
    async fn facts_of(&self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError>;
}
