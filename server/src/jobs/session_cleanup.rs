//! Deletes sessions that have ended.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::store::SharedStore;
use platform::{clock::SharedClock, periodic::every};

const PERIOD: Duration = Duration::from_mins(10);

/// Deletes until `shutdown`.
pub async fn run(store: SharedStore, clock: SharedClock, shutdown: CancellationToken) {
    let mut turns = every(PERIOD, &shutdown);
    while turns.next().await {
        if let Err(error) = store.delete_ended_sessions(clock.now()).await {
            tracing::error!(%error, "can't delete ended sessions; trying again");
        }
    }
}
