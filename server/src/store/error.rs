use std::path::PathBuf;

use thiserror::Error;

/// Why the database gave no answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It couldn't be reached, or it refused the statement.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Its migrations failed.
    #[error("the database's tables could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Its file was removed or replaced while it was open. What is written now would be gone with the process.
    #[error("the database file {} was removed or replaced under the running server; put it back, or restart Onramp", .0.display())]
    Lost(PathBuf),
    /// It holds a value that this version can't read; names the value's column or type.
    #[error("the database holds an unreadable {0}")]
    Unreadable(&'static str),
}

/// Why the database as a whole fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Another program or connection holds it.
    Locked,
    /// There is no space left.
    Full,
    /// It can't be written.
    ReadOnly,
    /// Its file was removed or replaced.
    Lost,
    /// Its file, disk, or server can't be used.
    Unreachable,
}

impl StoreError {
    /// What is wrong with the database as a whole, if it is at fault and not the one statement: then other statements fail as
    /// well, and trying again later helps.
    pub fn outage(&self) -> Option<Outage> {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                // SQLite's primary result codes.
                match error.code()?.parse::<u32>().ok()? & 0xff {
                    // Busy, locked.
                    5 | 6 => Some(Outage::Locked),
                    8 => Some(Outage::ReadOnly),
                    13 => Some(Outage::Full),
                    // No memory, I/O, can't open.
                    7 | 10 | 14 => Some(Outage::Unreachable),
                    _ => None,
                }
            }
            Self::Database(
                sqlx::Error::RowNotFound
                | sqlx::Error::ColumnNotFound(_)
                | sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Decode(_),
            )
            | Self::Migration(_)
            | Self::Unreadable(_) => None,
            Self::Database(_) => Some(Outage::Unreachable),
            Self::Lost(_) => Some(Outage::Lost),
        }
    }

    /// Whether the database as a whole is at fault.
    pub fn is_outage(&self) -> bool {
        self.outage().is_some()
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{
        Connection as _, Executor as _, SqliteConnection,
        sqlite::{SqliteConnectOptions, SqlitePoolOptions},
    };

    use super::*;

    /// The error that SQLite answers `statement` with.
    async fn refused(connection: &mut SqliteConnection, statement: &'static str) -> StoreError {
        connection.execute(statement).await.expect_err(statement).into()
    }

    #[tokio::test]
    async fn a_database_that_is_full_locked_or_read_only_is_an_outage_and_a_refused_row_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(dir.path().join("some.db")).create_if_missing(true);
        let impatient = options.clone().busy_timeout(std::time::Duration::ZERO);
        let mut one = SqliteConnection::connect_with(&impatient).await.unwrap();
        one.execute("CREATE TABLE kept (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL)").await.unwrap();
        let mut other = SqliteConnection::connect_with(&impatient).await.unwrap();
        let mut reader = SqliteConnection::connect_with(&options.read_only(true)).await.unwrap();

        other.execute("BEGIN IMMEDIATE").await.unwrap();
        let locked = refused(&mut one, "INSERT INTO kept VALUES (1, x'00')").await;
        other.execute("ROLLBACK").await.unwrap();
        let read_only = refused(&mut reader, "INSERT INTO kept VALUES (1, x'00')").await;
        one.execute("PRAGMA max_page_count = 3").await.unwrap();
        let full = refused(&mut one, "INSERT INTO kept VALUES (1, zeroblob(100000))").await;
        for (want, error) in [(Outage::Locked, locked), (Outage::ReadOnly, read_only), (Outage::Full, full)] {
            assert_eq!(error.outage(), Some(want), "{error}");
        }

        one.execute("INSERT INTO kept VALUES (1, x'00')").await.unwrap();
        let taken = refused(&mut one, "INSERT INTO kept VALUES (1, x'00')").await;
        let missing = refused(&mut one, "INSERT INTO kept VALUES (2, NULL)").await;
        let unknown = refused(&mut one, "INSERT INTO lost VALUES (1)").await;
        let absent = StoreError::from(sqlx::Error::RowNotFound);
        for error in [taken, missing, unknown, absent, StoreError::Unreadable("stage")] {
            assert!(!error.is_outage(), "{error}");
        }
    }

    #[tokio::test]
    async fn a_database_that_can_not_be_reached_is_an_outage() {
        let nowhere = SqliteConnectOptions::new().filename("/nowhere/at-all.db");
        let error = SqlitePoolOptions::new().connect_with(nowhere).await.expect_err("there is no such directory");
        assert!(StoreError::from(error).is_outage());
    }
}
