use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::events::delivery::DeliveryState;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{DeliveryKey, StoreError};

/// A delivery as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    pub key: DeliveryKey,
    /// When it arrived, UTC.
    pub received_at: OffsetDateTime,
    /// Its state.
    pub state: DeliveryState,
    /// Why it is parked or quarantined.
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

/// Everything stored about a delivery but the sealed body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDelivery {
    /// The part that lists show.
    pub row: DeliveryRow,
    /// When its processing ended, UTC.
    pub ended_at: Option<OffsetDateTime>,
    /// `X-Catena-Timestamp`, unparsed.
    pub sent_at: Option<String>,
    /// `X-Catena-Signature`, unparsed.
    pub signature: Option<String>,
    /// The other documented headers, by name.
    pub headers: BTreeMap<String, String>,
    /// The redacted body, once the delivery is processed.
    pub body: Option<Value>,
}

/// Which deliveries a list shows; each part that is set narrows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Its state.
    pub state: Option<DeliveryState>,
    /// The event's name.
    pub event_name: Option<String>,
    /// Arrived at this moment or later, UTC.
    pub from: Option<OffsetDateTime>,
    /// Arrived before this moment, UTC.
    pub before: Option<OffsetDateTime>,
}

/// The last row of a page of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryCursor {
    /// When that delivery arrived, UTC.
    pub received_at: OffsetDateTime,
    pub key: DeliveryKey,
}

/// Numbers of deliveries in the inbox. Counting stops at the limit that was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboxState {
    /// Deliveries to be processed.
    pub waiting: u32,
    /// When the oldest of those arrived, UTC.
    pub oldest: Option<OffsetDateTime>,
    /// Deliveries that can't be processed.
    pub parked: u32,
    /// Deliveries that could not be verified.
    pub quarantined: u32,
}

/// How many deliveries in a state were deleted, because they were too old or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// The state they were in.
    pub state: DeliveryState,
    /// How many, since the database was created.
    pub count: u64,
    /// When the last ones were deleted, UTC.
    pub last_at: OffsetDateTime,
}

/// Deliveries as pages show them.
#[async_trait]
pub trait DeliveryStore: Send + Sync {
    /// A page of the deliveries that pass the filter, newest first: up to `limit` of those after the row `after`.
    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Up to `limit` event names that occur in the inbox, in order.
    async fn event_names(&self, limit: u32) -> Result<Vec<String>, StoreError>;
    /// Numbers of deliveries, each counted up to `limit`.
    async fn inbox_state(&self, limit: u32) -> Result<InboxState, StoreError>;
    async fn delivery(&self, key: DeliveryKey) -> Result<Option<StoredDelivery>, StoreError>;
    /// Up to `limit` other deliveries of the same event or of a fact that this one carries, newest first: further attempts,
    /// replays, other subscriptions.
    async fn siblings(&self, key: DeliveryKey, limit: u32) -> Result<Vec<DeliveryRow>, StoreError>;

    /// How many deliveries have expired so far, by state.
    async fn expired(&self) -> Result<Vec<Expired>, StoreError>;
}
