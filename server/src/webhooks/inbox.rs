//! Makes deliveries durable, many in one commit: whoever waits while a commit is under way goes into the next one. So the
//! cost per delivery falls as load grows, with no timer.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    store::{NewDelivery, SharedStore},
    telemetry::metrics::Metrics,
};

/// Deliveries that may wait for the commit under way; past that Catena is told to come again.
const WAITING_MAX: usize = 4_096;
/// Deliveries in one commit.
const COMMIT_MAX: usize = 1_024;
/// Quarantined deliveries that are kept.
pub const QUARANTINE_MAX: u32 = 500;

/// The delivery is not stored; Catena should send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery could not be stored")]
pub struct NotStored;

type Waiting = (NewDelivery, oneshot::Sender<Result<(), NotStored>>);

/// The way into the inbox.
#[derive(Clone)]
pub struct InboxHandle(mpsc::Sender<Waiting>);

impl InboxHandle {
    /// Keeps a delivery. When this returns `Ok`, a power cut doesn't lose it.
    pub async fn keep(&self, delivery: NewDelivery) -> Result<(), NotStored> {
        let (done, stored) = oneshot::channel();
        self.0.try_send((delivery, done)).map_err(|_| NotStored)?;
        stored.await.map_err(|_| NotStored)?
    }
}

/// The task that writes.
pub struct InboxWriter {
    store: SharedStore,
    waiting: mpsc::Receiver<Waiting>,
    arrived: Arc<Notify>,
    metrics: Metrics,
}

/// An inbox over this store: the way in, and the task to be run. `arrived` is notified when something arrived.
pub fn inbox(store: SharedStore, arrived: Arc<Notify>, metrics: Metrics) -> (InboxHandle, InboxWriter) {
    let (sender, waiting) = mpsc::channel(WAITING_MAX);
    (InboxHandle(sender), InboxWriter { store, waiting, arrived, metrics })
}

impl InboxWriter {
    /// Writes until `shutdown`, and then what is still waiting.
    pub async fn run(mut self, shutdown: CancellationToken) {
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                biased;
                count = self.waiting.recv_many(&mut batch, COMMIT_MAX) => if count == 0 { return },
                () = shutdown.cancelled() => {
                    self.waiting.close();
                    while self.waiting.recv_many(&mut batch, COMMIT_MAX).await > 0 {
                        self.commit(std::mem::take(&mut batch)).await;
                    }
                    return;
                }
            }
            self.commit(batch).await;
        }
    }

    async fn commit(&self, batch: Vec<Waiting>) {
        let (deliveries, waiting): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let result = self.store.append(&deliveries, QUARANTINE_MAX).await;
        if let Err(error) = &result {
            tracing::error!(%error, deliveries = deliveries.len(), "deliveries could not be stored; Catena is told to send them again");
        }
        let answer = result.map_err(|_| NotStored);
        for done in waiting {
            // Whoever stopped waiting will get the delivery again.
            let _ = done.send(answer);
        }
        if answer.is_ok() {
            self.metrics.committed(deliveries.len());
            self.arrived.notify_one();
        }
    }
}
