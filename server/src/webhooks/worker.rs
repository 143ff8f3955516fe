//! The worker: takes what waits in the inbox, the oldest first, and goes on where it stood after a restart. A delivery that
//! can't be processed is put aside and never holds up the next.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt as _;
use thiserror::Error;
use tokio::{sync::Notify, task::JoinError};
use tokio_util::sync::CancellationToken;

use crate::{
    store::{PendingDelivery, SharedStore, StoreError},
    webhooks::process::{ProcessingError, Processor},
};
use platform::periodic::{Next, every};

/// Deliveries in one transaction. Few enough that whoever waits for the writer meanwhile, an arriving delivery above all,
/// waits some milliseconds only.
const BATCH: u32 = 128;
/// While deliveries keep arriving, receiving them comes first: after each transaction the worker rests for this many times as
/// long as that took, but not longer than whoever looks at a page would notice. Those that gather meanwhile go in one transaction,
/// which costs little more than one delivery does.
const REST: u32 = 4;
const LONGEST_REST: Duration = Duration::from_millis(100);
/// How long to wait after a failure, and how often to look without having been notified.
const PAUSE: Duration = Duration::from_secs(1);
/// Failures of one delivery, while the database answers, after which it is put aside.
const TRIES: u32 = 3;

/// Processes what arrives until `shutdown`.
pub async fn work(store: SharedStore, processor: Processor, arrived: Arc<Notify>, shutdown: CancellationToken) {
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
        let batch: Arc<[PendingDelivery]> = store.to_do(BATCH).await?.into();
        if batch.is_empty() {
            return Ok(());
        }
        let Err(failure) = attempt(processor, batch.clone()).await else {
            if arrived.notified().now_or_never().is_some() {
                let rest = (started.elapsed() * REST).min(LONGEST_REST);
                // An error is the time being over.
                let _ = tokio::time::timeout(rest, shutdown.cancelled()).await;
            }
            continue;
        };
        failure.unless_outage()?;
        // One of them spoils it for all: each by itself then, so that it is found.
        for delivery in batch.iter() {
            if shutdown.is_cancelled() {
                return Ok(());
            }
            process(processor, delivery).await?;
        }
    }
    Ok(())
}

/// Why deliveries were not processed. Nothing changed then.
#[derive(Debug, Error)]
enum Failure {
    /// The database failed, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug.
    #[error("processing panicked: {0}")]
    Panic(JoinError),
}

impl Failure {
    /// Passes a failure on that is the database's, not the delivery's; reports any other.
    fn unless_outage(self) -> Result<(), StoreError> {
        match self {
            Self::Store(error) if error.is_outage() => Err(error),
            failure => {
                tracing::error!(error = %failure, "deliveries can't be processed");
                Ok(())
            }
        }
    }
}

/// Processes deliveries, in a task of its own so that a bug that panics ends that task alone.
async fn attempt(processor: &Processor, deliveries: Arc<[PendingDelivery]>) -> Result<(), Failure> {
    let processor = processor.clone();
    tokio::spawn(async move { processor.project(&deliveries).await }).await.map_err(Failure::Panic)??;
    Ok(())
}

async fn process(processor: &Processor, delivery: &PendingDelivery) -> Result<(), StoreError> {
    let alone: Arc<[PendingDelivery]> = Arc::new([delivery.clone()]);
    for tries in 1.. {
        let Err(failure) = attempt(processor, alone.clone()).await else { return Ok(()) };
        failure.unless_outage()?;
        if tries >= TRIES {
            return processor.park(delivery, &ProcessingError::KeepsFailing(tries)).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
