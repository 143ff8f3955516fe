use async_trait::async_trait;
use domain::events::{delivery::Effect, fact::Fact};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{DeliveryKey, StoreError};

/// Our key of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey(pub i64);

/// What facts wait for: the name by which a fleet would be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Awaited {
    /// Catena's id of a fleet.
    Fleet(Uuid),
    /// A connection whose fleet nobody told.
    Connection(Uuid),
    /// Digest of an invitation's id.
    Invitation(String),
}

/// Facts that wait for the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFacts {
    /// For what; none if the records name nothing that could lead to a fleet.
    pub awaited: Option<Awaited>,
    /// How many.
    pub count: u32,
    /// When the first of them happened, UTC.
    pub first_at: OffsetDateTime,
    /// When the last of them happened, UTC.
    pub last_at: OffsetDateTime,
}

/// What a delivery did to a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it did.
    pub effect: Effect,
    /// The fact as it stands now.
    pub fact: Fact,
    /// Reference of the fleet that it is about; none while it waits for one.
    pub fleet_ref: Option<String>,
}

/// Facts seen from the deliveries that told them, and facts whose fleet isn't known.
#[async_trait]
pub trait Waiting: Send + Sync {
    /// What a delivery did, fact by fact.
    async fn changes_of(&self, delivery: DeliveryKey) -> Result<Vec<Change>, StoreError>;
    /// Up to `limit` names for which facts wait, those with the newest facts first.
    async fn waiting(&self, limit: u32) -> Result<Vec<WaitingFacts>, StoreError>;
    /// Up to `limit` facts that wait for a name, the oldest first.
    async fn facts_waiting_for(&self, awaited: &Awaited, limit: u32) -> Result<Vec<Fact>, StoreError>;
}
