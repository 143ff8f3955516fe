use async_trait::async_trait;
use domain::events::{delivery::Effect, fact::Fact};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{DeliveryKey, StoreError};

/// Our key of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactKey(pub i64);

/// What facts wait for: a name that would lead to their fleet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Awaited {
    /// Catena's id of a fleet.
    Fleet(Uuid),
    /// A connection whose fleet is unknown.
    Connection(Uuid),
    /// The digest of an unknown invitation's id at Catena.
    Invitation(String),
}

/// Facts that wait for the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFacts {
    /// The name; `None` if the facts name nothing that could lead to a fleet.
    pub awaited: Option<Awaited>,
    /// How many facts.
    pub count: u32,
    /// When the earliest of them happened, UTC.
    pub first_at: OffsetDateTime,
    /// When the latest of them happened, UTC.
    pub last_at: OffsetDateTime,
}

/// What a delivery did to a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub effect: Effect,
    /// The fact as it is now.
    pub fact: Fact,
    /// Reference of its fleet; `None` while that is unknown.
    pub fleet_ref: Option<String>,
}

/// The facts that deliveries carried, and facts whose fleet isn't known.
#[async_trait]
pub trait UnassignedFactStore: Send + Sync {
    /// What a delivery did, fact by fact, in the order in which the facts happened.
    async fn changes_of(&self, delivery: DeliveryKey) -> Result<Vec<Change>, StoreError>;
    /// Up to `limit` names that facts wait for, latest fact first.
    async fn waiting(&self, limit: u32) -> Result<Vec<WaitingFacts>, StoreError>;
    /// Up to `limit` facts that wait for a name, earliest first.
    async fn facts_waiting_for(&self, awaited: &Awaited, limit: u32) -> Result<Vec<Fact>, StoreError>;
}
