//! How many calls are made at once, and the end of all waiting when Onramp stops.

use std::{num::NonZeroUsize, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::error::CatenaError;

/// Lets a bounded number of tries run at once, in the order in which they came, and none once Onramp stops.
pub(crate) struct Pace {
    places: Semaphore,
    stop: CancellationToken,
}

impl Pace {
    pub fn new(at_once: NonZeroUsize, stop: CancellationToken) -> Self {
        Self { places: Semaphore::new(at_once.get().min(Semaphore::MAX_PERMITS)), stop }
    }

    /// A place for one try, given back when it is dropped. A try that has its place is let finish.
    pub async fn place(&self) -> Result<SemaphorePermit<'_>, CatenaError> {
        let place = self.unless_stopped(self.places.acquire()).await?;
        // It never is closed.
        place.map_err(|_| CatenaError::Cancelled)
    }

    /// The pause between two tries.
    pub async fn pause(&self, wait: Duration) -> Result<(), CatenaError> {
        self.unless_stopped(tokio::time::sleep(wait)).await
    }

    async fn unless_stopped<T>(&self, waiting: impl Future<Output = T>) -> Result<T, CatenaError> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(CatenaError::Cancelled),
            done = waiting => Ok(done),
        }
    }
}
