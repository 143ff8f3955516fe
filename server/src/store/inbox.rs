use async_trait::async_trait;
use domain::events::delivery::DeliveryState;
use time::OffsetDateTime;

use super::StoreError;

/// Our key of a delivery; later deliveries have greater keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey(pub i64);

/// A delivery to be added.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// When it arrived, UTC.
    pub received_at: OffsetDateTime,
    /// [`DeliveryState::Received`] or [`DeliveryState::Quarantined`].
    pub state: DeliveryState,
    /// Why it is quarantined.
    pub reason: Option<String>,
    /// `X-Webhook-ID`.
    pub webhook_id: Option<String>,
    /// `X-Event-Type`: unsigned, and shown only until the signed body is read.
    pub event_name: Option<String>,
    /// `X-Delivery-Attempt`.
    pub attempt: Option<i64>,
    /// `X-Catena-Timestamp`, unparsed.
    pub sent_at: Option<String>,
    /// `X-Catena-Signature`, unparsed.
    pub signature: Option<String>,
    /// The other documented headers, as the text of a JSON object.
    pub headers: String,
    /// The body after gunzip, sealed.
    pub sealed_body: Vec<u8>,
}

/// A delivery to be processed.
#[derive(Debug, Clone)]
pub struct PendingDelivery {
    pub key: DeliveryKey,
    /// `X-Event-Type`.
    pub event_name: Option<String>,
    /// `X-Catena-Timestamp`, unparsed.
    pub sent_at: Option<String>,
    /// When it arrived, UTC.
    pub received_at: OffsetDateTime,
    /// The body, sealed.
    pub sealed_body: Vec<u8>,
}

/// A delivery in quarantine, with everything needed to verify it again.
#[derive(Debug, Clone)]
pub struct Quarantined {
    pub key: DeliveryKey,
    /// `X-Webhook-ID`.
    pub webhook_id: Option<String>,
    /// `X-Catena-Timestamp`, unparsed.
    pub sent_at: Option<String>,
    /// `X-Catena-Signature`, unparsed.
    pub signature: Option<String>,
    /// The body, sealed.
    pub sealed_body: Vec<u8>,
}

/// The inbox of webhook deliveries: what arrives, what is processed, what expires.
#[async_trait]
pub trait InboxStore: Send + Sync {
    /// Adds deliveries, all or none, durably: once this returns, a power cut loses none of them. Only `quarantine_max`
    /// quarantined deliveries stay, those of our own subscriptions before others and newer before older ones; the rest are
    /// deleted and counted as expired.
    async fn append(&self, deliveries: &[NewDelivery], quarantine_max: u32) -> Result<(), StoreError>;
    /// Up to `limit` deliveries to be processed, oldest first.
    async fn to_do(&self, limit: u32) -> Result<Vec<PendingDelivery>, StoreError>;

    /// A page of the quarantined deliveries, oldest first: up to `limit` of those after the key `after`.
    async fn quarantined(&self, after: DeliveryKey, limit: u32) -> Result<Vec<Quarantined>, StoreError>;
    /// Moves those of the deliveries that are in the state `from` and still have their sealed body back to `received`, to be
    /// processed again; returns how many were moved.
    async fn release(&self, keys: &[DeliveryKey], from: DeliveryState) -> Result<u64, StoreError>;
    /// Moves every parked delivery back to `received`; returns how many were moved.
    async fn release_parked(&self) -> Result<u64, StoreError>;
    /// Updates the reason why a delivery stays in quarantine.
    async fn set_reason(&self, key: DeliveryKey, reason: &str) -> Result<(), StoreError>;

    /// Deletes up to `limit` deliveries in the state that arrived before `before`, counts them as expired at `now`, and returns
    /// how many it deleted. The facts they carried stay. Deliveries in the state `received` never expire.
    async fn expire(
        &self,
        state: DeliveryState,
        before: OffsetDateTime,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError>;
}
