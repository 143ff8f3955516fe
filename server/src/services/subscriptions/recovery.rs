//! After a start: an outage of more than some seconds, a plain restart for example, has sent events to the dead letter queues,
//! and nothing comes back by itself (WEBHOOKS.md 4.2, 8.6).

use std::sync::PoisonError;

use domain::subscription::Place;
use time::OffsetDateTime;

use crate::services::subscriptions::{SubscriptionError, SubscriptionView, Subscriptions};

/// What was found and done after a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Dead letters that were found in our queues.
    pub dead_letters: u64,
    /// Subscriptions of ours whose queues were replayed.
    pub replayed: u32,
    /// Subscriptions of ours that Catena had switched off and that were switched on again.
    pub activated: u32,
    /// Moves that failed; the log has each with its cause.
    pub failed: u32,
}

impl Subscriptions {
    /// Refreshes our subscriptions; with `replay`, those that Catena switched off are switched on again, and what waits in any
    /// queue is delivered again. One that somebody paused stays paused. The result is what [`Self::recovery`] shows.
    pub async fn fetch_missed(&self, replay: bool) -> Result<Recovery, SubscriptionError> {
        self.look().await?;
        let standing = self.standing().await?;
        let ours = || standing.iter().filter(|one| one.own.is_some() && one.place == Place::Here);
        let letters = |one: &SubscriptionView| one.measured.map_or(0, |measured| measured.figures.dead_letters);
        let dead_letters = ours().map(letters).sum();
        let mut recovery = Recovery { at: self.clock.now(), dead_letters, replayed: 0, activated: 0, failed: 0 };
        if replay {
            for one in ours() {
                let stale = one.seen.status == "stale";
                if stale {
                    let outcome = self.activate(one.seen.webhook_id).await;
                    if !done(one, "activate", outcome, &mut recovery.failed) {
                        continue;
                    }
                    recovery.activated += 1;
                }
                // What came while it was off was queued, whether or not it is counted yet.
                let waiting = stale || (one.seen.status == "active" && letters(one) > 0);
                if waiting && done(one, "replay", self.replay(one.seen.webhook_id).await, &mut recovery.failed) {
                    recovery.replayed += 1;
                }
            }
        }
        *self.recovery.write().unwrap_or_else(PoisonError::into_inner) = Some(recovery.clone());
        Ok(recovery)
    }
}

/// Whether a move was made; logs why if it wasn't, and counts it.
fn done(one: &SubscriptionView, what: &str, outcome: Result<(), SubscriptionError>, failed: &mut u32) -> bool {
    let Err(error) = outcome else { return true };
    let (webhook, event) = (one.seen.webhook_id, one.seen.event_name.as_str());
    tracing::warn!(%error, %webhook, event, what, "a subscription could not be brought back after the start");
    *failed += 1;
    false
}
