use async_trait::async_trait;
use domain::subscription::DeliveryMetrics;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::StoreError;

/// A subscription as Catena lists it, whether we made it or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSubscription {
    pub webhook_id: Uuid,
    /// The event it delivers, or a wildcard.
    pub event_name: String,
    /// Its URL as Catena shows it: partly masked, so it can't be compared with ours as a whole.
    pub masked_url: String,
    /// Whether it is limited to some fleets.
    pub filtered: bool,
    /// Its status in Catena's words, which may be new ones.
    pub status: String,
    /// When it was made, UTC, if Catena says so.
    pub created_at: Option<OffsetDateTime>,
    /// When it was last changed, UTC, if Catena says so.
    pub updated_at: Option<OffsetDateTime>,
}

/// Catena's delivery figures of a subscription.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub figures: DeliveryMetrics,
    /// When the oldest dead letter in the log died, UTC.
    pub oldest_dead: Option<OffsetDateTime>,
    /// When they were fetched, UTC.
    pub at: OffsetDateTime,
}

/// How the last attempts to fetch Catena's list went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastLook {
    /// When one last succeeded, UTC.
    pub ended_at: Option<OffsetDateTime>,
    /// When one was last made, UTC.
    pub tried_at: Option<OffsetDateTime>,
    /// Why the last one failed and what to do about it; `None` if it succeeded.
    pub problem: Option<String>,
}

/// A copy of Catena's list of subscriptions, so that pages about them needn't ask Catena.
#[async_trait]
pub trait SubscriptionSnapshotStore: Send + Sync {
    /// Replaces the copy with Catena's whole list. Our own subscriptions take over the status given there; those that are
    /// missing become `deleted`.
    async fn put_seen(&self, all: &[SeenSubscription]) -> Result<(), StoreError>;
    /// Updates one subscription of the copy, and the status of our own subscription with its id, if there is one.
    async fn put_seen_one(&self, one: &SeenSubscription) -> Result<(), StoreError>;
    /// Removes a deleted subscription from the copy; our own one with its id stays, as `deleted`.
    async fn put_deleted(&self, webhook_id: Uuid) -> Result<(), StoreError>;
    /// Stores a subscription's figures, if it is still in the copy.
    async fn put_measured(&self, webhook_id: Uuid, measured: &Measured) -> Result<(), StoreError>;
    /// The whole copy, by event name, with the last figures.
    async fn seen(&self) -> Result<Vec<(SeenSubscription, Option<Measured>)>, StoreError>;
    /// Records an attempt to fetch the list: when, and the problem if it failed.
    async fn put_look(&self, at: OffsetDateTime, problem: Option<&str>) -> Result<(), StoreError>;
    /// How the last attempts went.
    async fn last_look(&self) -> Result<LastLook, StoreError>;
}
