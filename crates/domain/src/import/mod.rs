//! Importing many invitations from one file: from bytes to a verdict on each row.
//!
//! In this order: `text` (bytes to text), `table` (text to rows), `columns` (which column means what), `row_check` (a row to a
//! request, or why not), `verdict` (what an import would do with it), `state` (the states of an import and its rows); `cell` is
//! for downloads.

mod cell;
mod columns;
// In the browser, no row is checked.
#[cfg(not(target_family = "wasm"))]
mod row_check;
mod state;
mod table;
mod text;
mod verdict;

pub use crate::import::cell::{inert, plain};
pub use crate::import::columns::{Column, Mapping, Values};
#[cfg(not(target_family = "wasm"))]
pub use crate::import::row_check::{CheckedRow, RowChecker};
pub use crate::import::state::{ImportState, RowState};
pub use crate::import::table::{Delimiter, MAX_BYTES, MAX_ROWS, Row, Rows, Sheet, TableError, inspect, rows};
pub use crate::import::text::{Encoding, TextError, decode};
pub use crate::import::verdict::Verdict;
