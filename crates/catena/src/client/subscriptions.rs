//! Webhook subscriptions (WEBHOOKS.md 5).

use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::{CatenaError, Side},
    listed::Listed,
    open_enum::open_enum,
    paging::Pages,
    wire,
};
use platform::secret::Secret;

const ONE: &str = "/v2/notifications/webhooks/{webhook_id}";

static CREATE: Call = Call::new(Method::POST, "/v2/notifications/webhooks", "webhook:create");
static LIST: Call = Call::new(Method::GET, "/v2/notifications/webhooks", "webhook:read");
static GET: Call = Call::new(Method::GET, ONE, "webhook:read");
static UPDATE: Call = Call::new(Method::PATCH, ONE, "webhook:update");
static DELETE: Call = Call::new(Method::DELETE, ONE, "webhook:delete");
static ACTIVATE: Call = Call::new(Method::POST, "/v2/notifications/webhooks/{webhook_id}/activate", "webhook:update");
static PAUSE: Call = Call::new(Method::POST, "/v2/notifications/webhooks/{webhook_id}/pause", "webhook:update");
static METRICS: Call = Call::new(Method::GET, "/v2/notifications/webhooks/{webhook_id}/metrics", "webhook:read");
// Not a mistake: replaying needs the scope for creating (WEBHOOKS.md trap 21).
static REPLAY: Call = Call::new(Method::POST, "/v2/notifications/webhooks/{webhook_id}/replay", "webhook:create");

open_enum! {
    /// Whether a subscription delivers. `stale`: Catena has switched it off after too many failures, until it is activated again.
    pub enum SubscriptionStatus {
        Active = "active",
        Paused = "paused",
        Stale = "stale",
        Deleted = "deleted",
    }
}

/// A webhook subscription: one event, one URL.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Subscription {
    /// Catena's id of the subscription, which its deliveries carry in `X-Webhook-ID`.
    pub id: Uuid,
    /// Where it delivers, partly masked: don't compare or store it (WEBHOOKS.md 5.1). Empty if Catena shows no text.
    #[serde(rename = "url", deserialize_with = "wire::masked")]
    pub masked_url: String,
    /// The event it delivers; may be a wildcard (WEBHOOKS.md 5.10).
    #[serde(deserialize_with = "wire::text")]
    pub event_name: String,
    /// The fleets whose events it delivers.
    #[serde(default, deserialize_with = "wire::null_or")]
    pub filters: SubscriptionFilters,
    /// The signing secret. Only in the answer to a creation; masked in all others.
    #[serde(default, deserialize_with = "wire::unmasked")]
    pub secret: Option<Secret>,
    /// Whether it delivers.
    #[serde(default = "active")]
    pub status: SubscriptionStatus,
    /// When it was created, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub created_at: Option<OffsetDateTime>,
    /// When it last changed, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub updated_at: Option<OffsetDateTime>,
    /// When it was deleted, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub deleted_at: Option<OffsetDateTime>,
}

fn active() -> SubscriptionStatus {
    SubscriptionStatus::Active
}

impl Subscription {
    fn is_deleted(&self) -> bool {
        self.status == SubscriptionStatus::Deleted || self.deleted_at.is_some()
    }
}

/// The fleets whose events a subscription delivers; without any, those of all present and future fleets (WEBHOOKS.md 5.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionFilters {
    /// These fleets, by Catena's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet_ids: Option<Vec<Uuid>>,
    /// These fleets, by our reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet_refs: Option<Vec<String>>,
}

/// Which subscriptions to list. A `None` field doesn't restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    /// Subscriptions to this event.
    pub event_name: Option<String>,
    /// Subscriptions with this status. Deleted ones are listed only if this asks for them.
    pub status: Option<SubscriptionStatus>,
}

/// A new subscription. We choose the secret, so that a delivery can be verified even if it arrives before the answer is stored
/// (WEBHOOKS.md trap 22).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CreateSubscription {
    /// Where to deliver. The real Catena requires HTTPS.
    pub url: Url,
    /// The event's name, or a wildcard, which creates one subscription for each action.
    pub event_name: String,
    /// The signing secret, at least 12 characters.
    pub secret: Secret,
    /// The fleets whose events to deliver; `None` for all, as lifecycle events need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<SubscriptionFilters>,
}

/// A change to a subscription. A `None` field stays as it is. Event and status can't be changed this way (WEBHOOKS.md 5.4).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateSubscription {
    /// Where to deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// The fleets whose events to deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<SubscriptionFilters>,
    /// The signing secret, at least 12 characters. Takes effect at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
}

/// One number over four periods; `None` if Catena doesn't know it yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Periods {
    /// The last 6 hours.
    #[serde(default, rename = "6h", deserialize_with = "wire::maybe_whole")]
    pub six_hours: Option<i64>,
    /// The last 24 hours.
    #[serde(default, rename = "24h", deserialize_with = "wire::maybe_whole")]
    pub day: Option<i64>,
    /// The last 7 days.
    #[serde(default, rename = "7d", deserialize_with = "wire::maybe_whole")]
    pub week: Option<i64>,
    /// The last 14 days.
    #[serde(default, rename = "14d", deserialize_with = "wire::maybe_whole")]
    pub fortnight: Option<i64>,
}

/// How well a subscription delivers (WEBHOOKS.md 5.6).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SubscriptionMetrics {
    /// The subscription's id.
    pub webhook_id: Uuid,
    /// Requests sent.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub http_attempts: Periods,
    /// Requests answered with 2xx.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub http_success_attempts: Periods,
    /// Requests that failed or were answered with another status.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub http_failure_attempts: Periods,
    /// Distinct events.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub message_count: Periods,
    /// Events that were delivered eventually.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub message_success_count: Periods,
    /// In whole **percent**, 96 for example; `None` for fewer than 200 events.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub success_rate: Periods,
    /// The mean time we took to answer, in milliseconds.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub avg_response_time_ms: Periods,
    /// A **fraction**, 0.98 for example. Below 0.95 counts as unhealthy.
    #[serde(default, deserialize_with = "wire::maybe_number")]
    pub ewma_success_rate: Option<f64>,
    /// The number of dead letters that wait for a replay.
    #[serde(default, deserialize_with = "wire::count")]
    pub dlq_count: u64,
}

impl Catena {
    /// Subscribes. A wildcard creates one subscription for each action, each with its own id and secret.
    ///
    /// # Errors
    ///
    /// [`CatenaError::Conflict`] if there already is one for this event, URL, and filters (WEBHOOKS.md 5.1, 5.2).
    pub async fn create_subscription(&self, new: &CreateSubscription) -> Result<Listed<Subscription>, CatenaError> {
        let answer = self.call(&CREATE, &Parts::default().body(new)?).await?;
        let items = match answer.json(Side::Api)? {
            Value::Array(items) => items,
            one => vec![one],
        };
        let listed = Listed::read(&items, 0);
        match listed.unreadable.first() {
            Some(first) if listed.is_empty() => {
                let (status, problem) = (answer.status.as_u16(), first.problem.clone());
                Err(CatenaError::UnexpectedAnswer { side: Side::Api, status, problem })
            }
            _ => Ok(listed),
        }
    }

    /// All subscriptions that are not deleted. Catena's list contains deleted ones too; they are dropped.
    pub async fn subscriptions(&self) -> Result<Listed<Subscription>, CatenaError> {
        self.subscriptions_that_match(&SubscriptionFilter::default()).await
    }

    /// The subscriptions that match `filter`.
    pub async fn subscriptions_that_match(
        &self,
        filter: &SubscriptionFilter,
    ) -> Result<Listed<Subscription>, CatenaError> {
        let SubscriptionFilter { event_name, status } = filter;
        let mut query = Vec::new();
        query.extend(event_name.clone().map(|name| ("event_name", name)));
        query.extend(status.as_ref().map(|status| ("status", status.to_string())));
        let mut all: Listed<Subscription> = Pages::new(self, &LIST, query).all().await?;
        all.records.retain(|one| !one.is_deleted() || *status == Some(SubscriptionStatus::Deleted));
        Ok(all)
    }

    /// One subscription, even if it is deleted; `None` if Catena doesn't know it.
    pub async fn subscription(&self, id: Uuid) -> Result<Option<Subscription>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }

    /// Changes a subscription. A new secret takes effect at once, so accept both the old and the new one for a while.
    pub async fn update_subscription(
        &self,
        id: Uuid,
        change: &UpdateSubscription,
    ) -> Result<Subscription, CatenaError> {
        self.json(&UPDATE, &Parts::ids(&[&id.to_string()]).body(change)?).await
    }

    /// Makes a paused or stale subscription deliver again.
    pub async fn activate_subscription(&self, id: Uuid) -> Result<Subscription, CatenaError> {
        self.on(&ACTIVATE, id).await
    }

    /// Stops the deliveries of a subscription until it is activated again.
    pub async fn pause_subscription(&self, id: Uuid) -> Result<Subscription, CatenaError> {
        self.on(&PAUSE, id).await
    }

    /// How well a subscription delivers.
    pub async fn subscription_metrics(&self, id: Uuid) -> Result<SubscriptionMetrics, CatenaError> {
        self.on(&METRICS, id).await
    }

    /// Deletes a subscription permanently.
    pub async fn delete_subscription(&self, id: Uuid) -> Result<(), CatenaError> {
        self.delete(&DELETE, &Parts::ids(&[&id.to_string()])).await
    }

    /// Asks Catena to deliver the dead letters again. They arrive some time after this call returns, and possibly twice.
    pub async fn replay_subscription(&self, id: Uuid) -> Result<(), CatenaError> {
        self.call(&REPLAY, &Parts::ids(&[&id.to_string()])).await.map(drop)
    }

    async fn on<T: DeserializeOwned>(&self, call: &Call, id: Uuid) -> Result<T, CatenaError> {
        self.json(call, &Parts::ids(&[&id.to_string()])).await
    }
}
