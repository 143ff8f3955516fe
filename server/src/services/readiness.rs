//! Whether Onramp can do its work, which is above all to store what arrives.

use std::time::Duration;

use platform::clock::SharedClock;
use thiserror::Error;
use tokio::{sync::Mutex, time::timeout};

use super::installation;
use crate::{
    security::vault::Vault,
    store::{Outage, SharedStore, StoreError},
};

/// How long the database may take. Catena gives up a delivery after three seconds.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long an answer holds: anyone may ask, and each look costs a write.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// Why Onramp can't do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unready {
    /// Other writers hold the database, or its disk is slow.
    #[error("the database doesn't answer in time; another program may hold its lock")]
    Slow,
    /// Another program holds the database.
    #[error("the database is locked by another program")]
    Locked,
    /// There is no space left.
    #[error("the disk of the database is full")]
    Full,
    /// Its file or file system can't be written.
    #[error("the database is read-only")]
    ReadOnly,
    /// Its file was removed or replaced under the running server.
    #[error("the database file was removed or replaced")]
    Lost,
    /// It was sealed with another key, as when it is restored under a running server.
    #[error("the key doesn't fit the database")]
    WrongKey,
    /// Anything else; the log has the cause.
    #[error("the database doesn't answer")]
    Failed,
}

/// Finds out by writing.
pub struct Readiness {
    store: SharedStore,
    vault: Vault,
    clock: SharedClock,
    last: Mutex<Option<(Duration, Result<(), Unready>)>>,
}

impl Readiness {
    /// Nothing is known yet.
    pub fn new(store: SharedStore, vault: Vault, clock: SharedClock) -> Self {
        Self { store, vault, clock, last: Mutex::default() }
    }

    /// Whether something can be stored now, within about a second. The log says when that changes.
    #[tracing::instrument(skip_all)]
    pub async fn check(&self) -> Result<(), Unready> {
        let mut last = self.last.lock().await;
        let now = self.clock.elapsed();
        if let Some((at, result)) = *last
            && now.saturating_sub(at) < FRESH_FOR
        {
            return result;
        }
        let answer = timeout(PATIENCE, self.look()).await;
        let result = match &answer {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Unready::WrongKey),
            Ok(Err(error)) => Err(cause(error)),
            Err(_) => Err(Unready::Slow),
        };
        let was_ready = last.is_none_or(|(_, result)| result.is_ok());
        match (&answer, result, was_ready) {
            (_, Ok(()), false) => tracing::info!("ready again"),
            // What the database said tells more than what visitors read.
            (Ok(Err(error)), Err(_), true) => tracing::error!(%error, "not ready: nothing can be stored"),
            (_, Err(error), true) => tracing::error!(%error, "not ready"),
            _ => {}
        }
        *last = Some((self.clock.elapsed(), result));
        result
    }

    /// Writes something; then whether the key fits.
    async fn look(&self) -> Result<bool, StoreError> {
        self.store.probe_write(self.clock.now()).await?;
        installation::key_fits(&self.store, &self.vault).await
    }
}

fn cause(error: &StoreError) -> Unready {
    match error.outage() {
        Some(Outage::Locked) => Unready::Locked,
        Some(Outage::Full) => Unready::Full,
        Some(Outage::ReadOnly) => Unready::ReadOnly,
        Some(Outage::Lost) => Unready::Lost,
        Some(Outage::Unreachable) | None => Unready::Failed,
    }
}
