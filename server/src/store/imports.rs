use async_trait::async_trait;
use domain::{
    import::{Delimiter, Encoding, ImportState, Mapping, RowState, Values, Verdict},
    onboarding::lifecycle::Stage,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::StoreError;

/// Our key of an import: the one in its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportKey(pub i64);

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What stands between two cells.
    pub delimiter: Delimiter,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The first rows.
    pub samples: Vec<Vec<String>>,
    /// What the columns mean.
    pub mapping: Mapping,
    /// How many rows there are.
    pub row_count: u32,
}

/// A file that was brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImport {
    /// Its name; none for what was pasted.
    pub file_name: Option<String>,
    /// E-mail of who brought it.
    pub actor: String,
    /// In which encoding it was read.
    pub encoding: Encoding,
    /// How it is read.
    pub reading: Reading,
    /// The file as text.
    pub content: String,
    /// When it was brought, UTC.
    pub created_at: OffsetDateTime,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Our key.
    pub key: ImportKey,
    /// How it stands.
    pub state: ImportState,
    /// Why it pauses, or what its dry run could not find out.
    pub reason: Option<String>,
    /// The file's name; none for what was pasted.
    pub file_name: Option<String>,
    /// E-mail of who brought it.
    pub actor: String,
    /// In which encoding it was read.
    pub encoding: Encoding,
    /// How it is read.
    pub reading: Reading,
    /// E-mail of who started it.
    pub started_by: Option<String>,
    /// Whether fleets that declined are asked again.
    pub reopen_declined: bool,
    /// When the file was brought, UTC.
    pub created_at: OffsetDateTime,
    /// When it was started, UTC.
    pub started_at: Option<OffsetDateTime>,
    /// When it last changed its state, UTC.
    pub changed_at: OffsetDateTime,
}

/// A change of an import's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportMove {
    /// How it stands now.
    pub to: ImportState,
    /// Why.
    pub reason: Option<String>,
    /// When, UTC.
    pub at: OffsetDateTime,
}

/// One row of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// Its place among the rows, from 1.
    pub number: u32,
    /// The line of the file in which it begins.
    pub line: u64,
    /// Its reference as written; empty where it has none.
    pub fleet_ref: String,
    /// What it says.
    pub said: Values,
    /// What the dry run said of it.
    pub verdict: Verdict,
    /// How it stands.
    pub state: RowState,
    /// Why it is invalid, left out or refused.
    pub reason: Option<String>,
    /// When Catena was first asked, UTC.
    pub started_at: Option<OffsetDateTime>,
    /// Our id of its invitation.
    pub invitation: Option<Uuid>,
    /// When the link runs out, UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEnd {
    /// How it stands now.
    pub state: RowState,
    /// Why.
    pub reason: Option<String>,
    /// Our id of its invitation, and when the link runs out, UTC.
    pub invitation: Option<(Uuid, OffsetDateTime)>,
}

/// Which rows a page shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Those with this verdict.
    pub verdict: Option<Verdict>,
    /// Those in this state.
    pub state: Option<RowState>,
}

/// An invitation that a fleet has, as far as it matters when the fleet is invited again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetsInvitation {
    /// The fleet's reference.
    pub fleet_ref: String,
    /// Our id of the invitation.
    pub id: Uuid,
    /// How it stands by its own facts.
    pub stage: Option<Stage>,
    /// What was asked for, in JSON.
    pub asked: Option<String>,
    /// When Catena made it, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
}

/// Somebody took magic links away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinksTaken {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: String,
    /// How many.
    pub count: u32,
}

/// Imports of many invitations, and their rows. Rows are written a few at a time, so that nobody waits for them.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Adds an import that waits for its columns.
    async fn add_import(&self, import: &NewImport) -> Result<ImportKey, StoreError>;
    /// The import with this key.
    async fn import(&self, key: ImportKey) -> Result<Option<ImportRow>, StoreError>;
    /// The file as text, as long as it is kept.
    async fn import_content(&self, key: ImportKey) -> Result<Option<String>, StoreError>;
    /// Up to `limit` imports, the newest first.
    async fn last_imports(&self, limit: u32) -> Result<Vec<ImportRow>, StoreError>;
    /// The import that goes on by itself and is next: a dry run before all others, then the oldest.
    async fn import_to_do(&self) -> Result<Option<ImportRow>, StoreError>;
    /// Keeps how an import is read while it waits for its columns; false if it doesn't.
    async fn set_reading(&self, key: ImportKey, reading: &Reading) -> Result<bool, StoreError>;
    /// Moves an import out of one of the states `from`; false if it stands elsewhere.
    async fn move_import(&self, key: ImportKey, from: &[ImportState], change: &ImportMove) -> Result<bool, StoreError>;
    /// Starts a checked import on behalf of `actor`, and lets its file go; false if it isn't checked.
    async fn start_import(
        &self,
        key: ImportKey,
        actor: &str,
        reopen_declined: bool,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// Removes up to `limit` rows of an import, and says how many.
    async fn forget_import_rows(&self, key: ImportKey, limit: u32) -> Result<u64, StoreError>;
    /// Adds rows.
    async fn add_import_rows(&self, key: ImportKey, rows: &[ImportedRow]) -> Result<(), StoreError>;
    /// Changes the verdicts of rows.
    async fn set_verdicts(&self, key: ImportKey, verdicts: &[(u32, Verdict)]) -> Result<(), StoreError>;
    /// How many rows there are of each verdict and state.
    async fn import_counts(&self, key: ImportKey) -> Result<Vec<(Verdict, RowState, u64)>, StoreError>;
    /// Up to `limit` rows behind the one with that number, in their order. Costs the same however many there are.
    async fn import_rows(
        &self,
        key: ImportKey,
        filter: RowFilter,
        behind: u32,
        limit: u32,
    ) -> Result<Vec<ImportedRow>, StoreError>;
    /// The row that is under way, else the next one that waits.
    async fn next_row(&self, key: ImportKey) -> Result<Option<ImportedRow>, StoreError>;
    /// Marks a row as under way before Catena is asked; the first `now` stays.
    async fn begin_row(&self, key: ImportKey, number: u32, now: OffsetDateTime) -> Result<(), StoreError>;
    /// Keeps what became of a row.
    async fn end_row(&self, key: ImportKey, number: u32, end: &RowEnd) -> Result<(), StoreError>;
    /// Up to `limit` rows behind the one with that number that have an invitation whose link we hold, with that link,
    /// sealed, and when it runs out, UTC.
    async fn import_links(
        &self,
        key: ImportKey,
        behind: u32,
        limit: u32,
    ) -> Result<Vec<(ImportedRow, Vec<u8>, OffsetDateTime)>, StoreError>;
    /// Remembers that somebody took magic links away.
    async fn note_links_taken(&self, key: ImportKey, taken: &LinksTaken) -> Result<(), StoreError>;
    /// Who took magic links away, the last ones first, up to `limit`.
    async fn links_taken(&self, key: ImportKey, limit: u32) -> Result<Vec<LinksTaken>, StoreError>;
    /// The invitations of these fleets, in no order.
    async fn invitations_of_fleets(&self, fleet_refs: &[&str]) -> Result<Vec<FleetsInvitation>, StoreError>;
    /// Removes imports that have not changed since `before` and don't go on by themselves; up to `limit` rows and one
    /// import at a time. Says how much was removed.
    async fn expire_imports(&self, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError>;
}
