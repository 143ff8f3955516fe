//! The worker: takes what waits in the inbox, the oldest first, and goes on where it stood after a restart.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::project::Projector;
use crate::store::SharedStore;

/// Deliveries taken at once.
const BATCH: u32 = 64;
/// How long to wait after the database failed, and how often to look without having been notified.
const PAUSE: Duration = Duration::from_secs(1);

/// Processes what arrives until `shutdown`.
pub async fn work(store: SharedStore, projector: Projector, arrived: Arc<Notify>, shutdown: CancellationToken) {
    loop {
        let waits = match drain(&store, &projector, &shutdown).await {
            Ok(()) => false,
            Err(error) => {
                tracing::error!(%error, "deliveries can't be processed; trying again");
                true
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = arrived.notified(), if !waits => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn drain(
    store: &SharedStore,
    projector: &Projector,
    shutdown: &CancellationToken,
) -> Result<(), crate::store::StoreError> {
    loop {
        let batch = store.to_do(BATCH).await?;
        if batch.is_empty() {
            return Ok(());
        }
        for delivery in &batch {
            if shutdown.is_cancelled() {
                return Ok(());
            }
            projector.project(delivery).await?;
        }
    }
}
