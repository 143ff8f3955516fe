use std::collections::BTreeMap;

use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{FleetKey, FleetRow, InvitationRow, StoreError};

/// Why a check ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It was due.
    Schedule,
    /// A member of staff asked for it.
    Staff,
    /// A fleet came back to a landing page and no webhook explained it.
    Return,
}

impl Cause {
    /// The word stored for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Staff => "staff",
            Self::Return => "return",
        }
    }

    /// The cause stored as this word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Schedule, Self::Staff, Self::Return].into_iter().find(|cause| cause.name() == name)
    }
}

/// A finished check: Catena was asked for its records, to find those that no webhook delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// The fleet it was about; `None` if it was about all of them.
    pub fleet: Option<FleetKey>,
    pub cause: Cause,
    /// When it began, or resumed an earlier one, UTC.
    pub started_at: OffsetDateTime,
    /// When it ended, UTC.
    pub ended_at: OffsetDateTime,
    /// Whether it got through; if not, the next one resumes where it stopped.
    pub complete: bool,
    /// How many facts were new.
    pub found: u32,
    /// How many of those a webhook should have delivered.
    pub holes: u32,
    /// What went wrong and what to do about it, for staff.
    pub problem: Option<String>,
}

/// A telematics provider (TSP) from Catena's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRow {
    pub id: Uuid,
    /// Its readable id, with hyphens.
    pub slug: String,
    /// The integration that reads its data; several providers may share one.
    pub source_name: String,
    pub name: String,
}

/// Checks against Catena's records, what they found, and what they need to know to ask.
#[async_trait]
pub trait ReconcileRunStore: Send + Sync {
    /// Records a finished check.
    async fn put_check(&self, check: &CheckRow) -> Result<(), StoreError>;
    /// Deletes checks that began before `before`.
    async fn delete_checks(&self, before: OffsetDateTime) -> Result<(), StoreError>;
    /// The last `limit` checks that covered all fleets, newest first.
    async fn checks(&self, limit: u32) -> Result<Vec<CheckRow>, StoreError>;
    /// The last check that was about this fleet alone.
    async fn last_check_of(&self, fleet: FleetKey) -> Result<Option<CheckRow>, StoreError>;

    /// How many facts checks have found since `since` that still no webhook has delivered; counting stops at `limit`.
    async fn holes(&self, since: OffsetDateTime, limit: u32) -> Result<u32, StoreError>;
    /// Up to `limit` fleets with such facts and how many each has, largest number first.
    async fn holes_by_fleet(&self, since: OffsetDateTime, limit: u32) -> Result<Vec<(FleetRow, u32)>, StoreError>;

    /// When the fleet was added here, UTC.
    async fn known_since(&self, fleet: FleetKey) -> Result<Option<OffsetDateTime>, StoreError>;
    /// The fleet that Catena knows by this id.
    async fn fleet_by_catena_id(&self, fleet_id: Uuid) -> Result<Option<FleetRow>, StoreError>;
    /// The ids by which Catena knows a fleet, in order.
    async fn catena_ids_of(&self, fleet: FleetKey) -> Result<Vec<Uuid>, StoreError>;
    /// A page of the invitations that nobody has answered, by expiry and then id: up to `limit` of those after the given
    /// position. Start at now to skip links that have expired.
    async fn unanswered(&self, after: (OffsetDateTime, Uuid), limit: u32) -> Result<Vec<InvitationRow>, StoreError>;
    /// A fleet's invitations that nobody has answered and whose link still works at `now`.
    async fn unanswered_of(&self, fleet: FleetKey, now: OffsetDateTime) -> Result<Vec<InvitationRow>, StoreError>;
    /// A page of the fleets with an agreement in force, by key: up to `limit` of those after the given key.
    async fn fleets_under_agreement(&self, after: FleetKey, limit: u32) -> Result<Vec<FleetRow>, StoreError>;

    /// Replaces the list of providers, read from Catena at `read_at`.
    async fn put_providers(&self, providers: &[ProviderRow], read_at: OffsetDateTime) -> Result<(), StoreError>;
    /// When the list of providers was last read from Catena, UTC.
    async fn providers_read_at(&self) -> Result<Option<OffsetDateTime>, StoreError>;
    /// Provider names by integration, where an integration has just one provider or one whose slug equals its name.
    async fn provider_names(&self, source_names: &[String]) -> Result<BTreeMap<String, String>, StoreError>;
}
