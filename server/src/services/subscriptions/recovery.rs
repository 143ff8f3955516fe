//! Catching up after a start. If Onramp was down for more than a few seconds, even for a restart, Catena moved events to dead
//! letter queues and delivers them only when asked (WEBHOOKS.md 4.2, 8.6).

use std::sync::PoisonError;

use domain::subscription::Place;

use crate::services::subscriptions::{
    error::SubscriptionError,
    service::{Recovery, SubscriptionView, Subscriptions},
};

impl Subscriptions {
    /// Fetches the list, and with `replay` has missed events delivered: reactivates those of our subscriptions that Catena
    /// disabled, and replays every dead letter queue. Subscriptions that someone paused stay paused. The result stays
    /// available as [`recovery`](Self::recovery).
    #[tracing::instrument(skip_all, fields(replay))]
    pub async fn recover(&self, replay: bool) -> Result<Recovery, SubscriptionError> {
        self.refresh().await?;
        let all = self.list().await?;
        let ours = || all.iter().filter(|one| one.own.is_some() && one.place == Place::Here);
        let count_dead = |one: &SubscriptionView| one.measured.map_or(0, |measured| measured.figures.dead_letters);
        let dead_letters = ours().map(count_dead).sum();
        let mut recovery = Recovery { at: self.clock.now(), dead_letters, replayed: 0, activated: 0, failed: 0 };
        if replay {
            for one in ours() {
                let was_disabled = one.seen.status == "stale";
                if was_disabled {
                    let outcome = self.activate(one.seen.webhook_id).await;
                    if !succeeded(one, "activate", outcome, &mut recovery.failed) {
                        continue;
                    }
                    recovery.activated += 1;
                }
                // While it was disabled, events went to its queue, even if the figures don't show them yet.
                let has_missed = was_disabled || (one.seen.status == "active" && count_dead(one) > 0);
                if has_missed && succeeded(one, "replay", self.replay(one.seen.webhook_id).await, &mut recovery.failed)
                {
                    recovery.replayed += 1;
                }
            }
        }
        *self.recovery.write().unwrap_or_else(PoisonError::into_inner) = Some(recovery.clone());
        Ok(recovery)
    }
}

/// Whether an action succeeded. Logs and counts a failure.
fn succeeded(
    one: &SubscriptionView,
    action: &'static str,
    outcome: Result<(), SubscriptionError>,
    failed: &mut u32,
) -> bool {
    let Err(error) = outcome else { return true };
    let (webhook, event) = (one.seen.webhook_id, one.seen.event_name.as_str());
    tracing::warn!(%error, %webhook, event, action, "a subscription could not be recovered");
    *failed += 1;
    false
}
