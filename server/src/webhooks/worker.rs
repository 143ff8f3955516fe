//! Processes the deliveries in the inbox, the oldest first. After a restart, it continues where it stopped. A delivery that can't
//! be processed is parked and never holds up others.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use thiserror::Error;
use tokio::{sync::Notify, task::JoinError};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{
    store::{PendingDelivery, SharedStore, StoreError},
    webhooks::process::{ProcessingError, Processor},
};
use platform::periodic::{Next, every};

/// Deliveries per transaction: few enough that other writers, above all the one that stores arriving deliveries, wait only some
/// milliseconds.
const BATCH_MAX: u32 = 128;
/// While deliveries keep arriving, receiving them has priority: after each transaction the worker rests for this many times as
/// long as the transaction took, up to a limit that nobody would notice on a page. What arrives meanwhile goes into one
/// transaction, which costs little more than a single delivery.
const REST_FACTOR: u32 = 4;
const REST_MAX: Duration = Duration::from_millis(100);
/// How long to wait after a failure, and how often to check the inbox without a notification.
const PAUSE: Duration = Duration::from_secs(1);
/// A delivery that fails this many times although the database works is parked.
const ATTEMPTS_MAX: u32 = 3;

/// Processes arriving deliveries until `shutdown`.
pub async fn run_worker(store: SharedStore, processor: Processor, arrived: Arc<Notify>, shutdown: CancellationToken) {
    let mut turns = every(PAUSE, &shutdown).or_when(&arrived);
    while turns.next().await {
        if let Err(error) = drain(&store, &processor, &arrived, &shutdown).await {
            tracing::error!(%error, "can't process deliveries; trying again");
            turns.then(Next::After(PAUSE));
        }
    }
}

async fn drain(
    store: &SharedStore,
    processor: &Processor,
    arrived: &Notify,
    shutdown: &CancellationToken,
) -> Result<(), StoreError> {
    while !shutdown.is_cancelled() {
        let started = Instant::now();
        let batch: Arc<[PendingDelivery]> = store.to_do(BATCH_MAX).await?.into();
        if batch.is_empty() {
            return Ok(());
        }
        let Err(failure) = attempt(processor, batch.clone()).await else {
            if arrived.notified().now_or_never().is_some() {
                let rest = (started.elapsed() * REST_FACTOR).min(REST_MAX);
                // An error only means that the rest is over.
                let _ = tokio::time::timeout(rest, shutdown.cancelled()).await;
            }
            continue;
        };
        failure.unless_outage()?;
        // One of them fails them all. Process each alone to find out which.
        for delivery in batch.iter() {
            if shutdown.is_cancelled() {
                return Ok(());
            }
            process_alone(processor, delivery).await?;
        }
    }
    Ok(())
}

/// Why deliveries were not processed. Nothing has changed then.
#[derive(Debug, Error)]
enum Failure {
    /// The database failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug of ours.
    #[error("processing panicked: {0}")]
    Panic(JoinError),
}

impl Failure {
    /// Returns a failure of the database; logs any other, which the delivery causes.
    fn unless_outage(self) -> Result<(), StoreError> {
        match self {
            Self::Store(error) if error.is_outage() => Err(error),
            failure => {
                tracing::error!(error = %failure, "processing failed; trying again");
                Ok(())
            }
        }
    }
}

/// Processes deliveries in a task of its own, so that a panic ends only that task.
async fn attempt(processor: &Processor, deliveries: Arc<[PendingDelivery]>) -> Result<(), Failure> {
    let processor = processor.clone();
    let span = tracing::debug_span!("process", count = deliveries.len());
    tokio::spawn(async move { processor.process(&deliveries).await }.instrument(span))
        .await
        .map_err(Failure::Panic)??;
    Ok(())
}

async fn process_alone(processor: &Processor, delivery: &PendingDelivery) -> Result<(), StoreError> {
    let alone: Arc<[PendingDelivery]> = Arc::new([delivery.clone()]);
    for attempts in 1.. {
        let Err(failure) = attempt(processor, alone.clone()).await else { return Ok(()) };
        failure.unless_outage()?;
        if attempts >= ATTEMPTS_MAX {
            return processor.park(delivery, &ProcessingError::KeepsFailing(attempts)).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_of_the_database_is_no_fault_of_the_delivery() {
        let lost = Failure::from(StoreError::Lost("onramp.db".into()));
        assert!(lost.unless_outage().is_err(), "tried again later, without counting as an attempt");
        let refused = Failure::from(StoreError::Unreadable("about"));
        assert!(refused.unless_outage().is_ok(), "an attempt, after some of which the delivery is parked");
    }
}
