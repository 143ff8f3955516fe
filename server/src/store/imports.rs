use async_trait::async_trait;
use domain::import::{Delimiter, Encoding, ImportState, Mapping, TopLine};
use time::OffsetDateTime;

use super::StoreError;

/// Our key of an import, as in its page's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportKey(pub i64);

/// How a file's text is split into rows and fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What separates two cells.
    pub delimiter: Delimiter,
    /// The line of the file in which its header is, from 1.
    pub header_line: u64,
    /// The first lines, any of which can be chosen as the header.
    pub top: Vec<TopLine>,
    /// The columns' names.
    pub header: Vec<String>,
    /// The first rows, as samples.
    pub samples: Vec<Vec<String>>,
    /// What the columns mean.
    pub mapping: Mapping,
    /// The number of rows.
    pub row_count: u32,
}

impl Reading {
    /// How many of the first lines are above the header, so that they aren't imported.
    pub fn lines_above(&self) -> u64 {
        self.top.iter().filter(|top| top.line < self.header_line).map(|_| 1).sum()
    }
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

/// Imports of many invitations. Callers write and delete rows in portions, so that other writers needn't wait.
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
    /// Changes an import's state if it is in one of the states `from`; false if it isn't. Cancelling drops the file's text.
    async fn move_import(&self, key: ImportKey, from: &[ImportState], change: &ImportMove) -> Result<bool, StoreError>;
    /// Starts a checked import on behalf of `actor` and drops the file's text; false if it isn't in that state.
    async fn start_import(
        &self,
        key: ImportKey,
        actor: &str,
        reopen_declined: bool,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError>;
    /// Deletes one step of the oldest import that hasn't changed since `before` and isn't being worked on: up to `limit` of its
    /// rows, or the import itself once it has none. Returns how many rows or imports it deleted; 0 means there is nothing left
    /// to do.
    async fn expire_imports(&self, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError>;
}
