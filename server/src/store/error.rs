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
    /// It holds a value that this version can't read; names the value's column or type.
    #[error("the database holds an unreadable {0}")]
    Unreadable(&'static str),
}

impl StoreError {
    /// Whether the database as a whole is at fault (out of space, read-only, busy, unreachable), not the one statement: then
    /// other statements fail as well, and trying again later helps.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => {
                // SQLite's primary result codes: busy, locked, no memory, read-only, I/O, full, can't open.
                const OUTAGES: [u32; 7] = [5, 6, 7, 8, 10, 13, 14];
                error
                    .code()
                    .and_then(|code| code.parse::<u32>().ok())
                    .is_some_and(|code| OUTAGES.contains(&(code & 0xff)))
            }
            Self::Database(error) => !matches!(
                error,
                sqlx::Error::RowNotFound
                    | sqlx::Error::ColumnNotFound(_)
                    | sqlx::Error::ColumnDecode { .. }
                    | sqlx::Error::Decode(_)
            ),
            Self::Migration(_) | Self::Unreadable(_) => false,
        }
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
        for (name, error) in [("locked", locked), ("read-only", read_only), ("full", full)] {
            assert!(error.is_outage(), "{name}: {error}");
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
