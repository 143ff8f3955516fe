use std::collections::BTreeMap;

use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{FleetKey, FleetRow, InvitationRow, StoreError};

/// Why Catena was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It was time.
    Schedule,
    /// Staff wanted to know.
    Staff,
    /// A fleet came back to a landing page, and no webhook said why.
    Return,
}

impl Cause {
    /// The word in which it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Staff => "staff",
            Self::Return => "return",
        }
    }

    /// The cause with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Schedule, Self::Staff, Self::Return].into_iter().find(|cause| cause.name() == name)
    }
}

/// A check that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// The one fleet that was asked about; none for all of them.
    pub fleet: Option<FleetKey>,
    /// Why.
    pub cause: Cause,
    /// When it began, or went on where an earlier one had stopped, UTC.
    pub started_at: OffsetDateTime,
    /// When it ended, UTC.
    pub ended_at: OffsetDateTime,
    /// Whether it came to its end; else it goes on from where it stands.
    pub complete: bool,
    /// Facts that were new.
    pub found: u32,
    /// Those among them that a webhook should have told.
    pub holes: u32,
    /// What went wrong and what to do, for staff.
    pub problem: Option<String>,
}

/// A telematics provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRow {
    /// Catena's id.
    pub id: Uuid,
    /// Its id in words.
    pub slug: String,
    /// The integration that reads it; several providers may share one.
    pub source_name: String,
    /// Its name.
    pub name: String,
}

/// Questions to Catena, what they found, and what must be known to ask them.
#[async_trait]
pub trait Checks: Send + Sync {
    /// Keeps a check that ended.
    async fn put_check(&self, check: &CheckRow) -> Result<(), StoreError>;
    /// Forgets checks that began before `before`.
    async fn forget_checks(&self, before: OffsetDateTime) -> Result<(), StoreError>;
    /// Up to `limit` checks of all fleets, the newest first.
    async fn checks(&self, limit: u32) -> Result<Vec<CheckRow>, StoreError>;
    /// The last check of this fleet alone.
    async fn last_check_of(&self, fleet: FleetKey) -> Result<Option<CheckRow>, StoreError>;

    /// How many holes were found since `since` that no webhook has told of to this day; counted up to `most`.
    async fn holes(&self, since: OffsetDateTime, most: u32) -> Result<u32, StoreError>;
    /// Up to `limit` fleets with such holes and how many each has, those with the most first.
    async fn holes_by_fleet(&self, since: OffsetDateTime, limit: u32) -> Result<Vec<(FleetRow, u32)>, StoreError>;

    /// When we first knew the fleet, UTC.
    async fn known_since(&self, fleet: FleetKey) -> Result<Option<OffsetDateTime>, StoreError>;
    /// The fleet with this id of Catena's.
    async fn fleet_by_catena_id(&self, fleet_id: Uuid) -> Result<Option<FleetRow>, StoreError>;
    /// Catena's ids of a fleet.
    async fn catena_ids_of(&self, fleet: FleetKey) -> Result<Vec<Uuid>, StoreError>;
    /// Up to `limit` invitations that nobody has answered and whose link still works, by the end of their links, behind the
    /// one that runs out then and has this id of ours.
    async fn unanswered(&self, behind: (OffsetDateTime, Uuid), limit: u32) -> Result<Vec<InvitationRow>, StoreError>;
    /// A fleet's invitations that nobody has answered and whose link works after `now`.
    async fn unanswered_of(&self, fleet: FleetKey, now: OffsetDateTime) -> Result<Vec<InvitationRow>, StoreError>;
    /// Up to `limit` fleets with an agreement that hasn't ended, by key, behind this one.
    async fn fleets_under_agreement(&self, behind: FleetKey, limit: u32) -> Result<Vec<FleetRow>, StoreError>;

    /// Replaces the list of providers.
    async fn put_providers(&self, providers: &[ProviderRow], read_at: OffsetDateTime) -> Result<(), StoreError>;
    /// When the list of providers was read, UTC.
    async fn providers_read_at(&self) -> Result<Option<OffsetDateTime>, StoreError>;
    /// The names of the providers behind these integrations, where one integration stands for one provider or bears its slug.
    async fn provider_names(&self, source_names: &[String]) -> Result<BTreeMap<String, String>, StoreError>;
}
