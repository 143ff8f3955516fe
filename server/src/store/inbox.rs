use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::events::delivery::DeliveryState;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// Our key of a delivery; later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey(pub i64);

/// A delivery to be kept.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// When it came, UTC.
    pub received_at: OffsetDateTime,
    /// [`DeliveryState::Received`] or [`DeliveryState::Quarantined`].
    pub state: DeliveryState,
    /// Why it is quarantined.
    pub reason: Option<String>,
    /// `X-Webhook-ID`.
    pub webhook_id: Option<String>,
    /// `X-Event-Type`: unsigned, shown until the body is read.
    pub event_name: Option<String>,
    /// `X-Delivery-Attempt`.
    pub attempt: Option<i64>,
    /// `X-Catena-Timestamp`, as it came.
    pub sent_at: Option<String>,
    /// `X-Catena-Signature`, as it came.
    pub signature: Option<String>,
    /// The other documented headers, as a JSON object in text.
    pub headers: String,
    /// The body after gunzip, sealed.
    pub sealed_body: Vec<u8>,
}

/// A delivery to be processed.
#[derive(Debug, Clone)]
pub struct ToDo {
    /// Its key.
    pub key: DeliveryKey,
    /// `X-Event-Type`.
    pub event_name: Option<String>,
    /// `X-Catena-Timestamp`, as it came.
    pub sent_at: Option<String>,
    /// When it came, UTC.
    pub received_at: OffsetDateTime,
    /// The body, sealed.
    pub sealed_body: Vec<u8>,
}

/// A delivery in quarantine, with all that it takes to verify it again.
#[derive(Debug, Clone)]
pub struct Quarantined {
    /// Its key.
    pub key: DeliveryKey,
    /// `X-Webhook-ID`.
    pub webhook_id: Option<String>,
    /// `X-Catena-Timestamp`, as it came.
    pub sent_at: Option<String>,
    /// `X-Catena-Signature`, as it came.
    pub signature: Option<String>,
    /// The body, sealed.
    pub sealed_body: Vec<u8>,
}

/// A delivery as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its key.
    pub key: DeliveryKey,
    /// When it came, UTC.
    pub received_at: OffsetDateTime,
    /// What became of it.
    pub state: DeliveryState,
    /// Why, where it is parked or quarantined.
    pub reason: Option<String>,
    /// The event's name.
    pub event_name: Option<String>,
    /// The event's id.
    pub event_id: Option<Uuid>,
    /// `X-Webhook-ID`.
    pub webhook_id: Option<String>,
    /// `X-Delivery-Attempt`.
    pub attempt: Option<i64>,
}

/// All that is kept of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDelivery {
    /// What a list shows.
    pub row: DeliveryRow,
    /// When its processing ended, UTC.
    pub ended_at: Option<OffsetDateTime>,
    /// `X-Catena-Timestamp`, as it came.
    pub sent_at: Option<String>,
    /// `X-Catena-Signature`, as it came.
    pub signature: Option<String>,
    /// The other documented headers, by name.
    pub headers: BTreeMap<String, String>,
    /// The redacted body, once it is processed.
    pub body: Option<Value>,
}

/// Which deliveries a list shows. Each part that is given narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// What became of it.
    pub state: Option<DeliveryState>,
    /// The event's name.
    pub event_name: Option<String>,
    /// Came at this moment or later, UTC.
    pub from: Option<OffsetDateTime>,
    /// Came before this moment, UTC.
    pub before: Option<OffsetDateTime>,
}

/// Where a page of the list ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryCursor {
    /// When the last row came, UTC.
    pub received_at: OffsetDateTime,
    /// The last row's key.
    pub key: DeliveryKey,
}

/// How the inbox stands. Counts stop at the limit that was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboxState {
    /// Deliveries to be processed.
    pub waiting: u32,
    /// When the oldest of them came, UTC.
    pub oldest: Option<OffsetDateTime>,
    /// Deliveries that can't be processed.
    pub parked: u32,
    /// Deliveries that could not be verified.
    pub quarantined: u32,
}

/// How many deliveries of a state were removed for their age or for their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// The state that they were in.
    pub state: DeliveryState,
    /// How many, since the database was made.
    pub count: u64,
    /// When last, UTC.
    pub last_at: OffsetDateTime,
}

/// The inbox.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Keeps deliveries, all or none, durably: when this returns, a power cut loses none of them. Of the quarantined only
    /// the newest `quarantine_max` stay, those of known subscriptions before all others; those that go are counted as expired.
    async fn append(&self, deliveries: &[NewDelivery], quarantine_max: u32) -> Result<(), StoreError>;
    /// Up to `limit` deliveries to be processed, the oldest first.
    async fn to_do(&self, limit: u32) -> Result<Vec<ToDo>, StoreError>;

    /// Up to `limit` deliveries that pass the filter, the newest first, those after `behind` only.
    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        behind: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError>;
    /// The names of events in the inbox, up to `limit`, by name.
    async fn event_names(&self, limit: u32) -> Result<Vec<String>, StoreError>;
    /// How the inbox stands; no count goes past `limit`.
    async fn inbox_state(&self, limit: u32) -> Result<InboxState, StoreError>;
    /// One delivery.
    async fn delivery(&self, key: DeliveryKey) -> Result<Option<StoredDelivery>, StoreError>;
    /// Up to `limit` other deliveries that tell of the same event or of a fact that this one tells, the newest first: other
    /// attempts, replays, other subscriptions.
    async fn siblings(&self, key: DeliveryKey, limit: u32) -> Result<Vec<DeliveryRow>, StoreError>;

    /// Up to `limit` quarantined deliveries after `after`, the oldest first.
    async fn quarantined(&self, after: DeliveryKey, limit: u32) -> Result<Vec<Quarantined>, StoreError>;
    /// Gives parked or quarantined deliveries to the worker, and says how many were.
    async fn release(&self, keys: &[DeliveryKey], from: DeliveryState) -> Result<u64, StoreError>;
    /// Gives every parked delivery to the worker, and says how many were.
    async fn release_parked(&self) -> Result<u64, StoreError>;
    /// Keeps a newer reason for which a delivery stays in quarantine.
    async fn set_reason(&self, key: DeliveryKey, reason: &str) -> Result<(), StoreError>;

    /// Removes up to `limit` deliveries of the state that came before `before`, counts them, and says how many. What they
    /// told stays on timelines.
    async fn expire(
        &self,
        state: DeliveryState,
        before: OffsetDateTime,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError>;
    /// How many were removed so far, by state.
    async fn expired(&self) -> Result<Vec<Expired>, StoreError>;
}
