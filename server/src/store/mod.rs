//! What the rest may ask of the database.
//!
//! Each file here holds one trait and the plain rows that it speaks of; `sqlite/` answers them. To add a question: add a
//! method to the trait of its subject, answer it in each database's folder, and test it in `tests/store.rs`, which runs the same
//! promises on every database. Nothing here knows a rule of the field or a secret in the clear: those are decided and
//! sealed by the callers.

mod about;
mod checks;
mod desk;
mod error;
mod imports;
mod inbox;
mod invitations;
mod known;
mod messages;
mod sessions;
pub mod sqlite;
mod staff;
mod subscriptions;
mod transaction;
mod waiting;

use std::sync::Arc;

pub use checks::{Cause, CheckRow, Checks, ProviderRow};
pub use desk::{Desk, LastLook, Measured, SeenSubscription};
pub use error::StoreError;
pub use imports::{
    FleetsInvitation, ImportKey, ImportMove, ImportRow, ImportedRow, Imports, LinksTaken, NewImport, Reading, RowEnd,
    RowFilter,
};
pub use inbox::{
    DeliveryCursor, DeliveryFilter, DeliveryKey, DeliveryRow, Expired, Inbox, InboxState, NewDelivery, Quarantined,
    StoredDelivery, ToDo,
};
pub use invitations::{FleetKey, FleetRow, InvitationRow, Invitations, ListCursor, ListedInvitation};
pub use messages::{ListedMessage, MessageRow, Messages};
pub use sessions::{SessionRow, Sessions};
pub use staff::{NewStaff, OneTimeLink, Staff, StaffRow};
pub use subscriptions::{AcceptedSecret, SigningSecret, SubscriptionRow, Subscriptions};
pub use transaction::{Ahead, DeliveryEnd, Transaction};
pub use waiting::{Awaited, Change, FactKey, Waiting, WaitingFacts};

/// Everything that a database of Onramp's answers.
#[async_trait::async_trait]
pub trait Store:
    Staff + Sessions + Invitations + Imports + Inbox + Waiting + Subscriptions + Checks + Desk + Messages
{
    /// Starts a transaction that may write. Dropped without [`Transaction::commit`], it leaves no trace.
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// Whether the database answers at this moment.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A store that can be handed around.
pub type SharedStore = Arc<dyn Store>;
