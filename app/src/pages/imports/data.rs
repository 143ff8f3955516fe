//! The data of an import's page.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::components::{ImportProgress, Paging};
use domain::import::{ImportState, RowState, Verdict};

/// One row.
#[derive(Debug, Clone)]
pub struct ImportedRowView {
    /// The line of the file where it starts.
    pub line: u64,
    /// Its reference as written.
    pub fleet_ref: String,
    /// The fleet's name as written.
    pub name: Option<String>,
    /// The result of the dry run.
    pub verdict: Verdict,
    /// Its state.
    pub state: RowState,
    /// The reason for its state or verdict.
    pub reason: Option<String>,
    /// Our id of its invitation.
    pub invitation: Option<Uuid>,
    /// When the link expires, UTC.
    pub expires_at: Option<OffsetDateTime>,
}

/// A download of magic links.
#[derive(Debug, Clone)]
pub struct LinksTakenView {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: String,
    /// How many.
    pub count: u64,
}

/// The rows of a file: each is valid or invalid, and none is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRows {
    /// How many ask for an invitation that there can be.
    pub valid: u64,
    /// How many don't, or can't be read.
    pub invalid: u64,
    /// The header's line, from 1.
    pub header_line: u64,
    /// How many lines with text are above the header.
    pub above: u64,
}

/// One import.
#[derive(Debug, Clone)]
pub struct ImportDetail {
    /// Our key for it.
    pub id: i64,
    /// The file's name; none for pasted rows.
    pub file_name: Option<String>,
    /// Its state.
    pub state: ImportState,
    /// Why it is paused, or what its dry run couldn't find out.
    pub reason: Option<String>,
    /// E-mail address of who started it, or else of who uploaded it.
    pub actor: String,
    /// Progress and counts.
    pub progress: ImportProgress,
    /// Row counts by verdict.
    pub verdicts: Vec<(Verdict, u64)>,
    /// How many rows are waiting.
    pub waiting: u64,
    /// How many rows this import has invited.
    pub invited: u64,
    /// The rows of the file.
    pub file: FileRows,
    /// The rows of this page.
    pub rows: Vec<ImportedRowView>,
    /// The filter of the rows, as text.
    pub filtered_by: Option<&'static str>,
    /// The other pages.
    pub paging: Paging,
    /// Downloads of magic links, latest first.
    pub taken: Vec<LinksTakenView>,
    /// Days it is kept after its last step.
    pub days: i64,
    /// Whether the page asks for confirmation to cancel it.
    pub confirming: bool,
}
