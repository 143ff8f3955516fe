//! Imports of many invitations: the dry run (`check`), then row by row (`row`), with pauses when Catena fails (`backoff`).
//!
//! Everything is in the database before it is done, so a restart continues where the last run stopped: a dry run starts over,
//! and a row whose call was started is looked up at Catena before it is called again (CONTRACT.md 13.5). Imports take turns;
//! what a person decides (pause, cancel) applies from the next row on.

mod backoff;
mod check;
mod lookup;
mod outcome;
mod row;

use std::{sync::Arc, time::Duration};

use domain::{import::ImportState, invitation::request::Draft};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    config::ImportPace,
    services::{
        imports::{
            backoff::Backoff,
            outcome::{Outcome, RowFailure},
        },
        invitations::create::Invitations,
    },
    store::{ImportMove, ImportRow, RowEnd, SharedStore, StoreError},
};
use catena::Catena;
use platform::{
    clock::SharedClock,
    periodic::{Next, every},
};

/// How often to look for work without a notification, and how long to wait after the database failed.
const PERIOD: Duration = Duration::from_secs(5);

/// Runs imports.
pub struct Importer {
    /// The database.
    pub store: SharedStore,
    /// Catena, to look up fleets before they are invited.
    pub catena: Catena,
    /// Invites the fleets.
    pub invitations: Arc<Invitations>,
    /// Tells the time.
    pub clock: SharedClock,
    /// What holds for every invitation unless its row says otherwise.
    pub base: Draft,
    /// How fast, and how long to wait when Catena fails.
    pub pace: ImportPace,
    /// Notified when somebody decided something.
    pub changed: Arc<Notify>,
}

impl Importer {
    /// Runs imports until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut backoff = Backoff::new(&self.pace);
        let mut turns = every(PERIOD, &shutdown).or_when(&self.changed);
        while turns.next().await {
            // A row that is cut off stays marked as started, and is looked up after the next start.
            match turns.unless_stopped(Box::pin(self.step(&mut backoff))).await {
                None => return,
                Some(Ok(next)) => turns.then(next),
                Some(Err(error)) => {
                    tracing::error!(%error, "imports can't continue; trying again");
                    turns.then(Next::After(PERIOD));
                }
            }
        }
    }

    async fn step(&self, backoff: &mut Backoff) -> Result<Next, StoreError> {
        let Some(import) = self.store.import_to_do().await? else { return Ok(Next::AfterPeriod) };
        if import.state == ImportState::Checking {
            self.check(&import).await?;
            return Ok(Next::Now);
        }
        let started = Instant::now();
        let Some(row) = self.store.next_row(import.key).await? else {
            self.move_running(&import, ImportState::Done, None).await?;
            tracing::info!(import = import.key.0, "an import is done");
            return Ok(Next::Now);
        };
        let outcome = self.row(&import, &row).await?;
        let (end, called) = match outcome {
            Outcome::Settled(end) => (end, false),
            Outcome::Called(end) => (end, true),
            Outcome::Failed(failure) => {
                if !failure.may_have_happened {
                    let back = RowEnd { state: domain::import::RowState::Waiting, reason: None, invitation: None };
                    self.store.end_row(import.key, row.number, &back).await?;
                }
                return self.wait_or_pause(&import, &failure, backoff).await;
            }
        };
        self.store.end_row(import.key, row.number, &end).await?;
        backoff.reset();
        if import.reason.is_some() {
            self.move_running(&import, ImportState::Running, None).await?;
        }
        let wait = self.pace.interval().saturating_sub(started.elapsed());
        Ok(if called && !wait.is_zero() { Next::After(wait) } else { Next::Now })
    }

    /// Waits if that can help, else pauses the whole import and says why.
    async fn wait_or_pause(
        &self,
        import: &ImportRow,
        failure: &RowFailure,
        backoff: &mut Backoff,
    ) -> Result<Next, StoreError> {
        if let Some(wait) = backoff.wait(failure) {
            let seconds = wait.as_secs().max(1);
            let reason = format!("{} The import continues by itself in {seconds} s.", failure.what);
            self.move_running(import, ImportState::Running, Some(reason)).await?;
            tracing::info!(import = import.key.0, seconds, what = failure.what, "an import waits");
            return Ok(Next::After(wait));
        }
        backoff.reset();
        let reason = format!("{} {}", failure.what, failure.advice);
        self.move_running(import, ImportState::Paused, Some(reason)).await?;
        tracing::warn!(import = import.key.0, what = failure.what, "an import pauses");
        Ok(Next::Now)
    }

    /// Moves a running import, unless somebody decided otherwise in the meantime.
    async fn move_running(
        &self,
        import: &ImportRow,
        to: ImportState,
        reason: Option<String>,
    ) -> Result<(), StoreError> {
        let change = ImportMove { to, reason, at: self.clock.now() };
        self.store.move_import(import.key, &[ImportState::Running], &change).await?;
        Ok(())
    }
}
