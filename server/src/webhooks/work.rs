//! The worker: takes what waits in the inbox, the oldest first, and goes on where it stood after a restart. A delivery that
//! can't be processed is put aside and never holds up the next.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::project::{Poison, Projector};
use crate::store::{SharedStore, StoreError, ToDo};

/// Deliveries taken at once.
const BATCH: u32 = 64;
/// How long to wait after a failure, and how often to look without having been notified.
const PAUSE: Duration = Duration::from_secs(1);
/// Failures of one delivery, while the database answers, after which it is put aside.
const TRIES: u32 = 3;

/// Processes what arrives until `shutdown`.
pub async fn work(store: SharedStore, projector: Projector, arrived: Arc<Notify>, shutdown: CancellationToken) {
    loop {
        let failed = match drain(&store, &projector, &shutdown).await {
            Ok(()) => false,
            Err(error) => {
                tracing::error!(%error, "deliveries can't be processed; trying again");
                true
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = arrived.notified(), if !failed => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn drain(store: &SharedStore, projector: &Projector, shutdown: &CancellationToken) -> Result<(), StoreError> {
    loop {
        let batch = store.to_do(BATCH).await?;
        if batch.is_empty() {
            return Ok(());
        }
        for delivery in batch {
            if shutdown.is_cancelled() {
                return Ok(());
            }
            process(store, projector, Arc::new(delivery)).await?;
        }
    }
}

/// Processes one delivery, in a task of its own so that a bug that panics ends that task alone.
async fn process(store: &SharedStore, projector: &Projector, delivery: Arc<ToDo>) -> Result<(), StoreError> {
    for tries in 1.. {
        let task = tokio::spawn({
            let (projector, delivery) = (projector.clone(), delivery.clone());
            async move { projector.project(&delivery).await }
        });
        match task.await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => {
                tracing::error!(%error, delivery = delivery.key.0, tries, "a delivery can't be processed");
            }
            Err(error) => tracing::error!(%error, delivery = delivery.key.0, tries, "processing a delivery panicked"),
        }
        // The failure may be the database's, not the delivery's: then nothing is put aside.
        store.ping().await?;
        if tries >= TRIES {
            projector.park(&delivery, &Poison::KeepsFailing(tries)).await?;
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
