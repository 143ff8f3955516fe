//! Importing many invitations: the upload form, the column mapping, and one page for the dry run, the run, and the result.

mod actions;
mod columns;
mod data;
mod detail;
mod labels;
mod row_table;
mod upload;

pub use columns::{ColumnsForm, ColumnsPage};
pub use data::{FileRows, ImportDetail, ImportedRowView, LinksTakenView};
pub use detail::ImportPage;
pub use labels::{grouped, row_state_label, verdict_label};
pub use upload::{ListedImport, UploadForm, UploadPage};
