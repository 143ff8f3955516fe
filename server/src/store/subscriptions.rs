use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// A subscription at Catena that is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Catena's id: `X-Webhook-ID`.
    pub webhook_id: Uuid,
    /// The event it carries.
    pub event_name: String,
    /// Where it posts to; Catena masks it at once (WEBHOOKS.md 8.22).
    pub url: String,
    /// Its status as last heard, an open word.
    pub status: String,
    /// When we made it, UTC.
    pub created_at: OffsetDateTime,
}

/// A signing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecret {
    /// Our id.
    pub id: Uuid,
    /// What was asked for with it: an event's name or a wildcard.
    pub event_name: String,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
}

/// A secret with which a subscription's deliveries are verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedSecret {
    /// The secret.
    pub secret: SigningSecret,
    /// Until when it is accepted, UTC, since another one took its place; none for one in use.
    pub until: Option<OffsetDateTime>,
}

/// Our subscriptions and their secrets.
#[async_trait]
pub trait Subscriptions: Send + Sync {
    /// Keeps a secret before Catena is asked.
    async fn put_secret(&self, secret: &SigningSecret) -> Result<(), StoreError>;
    /// Keeps the subscriptions that a creation call with that secret made.
    async fn put_subscriptions(&self, secret_id: Uuid, rows: &[SubscriptionRow]) -> Result<(), StoreError>;
    /// All of ours, by event name.
    async fn subscriptions(&self) -> Result<Vec<SubscriptionRow>, StoreError>;
    /// Sets the status of one of ours, if it is ours.
    async fn set_subscription_status(&self, webhook_id: Uuid, status: &str) -> Result<(), StoreError>;
    /// Sets where one of ours posts to, if it is ours.
    async fn set_subscription_url(&self, webhook_id: Uuid, url: &str) -> Result<(), StoreError>;
    /// Forgets one of ours as if it had never been, with its secrets.
    async fn disown(&self, webhook_id: Uuid) -> Result<(), StoreError>;
    /// The secrets of a subscription, the newest first, those included that have ended; none if it isn't ours.
    async fn secrets_of(&self, webhook_id: Uuid) -> Result<Vec<AcceptedSecret>, StoreError>;
    /// Keeps one more secret of a subscription of ours.
    async fn add_secret(&self, webhook_id: Uuid, secret: &SigningSecret) -> Result<(), StoreError>;
    /// Ends the secrets of a subscription but `kept` at `until`; one that ends earlier already still does.
    async fn retire_secrets(
        &self,
        webhook_id: Uuid,
        kept: Option<Uuid>,
        until: OffsetDateTime,
    ) -> Result<(), StoreError>;
    /// Removes the secrets that ended before `now`, and says of how many subscriptions' secrets that was.
    async fn forget_retired_secrets(&self, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// Secrets with which a creation call was begun since `since` and not answered yet: a delivery may come before the answer.
    async fn pending_secrets(&self, since: OffsetDateTime) -> Result<Vec<SigningSecret>, StoreError>;
}
