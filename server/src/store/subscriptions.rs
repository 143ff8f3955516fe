use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// A webhook subscription that we made at Catena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Catena's id, sent with deliveries as `X-Webhook-ID`.
    pub webhook_id: Uuid,
    /// The event it delivers.
    pub event_name: String,
    /// The URL it posts to. Catena only ever shows it masked (WEBHOOKS.md 8.22).
    pub url: String,
    /// Its last known status in Catena's words, which may be new ones.
    pub status: String,
    /// When we made it, UTC.
    pub created_at: OffsetDateTime,
}

/// A signing secret for deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecret {
    pub id: Uuid,
    /// The event name or wildcard of the creation call it was sent with.
    pub event_name: String,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
}

/// A secret that a subscription's deliveries may be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedSecret {
    /// The secret.
    pub secret: SigningSecret,
    /// Until when it is accepted after its replacement, UTC; `None` while it is in use.
    pub until: Option<OffsetDateTime>,
}

/// Our subscriptions and their secrets.
#[async_trait]
pub trait SubscriptionStore: Send + Sync {
    /// Stores a secret, before the creation call that sends it to Catena.
    async fn put_secret(&self, secret: &SigningSecret) -> Result<(), StoreError>;
    /// Stores the subscriptions that the creation call with that secret made.
    async fn put_subscriptions(&self, secret_id: Uuid, rows: &[SubscriptionRow]) -> Result<(), StoreError>;
    /// All our subscriptions, by event name.
    async fn subscriptions(&self) -> Result<Vec<SubscriptionRow>, StoreError>;
    /// Sets a subscription's status, if it is one of ours.
    async fn set_subscription_status(&self, webhook_id: Uuid, status: &str) -> Result<(), StoreError>;
    /// Sets a subscription's URL, if it is one of ours.
    async fn set_subscription_url(&self, webhook_id: Uuid, url: &str) -> Result<(), StoreError>;
    /// Deletes one of our subscriptions from the database, with secrets that no other one uses.
    async fn disown(&self, webhook_id: Uuid) -> Result<(), StoreError>;
    /// The secrets of a subscription, including replaced ones: those in use first, then newest first. Empty if it isn't ours.
    async fn secrets_of(&self, webhook_id: Uuid) -> Result<Vec<AcceptedSecret>, StoreError>;
    /// Adds a secret to one of our subscriptions.
    async fn add_secret(&self, webhook_id: Uuid, secret: &SigningSecret) -> Result<(), StoreError>;
    /// Lets all secrets of a subscription except `kept` end at `until`, or earlier if they already do.
    async fn retire_secrets(
        &self,
        webhook_id: Uuid,
        kept: Option<Uuid>,
        until: OffsetDateTime,
    ) -> Result<(), StoreError>;
    /// Deletes the secrets that ended before `now`; returns how many, counting a secret once for each subscription.
    async fn delete_retired_secrets(&self, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// Secrets stored since `since` whose creation call is unanswered: a first delivery may arrive before the answer.
    async fn pending_secrets(&self, since: OffsetDateTime) -> Result<Vec<SigningSecret>, StoreError>;
}
