use async_trait::async_trait;
use domain::{
    events::fact::Fact,
    onboarding::lifecycle::{Health, Stage},
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// Our key of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FleetKey(pub i64);

/// A fleet, with what the fold says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetRow {
    /// Our key.
    pub key: FleetKey,
    /// Our reference for it.
    pub fleet_ref: String,
    /// Its name as people write it.
    pub name: Option<String>,
    /// Where its onboarding stands.
    pub stage: Option<Stage>,
    /// Whether its data flows.
    pub health: Option<Health>,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Our id: the one in our URLs.
    pub id: Uuid,
    /// Digest of Catena's id.
    pub digest: String,
    /// Whose it is.
    pub fleet: FleetKey,
    /// Catena's id, sealed.
    pub sealed_id: Vec<u8>,
    /// The magic link, sealed.
    pub sealed_link: Option<Vec<u8>>,
    /// How it stands by its own facts.
    pub stage: Option<Stage>,
    /// What was asked for, in JSON.
    pub asked: Option<String>,
    /// When Catena made it, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
}

/// An invitation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedInvitation {
    /// The invitation's id of ours.
    pub id: Uuid,
    /// How the invitation itself stands.
    pub stage: Option<Stage>,
    /// When Catena made it, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
    /// The fleet.
    pub fleet: FleetRow,
}

/// Where a page of the list begins: behind the invitation made at this moment with this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListCursor {
    /// When that one was made, UTC.
    pub created_at: OffsetDateTime,
    /// Its id.
    pub id: Uuid,
}

/// Fleets, their invitations and the facts about them, to be read. Changed in a [`super::Transaction`] alone, since a
/// fact, its fleet and what the fold says of it belong together.
#[async_trait]
pub trait Invitations: Send + Sync {
    /// Up to `limit` invitations, the newest first, from `behind` on. Costs the same however many there are.
    async fn invitations(&self, behind: Option<ListCursor>, limit: u32) -> Result<Vec<ListedInvitation>, StoreError>;
    /// The invitation with our id.
    async fn invitation(&self, id: Uuid) -> Result<Option<InvitationRow>, StoreError>;
    /// The invitation with this digest of Catena's id.
    async fn invitation_by_digest(&self, digest: &str) -> Result<Option<InvitationRow>, StoreError>;
    /// All invitations of a fleet, the newest first.
    async fn invitations_of(&self, fleet: FleetKey) -> Result<Vec<InvitationRow>, StoreError>;
    /// What Catena kept otherwise with the invitation of our id, as JSON.
    async fn differences(&self, id: Uuid) -> Result<Option<String>, StoreError>;
    /// Invitations that nobody has answered and whose link ran out before `now`; `limit` of them, the oldest first.
    async fn ran_out(&self, now: OffsetDateTime, limit: u32) -> Result<Vec<InvitationRow>, StoreError>;
    /// The fleet with this key.
    async fn fleet(&self, key: FleetKey) -> Result<Option<FleetRow>, StoreError>;
    /// The fleet with this reference.
    async fn fleet_by_ref(&self, fleet_ref: &str) -> Result<Option<FleetRow>, StoreError>;
    /// Known references that differ from this one in nothing but the case of letters from A to Z; up to `limit`.
    async fn spelt_otherwise(&self, fleet_ref: &str, limit: u32) -> Result<Vec<String>, StoreError>;
    /// All facts about a fleet, in no order.
    async fn facts_of(&self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError>;
}
