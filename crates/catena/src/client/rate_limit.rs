//! Limits the number of concurrent requests, and ends all waiting when Onramp stops.

use std::{num::NonZeroUsize, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::error::CatenaError;

/// Lets a limited number of requests run at once, first come, first served, and none once Onramp stops.
pub(crate) struct RateLimit {
    permits: Semaphore,
    stop: CancellationToken,
}

impl RateLimit {
    pub fn new(at_once: NonZeroUsize, stop: CancellationToken) -> Self {
        Self { permits: Semaphore::new(at_once.get().min(Semaphore::MAX_PERMITS)), stop }
    }

    /// A permit for one request, returned when it is dropped. A request that has its permit is completed.
    pub async fn permit(&self) -> Result<SemaphorePermit<'_>, CatenaError> {
        let permit = self.unless_stopped(self.permits.acquire()).await?;
        // The semaphore is never closed.
        permit.map_err(|_| CatenaError::Cancelled)
    }

    /// The pause before a retry.
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
