//! Imports of many invitations: the dry run (`check`) and then row after row (`row`), at a bounded rate (`patience`).
//!
//! All that matters is in the database before it is done, so a restart goes on where the last one stood: a dry run starts
//! over, and a row that was under way is looked up at Catena before it is asked for again (CONTRACT.md 13.5). Imports take
//! turns; what a person decides (pause, cancel) holds from the next row on.

mod backoff;
mod check;
pub(crate) mod lookup;
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
            row::{Outcome, RowFailure},
        },
        invitations::create::Invitations,
    },
    store::{ImportMove, ImportRow, RowEnd, SharedStore, StoreError},
};
use catena::Catena;
use platform::clock::SharedClock;

/// How often to look for something to do without being recovery, and how long to wait for a database that fails.
const EVERY: Duration = Duration::from_secs(5);

/// What an import is done with.
pub struct Importer {
    /// The database.
    pub store: SharedStore,
    /// Catena, to look before something is asked for.
    pub catena: Catena,
    /// Invites one fleet after the other.
    pub invitations: Arc<Invitations>,
    /// Tells the time.
    pub clock: SharedClock,
    /// What holds for every invitation unless its row says otherwise.
    pub base: Draft,
    /// How fast, and how patient.
    pub pace: ImportPace,
    /// Wakes it when somebody decided something.
    pub changed: Arc<Notify>,
}

/// What follows a step.
enum Next {
    /// The next step.
    Step,
    /// The next step, after this long.
    After(Duration),
    /// Nothing, until somebody decides something.
    Nothing,
}

impl Importer {
    /// Works until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut patience = Backoff::new(&self.pace);
        loop {
            // Cut off in the middle of a row, it stays marked, and is looked up after the next start.
            let next = tokio::select! {
                () = shutdown.cancelled() => return,
                next = self.step(&mut patience) => next,
            };
            let wait = match next {
                Ok(Next::Step) => continue,
                Ok(Next::After(wait)) => wait,
                Ok(Next::Nothing) => {
                    tokio::select! {
                        () = shutdown.cancelled() => return,
                        () = self.changed.notified() => {}
                        () = tokio::time::sleep(EVERY) => {}
                    }
                    continue;
                }
                Err(error) => {
                    tracing::error!(%error, "imports can't go on; trying again");
                    EVERY
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn step(&self, patience: &mut Backoff) -> Result<Next, StoreError> {
        let Some(import) = self.store.import_to_do().await? else { return Ok(Next::Nothing) };
        if import.state == ImportState::Checking {
            self.check(&import).await?;
            return Ok(Next::Step);
        }
        let started = Instant::now();
        let Some(row) = self.store.next_row(import.key).await? else {
            self.go(&import, ImportState::Done, None).await?;
            tracing::info!(import = import.key.0, "an import is done");
            return Ok(Next::Step);
        };
        let outcome = self.row(&import, &row).await?;
        let (end, asked) = match outcome {
            Outcome::Settled(end) => (end, false),
            Outcome::Asked(end) => (end, true),
            Outcome::RowFailure(trouble) => {
                if !trouble.may_have_happened {
                    let back = RowEnd { state: domain::import::RowState::Waiting, reason: None, invitation: None };
                    self.store.end_row(import.key, row.number, &back).await?;
                }
                return self.endure(&import, &trouble, patience).await;
            }
        };
        self.store.end_row(import.key, row.number, &end).await?;
        patience.regain();
        if import.reason.is_some() {
            self.go(&import, ImportState::Running, None).await?;
        }
        let wait = self.pace.interval().saturating_sub(started.elapsed());
        Ok(if asked && !wait.is_zero() { Next::After(wait) } else { Next::Step })
    }

    /// Waits where that may help, else pauses the whole import and says why.
    async fn endure(
        &self,
        import: &ImportRow,
        trouble: &RowFailure,
        patience: &mut Backoff,
    ) -> Result<Next, StoreError> {
        if let Some(wait) = patience.wait(trouble) {
            let seconds = wait.as_secs().max(1);
            let reason = format!("{} Going on by itself in {seconds} s.", trouble.what);
            self.go(import, ImportState::Running, Some(reason)).await?;
            tracing::info!(import = import.key.0, seconds, what = trouble.what, "an import waits");
            return Ok(Next::After(wait));
        }
        patience.regain();
        let reason = format!("{} {}", trouble.what, trouble.advice);
        self.go(import, ImportState::Paused, Some(reason)).await?;
        tracing::warn!(import = import.key.0, what = trouble.what, "an import pauses");
        Ok(Next::Step)
    }

    /// Moves a running import, unless somebody decided otherwise meanwhile.
    async fn go(&self, import: &ImportRow, to: ImportState, reason: Option<String>) -> Result<(), StoreError> {
        let change = ImportMove { to, reason, at: self.clock.now() };
        self.store.move_import(import.key, &[ImportState::Running], &change).await?;
        Ok(())
    }
}
