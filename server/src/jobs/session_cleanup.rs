//! Forgets sessions that ended.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::store::SharedStore;
use platform::clock::SharedClock;

const EVERY: Duration = Duration::from_mins(10);

/// Forgets until `shutdown`.
pub async fn run(store: SharedStore, clock: SharedClock, shutdown: CancellationToken) {
    loop {
        if let Err(error) = store.delete_ended_sessions(clock.now()).await {
            tracing::error!(%error, "ended sessions can't be removed; trying again");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
