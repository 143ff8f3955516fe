//! SQLite: the built-in database, for everything that one machine can carry.
//!
//! One connection writes, with `synchronous=FULL`, so a commit survives a power cut; a pool of others reads beside it (WAL).
//! Other processes (the commands) may write as well: `BEGIN IMMEDIATE` makes writers wait for each other.
//!
//! SQL is declared with `statements!`; see [`crate::store`] for how to add a statement and how it is checked.

mod deliveries;
mod file;
mod import_rows;
mod imports;
mod inbox;
mod installation;
mod invitations;
mod messages;
mod migrations;
mod reconcile_runs;
mod rows;
mod sessions;
mod staff;
mod statement;
#[cfg(test)]
mod statement_tests;
mod subscription_snapshots;
mod subscriptions;
mod transaction;
mod unassigned_facts;

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use domain::timestamp::micros;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
use time::OffsetDateTime;

use super::{Store, StoreError, Transaction};
use file::OpenedFile;
use platform::private_file;
use statement::{no_rows, statements};
use transaction::SqliteTransaction;

statements! {
    PING: i64 = rows::first("SELECT 1 AS pong");
    // The filler takes pages of the log of changes, as a delivery does, so that a disk with hardly any space left is noticed.
    PROBE: () = no_rows(
        "INSERT INTO readiness (id, checked_at, filler) VALUES (1, ?, zeroblob(16384)) \
         ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at, filler = excluded.filler",
    );
}

/// How long a writer waits for another process to finish writing.
const BUSY: Duration = Duration::from_secs(5);
/// The number of reading connections.
const READERS: u32 = 4;

/// Onramp's database in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    read: SqlitePool,
    write: SqlitePool,
    file: OpenedFile,
}

impl SqliteStore {
    /// Opens the file, or creates it for this user alone, and migrates its tables.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        // SQLite gives the files beside it the same permissions.
        private_file::create(file).map_err(sqlx::Error::Io)?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            // A connection that is opened later must not make a new database where the file was lost.
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            // A file doesn't go away as a server does, and the test costs a trip.
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_whole(connection)))
            .connect_with(options.clone())
            .await?;
        let opened = OpenedFile::at(file);
        migrations::all().run(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { read, write, file: opened })
    }

    /// The pool to write with, unless the file is lost.
    fn writer(&self) -> Result<&SqlitePool, StoreError> {
        self.file.is_in_place()?;
        Ok(&self.write)
    }

    /// Closes all connections once they are idle.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Whether the writing connection can be used again. When a write fails for lack of space, SQLite ends the transaction itself;
/// sqlx still counts it as open, and nothing could be written through this connection any more.
async fn is_whole(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // Waits for a rollback that sqlx may have queued.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(SqliteTransaction::new(self.writer()?.begin_with("BEGIN IMMEDIATE").await?)))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        PING.query().one(&self.read).await?;
        self.file.is_in_place()
    }

    async fn probe_write(&self, now: OffsetDateTime) -> Result<(), StoreError> {
        PROBE.bind(micros(now)).execute(self.writer()?).await?;
        Ok(())
    }
}
