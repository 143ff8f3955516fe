//! What the rest may ask of the database.
//!
//! Each file here holds one trait and the plain rows that it speaks of; `sqlite/` answers them. To add a question: add a
//! method to the trait of its subject, answer it in each database's folder, and test it in `tests/store.rs`, which runs the same
//! promises on every database. Nothing here knows a rule of the field or a secret in the clear: those are decided and
//! sealed by the callers.

mod error;
mod fact_json;
mod imports;
mod inbox;
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

pub use crate::store::reconcile_runs::{Cause, CheckRow, Checks, ProviderRow};
pub use crate::store::subscription_snapshots::{Desk, LastLook, Measured, SeenSubscription};
pub use crate::store::unassigned_facts::{Awaited, Change, FactKey, Waiting, WaitingFacts};
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
