use async_trait::async_trait;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// A browser's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Digest of the id in the cookie, so that nobody who reads the database can sign in with it.
    pub id_digest: String,
    /// Who is signed in, so that all of a person's sessions can be ended.
    pub staff_id: Option<Uuid>,
    /// Its content, serialized.
    pub data: Vec<u8>,
    /// When it ends, UTC.
    pub expires_at: OffsetDateTime,
}

/// Browsers' sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Adds a session; false if the id is taken.
    async fn add_session(&self, session: &SessionRow) -> Result<bool, StoreError>;
    /// Updates a session. If it has been ended meanwhile, it stays ended.
    async fn put_session(&self, session: &SessionRow) -> Result<(), StoreError>;
    /// The session, unless it has ended by `now`.
    async fn session(&self, id_digest: &str, now: OffsetDateTime) -> Result<Option<SessionRow>, StoreError>;
    async fn end_session(&self, id_digest: &str) -> Result<(), StoreError>;
    /// Ends all sessions of a member of staff.
    async fn end_sessions_of(&self, staff_id: Uuid) -> Result<(), StoreError>;
    /// Deletes sessions that ended by `now`; returns how many.
    async fn delete_ended_sessions(&self, now: OffsetDateTime) -> Result<u64, StoreError>;
}
