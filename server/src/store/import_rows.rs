use async_trait::async_trait;
use domain::{
    import::{RowState, Values, Verdict},
    onboarding::stage::Stage,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ImportKey, StoreError};

/// One row of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Its position among the rows, from 1.
    pub number: u32,
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// Its fleet reference as written; empty if it has none.
    pub fleet_ref: String,
    /// Its fields as written.
    pub said: Values,
    /// The dry run's verdict on it.
    pub verdict: Verdict,
    pub state: RowState,
    /// Why it is invalid, was left out or was refused.
    pub reason: Option<String>,
    /// When Catena was first asked for its invitation, UTC.
    pub started_at: Option<OffsetDateTime>,
    /// Our id of its invitation.
    pub invitation: Option<Uuid>,
    /// When that invitation's link expires, UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// The outcome of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEnd {
    pub state: RowState,
    pub reason: Option<String>,
    /// Our id of its invitation, and when the link expires, UTC.
    pub invitation: Option<(Uuid, OffsetDateTime)>,
}

/// Which rows a page shows; each part that is set narrows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Only rows with this verdict.
    pub verdict: Option<Verdict>,
    /// Only rows in this state.
    pub state: Option<RowState>,
}

/// What needs to be known of a fleet's invitation when the fleet is invited again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetsInvitation {
    pub fleet_ref: String,
    pub id: Uuid,
    /// Its stage by its own facts.
    pub stage: Option<Stage>,
    /// What was asked for, in JSON; `None` for invitations made elsewhere.
    pub request: Option<String>,
    /// When Catena made it, UTC.
    pub created_at: OffsetDateTime,
    /// When its link expires, UTC.
    pub expires_at: OffsetDateTime,
}

/// A download of magic links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinksTaken {
    pub at: OffsetDateTime,
    /// E-mail address of the member of staff.
    pub actor: String,
    /// How many links.
    pub count: u32,
}

/// The rows of imports. Callers write and delete them in portions, so that other writers needn't wait.
#[async_trait]
pub trait ImportRowStore: Send + Sync {
    /// Deletes up to `limit` rows of an import; returns how many it deleted.
    async fn delete_import_rows(&self, key: ImportKey, limit: u32) -> Result<u64, StoreError>;
    /// Adds rows, all or none. Their outcome is left empty.
    async fn add_import_rows(&self, key: ImportKey, rows: &[ImportedRow]) -> Result<(), StoreError>;
    /// Changes verdicts, given by row number.
    async fn set_verdicts(&self, key: ImportKey, verdicts: &[(u32, Verdict)]) -> Result<(), StoreError>;
    /// The number of rows for each verdict and state.
    async fn import_counts(&self, key: ImportKey) -> Result<Vec<(Verdict, RowState, u64)>, StoreError>;
    /// A page of the rows, in their order: up to `limit` of those after the row number `after`. Costs the same however many
    /// rows there are.
    async fn import_rows(
        &self,
        key: ImportKey,
        filter: RowFilter,
        after: u32,
        limit: u32,
    ) -> Result<Vec<ImportedRow>, StoreError>;
    /// The row that was begun and has no outcome; if there is none, the next waiting row.
    async fn next_row(&self, key: ImportKey) -> Result<Option<ImportedRow>, StoreError>;
    /// Marks a row as begun, before Catena is asked. If it was begun before, the first `now` stays.
    async fn begin_row(&self, key: ImportKey, number: u32, now: OffsetDateTime) -> Result<(), StoreError>;
    /// Stores a row's outcome. One that is waiting again counts as not begun.
    async fn end_row(&self, key: ImportKey, number: u32, end: &RowEnd) -> Result<(), StoreError>;
    /// A page of the rows whose invitation's link we hold, with that link, sealed, and its expiry, UTC: up to `limit` of
    /// those after the row number `after`.
    async fn import_links(
        &self,
        key: ImportKey,
        after: u32,
        limit: u32,
    ) -> Result<Vec<(ImportedRow, Vec<u8>, OffsetDateTime)>, StoreError>;
    /// Records a download of magic links.
    async fn note_links_taken(&self, key: ImportKey, taken: &LinksTaken) -> Result<(), StoreError>;
    /// The last `limit` downloads of magic links, newest first.
    async fn links_taken(&self, key: ImportKey, limit: u32) -> Result<Vec<LinksTaken>, StoreError>;
    /// All invitations of the fleets with these references, in no particular order.
    async fn invitations_of_fleets(&self, fleet_refs: &[&str]) -> Result<Vec<FleetsInvitation>, StoreError>;
}
