use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// Our key of a delivery; later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey(pub i64);

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Verified and stored, to be processed.
    Received,
    /// Its facts are on the timeline.
    Processed,
    /// It told nothing new.
    Duplicate,
    /// It can't be processed; kept with the error.
    Parked,
    /// It couldn't be verified; kept for a while.
    Quarantined,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Received, Self::Processed, Self::Duplicate, Self::Parked, Self::Quarantined];

    /// The word in which it is stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Processed => "processed",
            Self::Duplicate => "duplicate",
            Self::Parked => "parked",
            Self::Quarantined => "quarantined",
        }
    }

    /// The state with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

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
}

/// The inbox.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Keeps deliveries, all or none, durably: when this returns, a power cut loses none of them. Of the quarantined only
    /// the newest `quarantine_max` stay.
    async fn append(&self, deliveries: &[NewDelivery], quarantine_max: u32) -> Result<(), StoreError>;
    /// Up to `limit` deliveries to be processed, the oldest first.
    async fn to_do(&self, limit: u32) -> Result<Vec<ToDo>, StoreError>;
    /// Up to `limit` deliveries, the newest first.
    async fn deliveries(&self, limit: u32) -> Result<Vec<DeliveryRow>, StoreError>;
}
