use async_trait::async_trait;
use domain::{
    import::{Delimiter, Encoding, ImportState, Mapping, RowState, Values, Verdict},
    onboarding::stage::Stage,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// Our key of an import, as in its page's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportKey(pub i64);

/// How a file's text is split into rows and fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What separates two cells.
    pub delimiter: Delimiter,
    /// The columns' names.
    pub header: Vec<String>,
    /// The first rows, as samples.
    pub samples: Vec<Vec<String>>,
    /// What the columns mean.
    pub mapping: Mapping,
    /// The number of rows.
    pub row_count: u32,
}

/// A file that was uploaded or pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImport {
    /// Its name; `None` if its text was pasted.
    pub file_name: Option<String>,
    /// E-mail address of the member of staff who did.
    pub actor: String,
    /// The encoding it was read in.
    pub encoding: Encoding,
    pub reading: Reading,
    /// The file's text.
    pub content: String,
    /// When it was uploaded, UTC.
    pub created_at: OffsetDateTime,
}

/// An import of many invitations from one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    pub key: ImportKey,
    pub state: ImportState,
    /// Why it paused, or what its dry run couldn't find out.
    pub reason: Option<String>,
    /// The file's name; `None` if its text was pasted.
    pub file_name: Option<String>,
    /// E-mail address of the member of staff who did.
    pub actor: String,
    /// The encoding it was read in.
    pub encoding: Encoding,
    pub reading: Reading,
    /// E-mail address of the member of staff who started it.
    pub started_by: Option<String>,
    /// Whether fleets that declined are invited again.
    pub reopen_declined: bool,
    /// When the file was uploaded, UTC.
    pub created_at: OffsetDateTime,
    /// When it was started, UTC.
    pub started_at: Option<OffsetDateTime>,
    /// When it last changed its state, UTC.
    pub changed_at: OffsetDateTime,
}

/// A change of an import's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportMove {
    pub to: ImportState,
    pub reason: Option<String>,
    pub at: OffsetDateTime,
}

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
    pub asked: Option<String>,
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

/// Imports of many invitations, and their rows. Callers write and delete rows in portions, so that other writers needn't wait.
#[async_trait]
pub trait ImportStore: Send + Sync {
    /// Adds an import in the state "uploaded".
    async fn add_import(&self, import: &NewImport) -> Result<ImportKey, StoreError>;
    async fn import(&self, key: ImportKey) -> Result<Option<ImportRow>, StoreError>;
    /// The file's text, which is kept until the import is started or cancelled.
    async fn import_content(&self, key: ImportKey) -> Result<Option<String>, StoreError>;
    /// The last `limit` imports, newest first.
    async fn last_imports(&self, limit: u32) -> Result<Vec<ImportRow>, StoreError>;
    /// The import to work on next: dry runs come before running imports, older ones before newer ones.
    async fn import_to_do(&self) -> Result<Option<ImportRow>, StoreError>;
    /// Stores how an uploaded file is read; false if the import is past that state.
    async fn set_reading(&self, key: ImportKey, reading: &Reading) -> Result<bool, StoreError>;
    /// PendingWrites an import's state if it is in one of the states `from`; false if it isn't. Cancelling drops the file's text.
    async fn move_import(&self, key: ImportKey, from: &[ImportState], change: &ImportMove) -> Result<bool, StoreError>;
    /// Starts a checked import on behalf of `actor` and drops the file's text; false if it isn't in that state.
    async fn start_import(
        &self,
        key: ImportKey,
        actor: &str,
        reopen_declined: bool,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// Deletes up to `limit` rows of an import; returns how many it deleted.
    async fn delete_import_rows(&self, key: ImportKey, limit: u32) -> Result<u64, StoreError>;
    /// Adds rows, all or none. Their outcome is left empty.
    async fn add_import_rows(&self, key: ImportKey, rows: &[ImportedRow]) -> Result<(), StoreError>;
    /// PendingWrites verdicts, given by row number.
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
    /// Deletes one step of the oldest import that hasn't changed since `before` and isn't being worked on: up to `limit` of its
    /// rows, or the import itself once it has none. Returns how many rows or imports it deleted; 0 means there is nothing left
    /// to do.
    async fn expire_imports(&self, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError>;
}
