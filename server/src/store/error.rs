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
