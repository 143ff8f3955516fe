//! Staff accounts: one-time links, passwords, and the sandbox's demo account.

use std::sync::Arc;

use domain::{digest::digest, staff::Role};
use platform::{clock::SharedClock, random::SharedRandom};
use thiserror::Error;
use time::Duration;
use uuid::Uuid;

use crate::{
    config::PublicUrl,
    security::passwords::{Busy, Passwords},
    store::{NewStaff, OneTimeLink, SharedStore, StaffRow, StoreError},
};

/// E-mail address and password of the account that comes with the sandbox. It can't sign in to an Onramp that uses the real
/// Catena.
pub const DEMO: (&str, &str) = ("demo@onramp.example", "onramp-sandbox");

/// How long a one-time link works.
const LINK_LIFETIME: Duration = Duration::hours(48);

/// Creates accounts and sets their passwords.
pub struct Accounts {
    store: SharedStore,
    passwords: Arc<Passwords>,
    clock: SharedClock,
    random: SharedRandom,
    public_url: PublicUrl,
}

/// Why an account can't be changed.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its password can't be hashed now.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// A one-time link that works: for an account without a password, or for the first administrator (`staff` is `None`).
pub struct Invited {
    pub link: OneTimeLink,
    pub staff: Option<StaffRow>,
}

impl Accounts {
    pub fn new(
        store: SharedStore,
        passwords: Arc<Passwords>,
        clock: SharedClock,
        random: SharedRandom,
        public_url: PublicUrl,
    ) -> Self {
        Self { store, passwords, clock, random, public_url }
    }

    /// Creates a one-time link, for a member of staff or, with `None`, for the first administrator. It works for 48 hours and
    /// replaces the previous one.
    #[tracing::instrument(skip_all)]
    pub async fn issue_link(&self, staff_id: Option<Uuid>) -> Result<String, StoreError> {
        let code = self.random.token();
        let link =
            OneTimeLink { code_digest: code_digest(&code), staff_id, expires_at: self.clock.now() + LINK_LIFETIME };
        self.store.put_link(&link).await?;
        Ok(self.public_url.page(&format!("/setup?code={code}")))
    }

    /// The digest of a one-time link's code, if such a link exists and has not expired.
    #[tracing::instrument(skip_all)]
    pub async fn known_code(&self, code: &str) -> Result<Option<String>, StoreError> {
        let digest = code_digest(code);
        Ok(self.store.link(&digest, self.clock.now()).await?.map(|_| digest))
    }

    /// What the link whose code has this digest is for; `None` if it no longer works.
    #[tracing::instrument(skip_all)]
    pub async fn invited(&self, code_digest: &str) -> Result<Option<Invited>, StoreError> {
        let Some(link) = self.store.link(code_digest, self.clock.now()).await? else { return Ok(None) };
        let staff = match link.staff_id {
            Some(id) => match self.store.staff_by_id(id).await? {
                Some(staff) => Some(staff),
                None => return Ok(None),
            },
            // Setup is over once there is an administrator, whoever created the link.
            None if self.store.has_administrator().await? => return Ok(None),
            None => None,
        };
        Ok(Some(Invited { link, staff }))
    }

    /// Uses the link up and sets the password: of its account, or of a new administrator with this `email`. `None` if
    /// somebody else used the link, or took the address, in the meantime.
    #[tracing::instrument(skip_all)]
    pub async fn accept(
        &self,
        invited: Invited,
        email: String,
        password: String,
    ) -> Result<Option<StaffRow>, AccountError> {
        let hash = self.passwords.hash(password).await?;
        if !self.store.use_link(&invited.link.code_digest).await? {
            return Ok(None);
        }
        if let Some(staff) = invited.staff {
            self.store.set_password(staff.id, &hash).await?;
            // Whoever was signed in with the old password no longer is.
            self.store.end_sessions_of(staff.id).await?;
            return Ok(Some(staff));
        }
        Ok(self.add(email, Role::Administrator, Some(hash), false).await?)
    }

    /// Creates the sandbox's demo account unless it exists.
    #[tracing::instrument(skip_all)]
    pub async fn ensure_demo(&self) -> Result<(), AccountError> {
        let (email, password) = DEMO;
        if self.store.staff_by_email(email).await?.is_none() {
            let hash = self.passwords.hash(password.to_owned()).await?;
            self.add(email.to_owned(), Role::Administrator, Some(hash), true).await?;
        }
        Ok(())
    }

    /// Creates an account; `None` if the address is taken. An account without a password needs a one-time link.
    #[tracing::instrument(skip_all)]
    pub async fn add(
        &self,
        email: String,
        role: Role,
        password_hash: Option<String>,
        demo: bool,
    ) -> Result<Option<StaffRow>, StoreError> {
        let now = self.clock.now();
        let row = StaffRow { id: self.random.uuid_v7(now), email, role, password_hash, demo };
        let added = self.store.add_staff(&NewStaff { row: row.clone(), created_at: now }).await?;
        Ok(added.then_some(row))
    }
}

fn code_digest(code: &str) -> String {
    digest(&["one-time link", code])
}
