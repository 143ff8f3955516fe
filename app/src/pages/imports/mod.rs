//! Importing many invitations: the upload form, the column mapping, and one page for the dry run, the run, and the result.

mod columns;
mod detail;
mod labels;
mod upload;

pub use columns::{ColumnsForm, ColumnsPage};
pub use detail::{ImportDetail, ImportPage, ImportedRowView, LinksTakenView};
pub use labels::{grouped, row_state_label, verdict_label};
pub use upload::{ListedImport, UploadForm, UploadPage};
