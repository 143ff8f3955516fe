use async_trait::async_trait;
use domain::subscription::Figures;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::StoreError;

/// A subscription as Catena lists it, ours or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSubscription {
    /// Catena's id.
    pub webhook_id: Uuid,
    /// The event it carries, or a wildcard.
    pub event_name: String,
    /// Its URL as far as Catena shows it: never to be compared with ours as a whole.
    pub masked_url: String,
    /// Whether it carries the events of some fleets only.
    pub filtered: bool,
    /// Its status, an open word.
    pub status: String,
    /// When it was made, UTC, if Catena tells.
    pub created_at: Option<OffsetDateTime>,
    /// When it was last changed, UTC, if Catena tells.
    pub updated_at: Option<OffsetDateTime>,
}

/// What Catena measured of a subscription.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The figures.
    pub figures: Figures,
    /// When the oldest dead letter died that the log tells of, UTC.
    pub oldest_dead: Option<OffsetDateTime>,
    /// When they were asked for, UTC.
    pub at: OffsetDateTime,
}

/// How the last look at Catena's list went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastLook {
    /// When one last succeeded, UTC.
    pub ended_at: Option<OffsetDateTime>,
    /// When one was last tried, UTC.
    pub tried_at: Option<OffsetDateTime>,
    /// Why the last one failed and what to do; none if it didn't.
    pub problem: Option<String>,
}

/// What is remembered of Catena's side of the subscriptions.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Keeps Catena's whole list: what isn't on it is forgotten, ours gets the status that is said there, and ours that isn't
    /// on it any more is `deleted`.
    async fn put_seen(&self, all: &[SeenSubscription]) -> Result<(), StoreError>;
    /// Keeps one of the list, as the answer to a move gives it, and its status as ours if it is ours.
    async fn put_seen_one(&self, one: &SeenSubscription) -> Result<(), StoreError>;
    /// Forgets one that was deleted; ours stays as `deleted`.
    async fn put_deleted(&self, webhook_id: Uuid) -> Result<(), StoreError>;
    /// Keeps what was measured, if the subscription is still on the list.
    async fn put_measured(&self, webhook_id: Uuid, measured: &Measured) -> Result<(), StoreError>;
    /// The list as last said, by event name, with what was last measured.
    async fn seen(&self) -> Result<Vec<(SeenSubscription, Option<Measured>)>, StoreError>;
    /// Keeps how a look went: when, and the problem if it failed.
    async fn put_look(&self, at: OffsetDateTime, problem: Option<&str>) -> Result<(), StoreError>;
    /// How the last look went.
    async fn last_look(&self) -> Result<LastLook, StoreError>;
}
