//! How far an import is, as plain data: rendered with the page, then sent again while it goes on.

use serde::{Deserialize, Serialize};

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProgress {
    /// The word for how the import stands: another one means another page.
    pub state: String,
    /// Rows that are through.
    pub done: u64,
    /// Rows in all.
    pub total: u64,
    /// The same in words.
    pub words: String,
    /// How many rows came out how.
    pub figures: Vec<ImportFigure>,
}

/// How many rows there are of one kind, and where they are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFigure {
    /// Of what kind.
    pub label: String,
    /// How many, as people write numbers.
    pub count: String,
    /// Where they are listed.
    pub href: String,
    /// Whether somebody should look at them.
    pub attention: bool,
    /// Whether they are what the page lists now.
    pub shown: bool,
}
