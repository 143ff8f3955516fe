//! Onramp's database, as the rest of the program sees it.
//!
//! Each file here holds one trait and the plain rows it deals in; `sqlite` implements them all, and another database would do so
//! beside it. The traits know no business rule and no secret in the clear: callers decide, and seal, first. Moments are UTC.
//!
//! # Adding a question
//!
//! 1. Add a method to the trait of its subject. Its doc comment states the promise every database keeps: the order and number of
//!    rows, what happens if there is none, what changes together. Lists take `limit`, and `after`: the position of the last
//!    row the caller has seen.
//!
//!    ```ignore
//!    /// The last check that was about this fleet alone.
//!    async fn last_check_of(&self, fleet: FleetKey) -> Result<Option<CheckRow>, StoreError>;
//!    ```
//!
//! 2. Declare its statement in the file of the same name in `sqlite`, and run it in the implementation. A statement names its
//!    columns and is complete: values are bound, and variants are statements of their own. `check` reads one row.
//!
//!    ```ignore
//!    statements! {
//!        LAST_CHECK_OF: CheckRow = check("SELECT ", CHECK, " FROM checks WHERE fleet = ? ORDER BY started_at DESC LIMIT 1");
//!    }
//!
//!    async fn last_check_of(&self, fleet: FleetKey) -> Result<Option<CheckRow>, StoreError> {
//!        LAST_CHECK_OF.bind(fleet.0).optional(&self.read).await
//!    }
//!    ```
//!
//! 3. Test the promise in `tests/onramp/store*.rs`, against the trait, so that the test holds for every database.
//! 4. Run `UPDATE_STATEMENTS=1 cargo test -p server --lib statement` and read what it changed in `sqlite/statements.txt`: the
//!    columns with their types, and the indexes that SQLite uses. A statement that reads a whole table needs an index (a new
//!    migration), or a reason in the test.
//!
//! # How SQL is checked
//!
//! By a test, not by `sqlx::query!`. The macros check a crate against the one database that `DATABASE_URL` or `.sqlx` describes,
//! while a second database behind these traits means a second dialect in the same crate. They also take SQL only as literals,
//! so lists of columns would have to be repeated in each statement; SQLite calls text keys and many expressions nullable, so
//! their columns would need overrides; and every change of a statement would need `sqlx-cli` and a database at hand. The
//! test needs nothing but `cargo test`: it prepares each statement against a freshly migrated database, gives the statement's
//! reader rows of just the columns, types and NULLs that SQLite declares for it, and compares columns and query plan with
//! `statements.txt`. It catches a reader that takes NULL for zero, as sqlx does with SQLite, and a list that misses its index,
//! which the macros don't. It doesn't see whether the bound values fit: that remains for the tests of the promises.

mod deliveries;
mod error;
mod fact_json;
mod import_rows;
mod imports;
mod inbox;
mod installation;
mod invitations;
mod messages;
mod reconcile_runs;
mod sessions;
pub mod sqlite;
mod staff;
mod subscription_snapshots;
mod subscriptions;
mod transaction;
mod unassigned_facts;
mod unit_of_work;

use std::sync::Arc;

use time::OffsetDateTime;

pub use crate::store::reconcile_runs::{Cause, CheckRow, ProviderRow, ReconcileRunStore};
pub use crate::store::subscription_snapshots::{LastLook, Measured, SeenSubscription, SubscriptionSnapshotStore};
pub use crate::store::unassigned_facts::{Awaited, Change, FactKey, UnassignedFactStore, WaitingFacts};
pub use deliveries::{DeliveryCursor, DeliveryFilter, DeliveryRow, DeliveryStore, Expired, InboxState, StoredDelivery};
pub use error::{Outage, StoreError};
pub use import_rows::{FleetsInvitation, ImportRowStore, ImportedRow, LinksTaken, RowEnd, RowFilter};
pub use imports::{ImportKey, ImportMove, ImportRow, ImportStore, NewImport, Reading};
pub use inbox::{DeliveryKey, InboxStore, NewDelivery, PendingDelivery, Quarantined};
pub use installation::{Installation, InstallationStore, SealedValue};
pub use invitations::{FleetKey, FleetRow, InvitationRow, InvitationStore, ListCursor, ListedInvitation};
pub use messages::{ListedMessage, MessageRow, MessageStore};
pub use sessions::{SessionRow, SessionStore};
pub use staff::{NewStaff, OneTimeLink, StaffRow, StaffStore};
pub use subscriptions::{AcceptedSecret, SigningSecret, SubscriptionRow, SubscriptionStore};
pub use transaction::{Ahead, DeliveryEnd, Transaction};

/// A database of Onramp's: all traits together.
#[async_trait::async_trait]
pub trait Store:
    StaffStore
    + SessionStore
    + InvitationStore
    + ImportStore
    + ImportRowStore
    + InboxStore
    + DeliveryStore
    + UnassignedFactStore
    + SubscriptionStore
    + ReconcileRunStore
    + SubscriptionSnapshotStore
    + MessageStore
    + InstallationStore
{
    /// Starts a transaction that may write. Dropped without [`Transaction::commit`], it leaves no trace.
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// Asks the database for an answer, to see if it gives one, and if it is still the one that was opened.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Stores something durably, about as much as a delivery, to see if that works.
    async fn probe_write(&self, now: OffsetDateTime) -> Result<(), StoreError>;
}

/// A store that its users share.
pub type SharedStore = Arc<dyn Store>;
