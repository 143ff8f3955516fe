//! Removes deliveries and imports that are older than they need to be, and counts the deliveries. What they reported stays on
//! timelines; one that is still to be processed is never removed.

use std::time::Duration;

use domain::events::delivery::DeliveryState;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Retention,
    store::{SharedStore, StoreError},
};
use platform::{clock::SharedClock, periodic::every};

const PERIOD: Duration = Duration::from_mins(10);
/// Deliveries removed in one transaction: few, so that nobody waits for it.
const BATCH: u32 = 200;

/// Removes until `shutdown`.
pub async fn run(store: SharedStore, clock: SharedClock, retention: Retention, shutdown: CancellationToken) {
    let mut turns = every(PERIOD, &shutdown);
    while turns.next().await {
        match turns.unless_stopped(expire(&store, &clock, retention)).await {
            None | Some(Ok(0)) => {}
            Some(Ok(count)) => tracing::info!(count, "removed old deliveries and rows of imports"),
            Some(Err(error)) => tracing::error!(%error, "can't remove old deliveries; trying again"),
        }
    }
}

/// Removes what is old enough, and says how many that were.
pub async fn expire(store: &SharedStore, clock: &SharedClock, retention: Retention) -> Result<u64, StoreError> {
    let now = clock.now();
    let ended = [DeliveryState::Processed, DeliveryState::Duplicate, DeliveryState::Parked];
    let ages = ended.map(|state| (state, retention.ended));
    let mut removed = 0;
    for (state, age) in ages.into_iter().chain([(DeliveryState::Quarantined, retention.quarantined)]) {
        loop {
            let gone = store.expire(state, now - age, BATCH, now).await?;
            removed += gone;
            if gone < BATCH.into() {
                break;
            }
        }
    }
    // Imports say what people wrote about fleets, so they go with the deliveries.
    loop {
        let gone = store.expire_imports(now - retention.ended, BATCH).await?;
        removed += gone;
        if gone == 0 {
            break;
        }
    }
    Ok(removed)
}
