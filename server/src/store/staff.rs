use async_trait::async_trait;
use domain::staff::Role;
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    pub id: Uuid,
    /// E-mail address in lower case.
    pub email: String,
    /// Their role, which decides what they may do.
    pub role: Role,
    /// Argon2id hash in PHC format; `None` until the first password is set.
    pub password_hash: Option<String>,
    /// Whether it was made for the sandbox: then it may not sign in at the real Catena.
    pub demo: bool,
}

/// A member of staff to be added.
#[derive(Debug, Clone)]
pub struct NewStaff {
    pub row: StaffRow,
    /// When they are added, UTC.
    pub created_at: OffsetDateTime,
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// Digest of its code.
    pub code_digest: String,
    /// Whose password it sets; `None` for setting up the first administrator.
    pub staff_id: Option<Uuid>,
    /// When it stops working, UTC.
    pub expires_at: OffsetDateTime,
}

/// Members of staff and their one-time links.
#[async_trait]
pub trait StaffStore: Send + Sync {
    /// The member with this address, given in lower case.
    async fn staff_by_email(&self, email: &str) -> Result<Option<StaffRow>, StoreError>;
    async fn staff_by_id(&self, id: Uuid) -> Result<Option<StaffRow>, StoreError>;
    /// Adds a member; false if the address is taken.
    async fn add_staff(&self, staff: &NewStaff) -> Result<bool, StoreError>;
    /// Sets the hash of a member's password.
    async fn set_password(&self, id: Uuid, password_hash: &str) -> Result<(), StoreError>;
    /// Whether an administrator with a password exists, not counting the sandbox's demo account.
    async fn has_administrator(&self) -> Result<bool, StoreError>;
    /// Adds a one-time link; it replaces an earlier one for the same person, or for the set-up.
    async fn put_link(&self, link: &OneTimeLink) -> Result<(), StoreError>;
    /// The link with this digest, if it still works at `now`.
    async fn link(&self, code_digest: &str, now: OffsetDateTime) -> Result<Option<OneTimeLink>, StoreError>;
    /// Uses a link up; false if it is gone.
    async fn use_link(&self, code_digest: &str) -> Result<bool, StoreError>;
}
