//! Makes deliveries durable, many per commit: those that arrive during one commit go into the next. So the cost per delivery
//! falls as the load grows, without a timer.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    store::{NewDelivery, SharedStore},
    telemetry::metrics::Metrics,
};

/// Deliveries that may wait for a commit. When there are more, Catena has to send them again.
const QUEUE_MAX: usize = 4_096;
/// Deliveries per commit.
const COMMIT_MAX: usize = 1_024;
/// Quarantined deliveries to keep; the oldest are removed beyond that.
pub const QUARANTINE_MAX: u32 = 500;

/// The delivery was not stored; Catena should send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery could not be stored")]
pub struct NotStored;

type Pending = (NewDelivery, oneshot::Sender<Result<(), NotStored>>);

/// Appends to the inbox. Cheap to clone.
#[derive(Clone)]
pub struct InboxHandle(mpsc::Sender<Pending>);

impl InboxHandle {
    /// Stores a delivery. Once this returns `Ok`, even a power failure doesn't lose it.
    pub async fn append(&self, delivery: NewDelivery) -> Result<(), NotStored> {
        let (sender, stored) = oneshot::channel();
        self.0.try_send((delivery, sender)).map_err(|_| NotStored)?;
        stored.await.map_err(|_| NotStored)?
    }
}

/// The task that commits deliveries.
pub struct InboxWriter {
    store: SharedStore,
    queue: mpsc::Receiver<Pending>,
    arrived: Arc<Notify>,
    metrics: Metrics,
}

/// Creates both ends of the inbox; [`InboxWriter::run`] has to be spawned. Every commit notifies `arrived`.
pub fn inbox(store: SharedStore, arrived: Arc<Notify>, metrics: Metrics) -> (InboxHandle, InboxWriter) {
    let (sender, queue) = mpsc::channel(QUEUE_MAX);
    (InboxHandle(sender), InboxWriter { store, queue, arrived, metrics })
}

impl InboxWriter {
    /// Commits deliveries until `shutdown`, and then those still in the queue.
    pub async fn run(mut self, shutdown: CancellationToken) {
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                biased;
                count = self.queue.recv_many(&mut batch, COMMIT_MAX) => if count == 0 { return },
                () = shutdown.cancelled() => {
                    self.queue.close();
                    while self.queue.recv_many(&mut batch, COMMIT_MAX).await > 0 {
                        self.commit(std::mem::take(&mut batch)).await;
                    }
                    return;
                }
            }
            self.commit(batch).await;
        }
    }

    async fn commit(&self, batch: Vec<Pending>) {
        let (deliveries, senders): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let result = self.store.append(&deliveries, QUARANTINE_MAX).await;
        if let Err(error) = &result {
            tracing::error!(%error, count = deliveries.len(), "deliveries can't be stored; Catena will send them again");
        }
        let result = result.map_err(|_| NotStored);
        for sender in senders {
            // If the request ended meanwhile, Catena sends the delivery again, and it becomes a duplicate.
            let _ = sender.send(result);
        }
        if result.is_ok() {
            self.metrics.committed(deliveries.len());
            self.arrived.notify_one();
        }
    }
}
