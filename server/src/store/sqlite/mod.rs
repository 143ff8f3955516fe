//! SQLite: the database that comes with Onramp, for everything that one machine can carry.
//!
//! One connection writes, with `synchronous=FULL`, so a commit survives a power cut; a pool of others reads beside it (WAL).
//! Other processes (the commands) may write at the same time: writers take turns through `BEGIN IMMEDIATE` and wait.

mod checks;
mod desk;
mod imports;
mod inbox;
mod invitations;
mod messages;
mod migrations;
mod rows;
mod sessions;
mod staff;
mod subscriptions;
mod transaction;
mod waiting;

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Store, StoreError, Transaction};
use transaction::SqliteTransaction;

/// How long a writer waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// How many may read at once.
const READERS: u32 = 4;

/// Onramp's database in one SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    read: SqlitePool,
    write: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, makes it if it isn't there, and brings its tables up to date.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            // A file doesn't go away as a server does, and asking is one more trip.
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_whole(connection)))
            .connect_with(options.clone())
            .await?;
        migrations::all().run(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { read, write })
    }

    /// Ends all connections, after what is under way.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Whether the writing connection can be used again. A write that fails for want of space ends SQLite's transaction by itself;
/// sqlx then counts one that doesn't exist, and nothing could be written through this connection ever after.
async fn is_whole(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A roll-back may be under way; this waits for it.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(SqliteTransaction::new(self.write.begin_with("BEGIN IMMEDIATE").await?)))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.read).await?;
        Ok(())
    }
}
