//! Looks whether a `callback_url` would double events, before a form offers one (WEBHOOKS.md 5.11).

use std::time::Duration;

use domain::invitation::callback_policy::{CallbackPolicy, Found};
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};

use crate::store::{SharedStore, StoreError};
use catena::{Catena, CatenaError, Subscription, SubscriptionFilters, SubscriptionStatus};
use platform::clock::SharedClock;

/// How long what Catena said is believed.
const GOOD_FOR: time::Duration = time::Duration::minutes(1);
/// How long a page waits for it.
const WAIT: Duration = Duration::from_secs(2);
/// What a callback address is told of: the events of an invitation's way to data.
const LIFECYCLE: [&str; 4] = ["invitation.", "share_agreement.", "connection.", "fleet_connection."];

/// Looks, and remembers for a while.
pub struct CallbackPolicies {
    catena: Catena,
    store: SharedStore,
    clock: SharedClock,
    seen: Mutex<Option<(OffsetDateTime, CallbackPolicy)>>,
}

impl CallbackPolicies {
    /// Ready to look.
    pub fn new(catena: Catena, store: SharedStore, clock: SharedClock) -> Self {
        Self { catena, store, clock, seen: Mutex::default() }
    }

    /// What speaks against a callback address at present.
    pub async fn look(&self) -> Result<CallbackPolicy, StoreError> {
        let ours = self.ours().await?;
        let mut seen = self.seen.lock().await;
        let now = self.clock.now();
        let look = match *seen {
            Some((at, look)) if now - at < GOOD_FOR => look,
            _ => {
                let (organisation_wide, default_callback) =
                    tokio::join!(self.organisation_wide(), self.default_callback());
                let look = CallbackPolicy { organisation_wide, default_callback };
                *seen = Some((now, look));
                look
            }
        };
        // What we made ourselves is known without Catena.
        let organisation_wide = if ours > 0 { look.organisation_wide.max(Some(ours)) } else { look.organisation_wide };
        Ok(CallbackPolicy { organisation_wide, ..look })
    }

    /// How many of our own subscriptions deliver; all of them are made without filters.
    async fn ours(&self) -> Result<usize, StoreError> {
        let rows = self.store.subscriptions().await?;
        Ok(rows.iter().filter(|row| row.status == "active" && is_lifecycle(&row.event_name)).count())
    }

    async fn organisation_wide(&self) -> Found<usize> {
        let all = found("subscriptions", timeout(WAIT, self.catena.subscriptions()).await.ok())?;
        let wide = |one: &&Subscription| {
            one.status == SubscriptionStatus::Active
                && one.filters == SubscriptionFilters::default()
                && is_lifecycle(&one.event_name)
        };
        Some(all.iter().filter(wide).count())
    }

    async fn default_callback(&self) -> Found<bool> {
        let property = timeout(WAIT, self.catena.own_default_callback_url()).await.ok();
        Some(found("default callback address", property)?.is_some_and(|value| !value.trim().is_empty()))
    }
}

/// An event of the lifecycle, or a wildcard that holds some.
fn is_lifecycle(event_name: &str) -> bool {
    event_name == "*" || LIFECYCLE.iter().any(|prefix| event_name.starts_with(prefix))
}

/// What was found; nothing where Catena would not tell or took too long.
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
