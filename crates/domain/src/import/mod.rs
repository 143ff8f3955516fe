//! Importing many invitations from one file: from bytes to a verdict on each row.
//!
//! In this order: `text` (bytes to text), `records` (text to cells, by `lines` and `delimiter`), `outline` (a first look: the
//! header, the delimiter), `swallowed` (cells that can't be believed, and why: `damage`), `table` (every row), `columns` and
//! `mapping` (which column means what), `row_check` (a row to a request, or why not), `verdict` (what an import would do with
//! it), `state` (the states of an import and its rows); `cell` is for formulas and downloads.

mod cell;
mod columns;
mod damage;
mod delimiter;
mod lines;
mod mapping;
mod outline;
mod records;
// In the browser, no row is checked.
#[cfg(not(target_family = "wasm"))]
mod row_check;
mod state;
mod swallowed;
mod table;
mod text;
mod verdict;

pub use crate::import::cell::{inert, plain};
pub use crate::import::columns::Column;
pub use crate::import::damage::Damage;
pub use crate::import::delimiter::Delimiter;
pub use crate::import::mapping::{Mapping, Values};
pub use crate::import::outline::{TopLine, guess_delimiter};
#[cfg(not(target_family = "wasm"))]
pub use crate::import::row_check::{CheckedRow, RowChecker};
pub use crate::import::state::{ImportState, RowState};
pub use crate::import::table::{MAX_BYTES, MAX_ROWS, Row, Rows, Sheet, TableError, inspect, rows};
pub use crate::import::text::{Encoding, TextError, decode};
pub use crate::import::verdict::Verdict;
