use async_trait::async_trait;
use domain::staff::Role;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Our id.
    pub id: Uuid,
    /// E-mail address in lower case.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Argon2id in PHC form; none before the first password is set.
    pub password_hash: Option<String>,
    /// Made for the sandbox only.
    pub demo: bool,
}

/// A member of staff to be added.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// The row.
    pub row: StaffRow,
    /// Now, UTC.
    pub created_at: OffsetDateTime,
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// Digest of its code.
    pub code_digest: String,
    /// Whose password it sets; none for the set-up of the first administrator.
    pub staff_id: Option<Uuid>,
    /// When it stops working, UTC.
    pub expires_at: OffsetDateTime,
}

/// Members of staff and their one-time links.
#[async_trait]
pub trait Staff: Send + Sync {
    /// The member with this address (in lower case).
    async fn staff_by_email(&self, email: &str) -> Result<Option<StaffRow>, StoreError>;
    /// The member with this id.
    async fn staff_by_id(&self, id: Uuid) -> Result<Option<StaffRow>, StoreError>;
    /// Adds a member; false if the address is taken.
    async fn add_staff(&self, staff: &NewStaff) -> Result<bool, StoreError>;
    /// Sets a password's hash.
    async fn set_password(&self, id: Uuid, password_hash: &str) -> Result<(), StoreError>;
    /// Whether an administrator with a password exists, the sandbox's demo account aside.
    async fn has_administrator(&self) -> Result<bool, StoreError>;
    /// Keeps a one-time link. A new one for the same person, or for the set-up, replaces the old one.
    async fn put_link(&self, link: &OneTimeLink) -> Result<(), StoreError>;
    /// The link with this code that still works at `now`.
    async fn link(&self, code_digest: &str, now: OffsetDateTime) -> Result<Option<OneTimeLink>, StoreError>;
    /// Uses a link up; false if someone else did before.
    async fn use_link(&self, code_digest: &str) -> Result<bool, StoreError>;
}
