//! Looks after the webhook subscriptions: fetches after the start what was missed meanwhile, then keeps fresh what the page
//! about them shows, and removes secrets that ended.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::services::subscriptions::{Recovery, SubscriptionError, Subscriptions};
use catena::CatenaError;
use platform::periodic::{Next, every};

/// How often to look.
const PERIOD: Duration = Duration::from_mins(5);
/// How long to wait if Catena didn't answer the first look: until then, nothing that was missed has been fetched.
const RETRY: Duration = Duration::from_secs(30);

/// Looks after the subscriptions. To be started once the server answers: what is fetched comes at once.
pub struct SubscriptionMonitor<'a> {
    subscriptions: &'a Subscriptions,
    replay: bool,
    /// Whether the first look after the start succeeded.
    awake: bool,
}

impl<'a> SubscriptionMonitor<'a> {
    /// With `replay`, the first look fetches what waits in dead letter queues.
    pub fn new(subscriptions: &'a Subscriptions, replay: bool) -> Self {
        Self { subscriptions, replay, awake: false }
    }

    /// Looks again and again until `shutdown`, for the first time after a pause.
    pub async fn run(mut self, shutdown: &CancellationToken) {
        let mut turns = every(PERIOD, shutdown).first_after(self.pause());
        while turns.next().await {
            turns.unless_stopped(self.turn()).await;
            turns.then(Next::After(self.pause()));
        }
    }

    fn pause(&self) -> Duration {
        if self.awake { PERIOD } else { RETRY }
    }

    /// Looks once.
    pub async fn turn(&mut self) {
        let looked = if self.awake {
            self.subscriptions.look().await
        } else {
            self.subscriptions.fetch_missed(self.replay).await.map(|recovery| {
                self.awake = true;
                self.report(&recovery);
            })
        };
        match looked {
            // Stopping is no failure.
            Ok(()) | Err(SubscriptionError::Catena(CatenaError::Cancelled)) => {}
            Err(error) => tracing::warn!(%error, "Catena can't be asked about subscriptions; trying again"),
        }
        match self.subscriptions.delete_retired_secrets().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "secrets that were replaced are no longer accepted and were removed"),
            Err(error) => tracing::error!(%error, "secrets that were replaced can't be removed; trying again"),
        }
    }

    fn report(&self, recovery: &Recovery) {
        let Recovery { dead_letters, replayed, activated, failed, .. } = recovery;
        let replay = self.replay;
        tracing::info!(
            dead_letters,
            replayed,
            activated,
            failed,
            replay,
            "dead letter queues were looked at after the start"
        );
    }
}
