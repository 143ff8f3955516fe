//! Webhook subscriptions (WEBHOOKS.md 5).

use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::{CatenaError, Side},
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
// The scope is no slip (WEBHOOKS.md trap 21).
static REPLAY: Call = Call::new(Method::POST, "/v2/notifications/webhooks/{webhook_id}/replay", "webhook:create");

open_enum! {
    /// Whether a subscription delivers. `stale`: switched off by Catena after too many failures, until it is activated.
    pub enum SubscriptionStatus {
        Active = "active",
        Paused = "paused",
        Stale = "stale",
        Deleted = "deleted",
    }
}

/// A webhook subscription.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Subscription {
    /// Its id, which each of its deliveries names in `X-Webhook-ID`.
    pub id: Uuid,
    /// Where it delivers, partly masked: never to be compared or stored (WEBHOOKS.md 5.1). Empty where Catena shows no text.
    #[serde(rename = "url", deserialize_with = "wire::masked")]
    pub masked_url: String,
    /// What it delivers; may be a wildcard (WEBHOOKS.md 5.10).
    pub event_name: String,
    /// For which fleets.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub filters: SubscriptionFilters,
    /// The signing secret: in the answer to a creation only, masked afterwards.
    #[serde(default, deserialize_with = "wire::unmasked")]
    pub secret: Option<Secret>,
    /// Whether it delivers.
    #[serde(default = "active")]
    pub status: SubscriptionStatus,
    /// When it was made, UTC.
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

/// For which fleets a subscription delivers; nothing set: for all, present and future (WEBHOOKS.md 5.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionFilters {
    /// By Catena's ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet_ids: Option<Vec<Uuid>>,
    /// By our ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet_refs: Option<Vec<String>>,
}

/// Which subscriptions to list; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    /// Of this event.
    pub event_name: Option<String>,
    /// Of this status; those that are deleted are listed only when they are asked for.
    pub status: Option<SubscriptionStatus>,
}

/// A new subscription. The secret is ours from the start, so that a delivery can be verified that arrives before the
/// answer is stored (WEBHOOKS.md trap 22).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CreateSubscription {
    /// Where to deliver; HTTPS for the real Catena.
    pub url: Url,
    /// What to deliver: an event's name, or a wildcard, which makes one subscription for each action.
    pub event_name: String,
    /// What to sign with: 12 characters or more.
    pub secret: Secret,
    /// For which fleets; `None` for all, as lifecycle events need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<SubscriptionFilters>,
}

/// A change of a subscription; what is `None` stays. Neither event nor status can be changed this way
/// (WEBHOOKS.md 5.4).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct UpdateSubscription {
    /// Where to deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// For which fleets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filters: Option<SubscriptionFilters>,
    /// What to sign with, at once: 12 characters or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
}

/// One figure over four periods; none where Catena does not know yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Periods {
    /// The last 6 hours.
    #[serde(default, rename = "6h")]
    pub six_hours: Option<i64>,
    /// The last 24 hours.
    #[serde(default, rename = "24h")]
    pub day: Option<i64>,
    /// The last 7 days.
    #[serde(default, rename = "7d")]
    pub week: Option<i64>,
    /// The last 14 days.
    #[serde(default, rename = "14d")]
    pub fortnight: Option<i64>,
}

/// How a subscription fares (WEBHOOKS.md 5.6).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SubscriptionMetrics {
    /// Whose figures these are.
    pub webhook_id: Uuid,
    /// Requests sent.
    #[serde(default)]
    pub http_attempts: Periods,
    /// Requests answered with 2xx.
    #[serde(default)]
    pub http_success_attempts: Periods,
    /// Requests that failed or were answered otherwise.
    #[serde(default)]
    pub http_failure_attempts: Periods,
    /// Distinct events.
    #[serde(default)]
    pub message_count: Periods,
    /// Events delivered in the end.
    #[serde(default)]
    pub message_success_count: Periods,
    /// Whole **percent**, 96 for example; none until 200 events.
    #[serde(default)]
    pub success_rate: Periods,
    /// Our answers' mean time in milliseconds.
    #[serde(default)]
    pub avg_response_time_ms: Periods,
    /// A **fraction**, 0.98 for example; below 0.95 is unhealthy.
    #[serde(default)]
    pub ewma_success_rate: Option<f64>,
    /// Dead letters that wait for a replay.
    #[serde(default, deserialize_with = "wire::count")]
    pub dlq_count: u64,
}

impl Catena {
    /// Subscribes. A wildcard gives one subscription for each action, each with its own id and secret. Answers
    /// [`CatenaError::Conflict`] when there is one for this event, URL and filters already (WEBHOOKS.md 5.1, 5.2).
    pub async fn create_subscription(&self, new: &CreateSubscription) -> Result<Vec<Subscription>, CatenaError> {
        let answer = self.call(&CREATE, &Parts::default().body(new)?).await?;
        if answer.body.trim_ascii_start().starts_with(b"[") {
            return answer.json(Side::Api);
        }
        Ok(vec![answer.json(Side::Api)?])
    }

    /// Every subscription that was not deleted; Catena lists those too.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, CatenaError> {
        self.subscriptions_that_match(&SubscriptionFilter::default()).await
    }

    /// The subscriptions that match.
    pub async fn subscriptions_that_match(
        &self,
        filter: &SubscriptionFilter,
    ) -> Result<Vec<Subscription>, CatenaError> {
        let SubscriptionFilter { event_name, status } = filter;
        let mut query = Vec::new();
        query.extend(event_name.clone().map(|name| ("event_name", name)));
        query.extend(status.as_ref().map(|status| ("status", status.to_string())));
        let mut all: Vec<Subscription> = Pages::new(self, &LIST, query).all().await?;
        all.retain(|one| !one.is_deleted() || *status == Some(SubscriptionStatus::Deleted));
        Ok(all)
    }

    /// One subscription, also a deleted one; none when Catena knows no such subscription.
    pub async fn subscription(&self, id: Uuid) -> Result<Option<Subscription>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }

    /// Changes a subscription. A new secret signs at once: accept both for a while.
    pub async fn update_subscription(
        &self,
        id: Uuid,
        change: &UpdateSubscription,
    ) -> Result<Subscription, CatenaError> {
        self.json(&UPDATE, &Parts::ids(&[&id.to_string()]).body(change)?).await
    }

    /// Lets a paused or stale subscription deliver again.
    pub async fn activate_subscription(&self, id: Uuid) -> Result<Subscription, CatenaError> {
        self.on(&ACTIVATE, id).await
    }

    /// Stops a subscription from delivering.
    pub async fn pause_subscription(&self, id: Uuid) -> Result<Subscription, CatenaError> {
        self.on(&PAUSE, id).await
    }

    /// How a subscription fares.
    pub async fn subscription_metrics(&self, id: Uuid) -> Result<SubscriptionMetrics, CatenaError> {
        self.on(&METRICS, id).await
    }

    /// Deletes a subscription.
    pub async fn delete_subscription(&self, id: Uuid) -> Result<(), CatenaError> {
        self.delete(&DELETE, &Parts::ids(&[&id.to_string()])).await
    }

    /// Has the dead letters delivered again. They come later, by themselves, and may come twice.
    pub async fn replay_subscription(&self, id: Uuid) -> Result<(), CatenaError> {
        self.call(&REPLAY, &Parts::ids(&[&id.to_string()])).await.map(drop)
    }

    async fn on<T: DeserializeOwned>(&self, call: &Call, id: Uuid) -> Result<T, CatenaError> {
        self.json(call, &Parts::ids(&[&id.to_string()])).await
    }
}
