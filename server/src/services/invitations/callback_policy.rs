//! Finds out whether a `callback_url` would deliver events twice, before a form offers one (WEBHOOKS.md 5.11).

use std::time::Duration;

use domain::invitation::callback_policy::{CallbackPolicy, Found};
use tokio::{sync::Mutex, time::timeout};

use crate::store::{SharedStore, StoreError};
use catena::{Catena, CatenaError, Subscription, SubscriptionFilters, SubscriptionStatus};
use platform::clock::SharedClock;

/// How long Catena's answers are reused.
const FRESH_FOR: Duration = Duration::from_mins(1);
/// How long a page waits for Catena.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The events a callback address receives: those from an invitation to data.
const LIFECYCLE: [&str; 4] = ["invitation.", "share_agreement.", "connection.", "fleet_connection."];

/// Finds out and caches the answer for a while.
pub struct CallbackPolicies {
    catena: Catena,
    store: SharedStore,
    clock: SharedClock,
    cache: Mutex<Option<(Duration, CallbackPolicy)>>,
}

impl CallbackPolicies {
    /// Policies over this store and Catena.
    pub fn new(catena: Catena, store: SharedStore, clock: SharedClock) -> Self {
        Self { catena, store, clock, cache: Mutex::default() }
    }

    /// What speaks against a callback address now.
    #[tracing::instrument(skip_all)]
    pub async fn probe(&self) -> Result<CallbackPolicy, StoreError> {
        let ours = self.ours().await?;
        let mut cache = self.cache.lock().await;
        let now = self.clock.elapsed();
        let policy = match *cache {
            Some((at, policy)) if now.saturating_sub(at) < FRESH_FOR => policy,
            _ => {
                let (organization_wide, default_callback) =
                    tokio::join!(self.organization_wide(), self.default_callback());
                let policy = CallbackPolicy { organization_wide, default_callback };
                *cache = Some((now, policy));
                policy
            }
        };
        // We know our own subscriptions without Catena.
        let organization_wide =
            if ours > 0 { policy.organization_wide.max(Some(ours)) } else { policy.organization_wide };
        Ok(CallbackPolicy { organization_wide, ..policy })
    }

    /// How many of our own subscriptions deliver; none of them has filters.
    async fn ours(&self) -> Result<usize, StoreError> {
        let rows = self.store.subscriptions().await?;
        Ok(rows.iter().filter(|row| row.status == "active" && is_lifecycle(&row.event_name)).count())
    }

    async fn organization_wide(&self) -> Found<usize> {
        let all = found("subscriptions", timeout(TIMEOUT, self.catena.subscriptions()).await.ok())?;
        // One that can't be read may be such a subscription.
        if !all.unreadable.is_empty() {
            return None;
        }
        let wide = |one: &&Subscription| {
            one.status == SubscriptionStatus::Active
                && one.filters == SubscriptionFilters::default()
                && is_lifecycle(&one.event_name)
        };
        Some(all.iter().filter(wide).count())
    }

    async fn default_callback(&self) -> Found<bool> {
        let property = timeout(TIMEOUT, self.catena.own_default_callback_url()).await.ok();
        Some(found("default callback address", property)?.is_some_and(|value| !value.trim().is_empty()))
    }
}

/// An event of the lifecycle, or a wildcard that covers some.
fn is_lifecycle(event_name: &str) -> bool {
    event_name == "*" || LIFECYCLE.iter().any(|prefix| event_name.starts_with(prefix))
}

/// What Catena answered; none if it refused or took too long.
fn found<T>(what: &'static str, answer: Option<Result<T, CatenaError>>) -> Found<T> {
    match answer {
        Some(Ok(value)) => Some(value),
        Some(Err(error)) => {
            tracing::debug!(what, %error, "can't tell whether a callback address would double events");
            None
        }
        None => {
            tracing::debug!(what, "can't tell in time whether a callback address would double events");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_events_of_the_way_to_data_would_be_doubled() {
        for (event, want) in [
            ("invitation.viewed", true),
            ("invitation.*", true),
            ("fleet_connection.created", true),
            ("*", true),
            ("webhook.*", false),
            ("execution.failed", false),
            ("vehicle.added", false),
        ] {
            assert_eq!(is_lifecycle(event), want, "{event}");
        }
    }
}
