use thiserror::Error;

/// Why the database could not answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It could not be reached, or it refused.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// Its tables could not be brought up to date.
    #[error("the database's tables could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// It holds a value that this version can't read.
    #[error("the database holds an unreadable {0}")]
    Unreadable(&'static str),
}

impl StoreError {
    /// Whether the database as a whole is to blame (no space, read-only, busy, unreachable), not the one thing that was
    /// asked: then trying something else fails as well, and trying again later helps.
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
