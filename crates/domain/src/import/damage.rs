//! Why a row can't be read.

use thiserror::Error;

/// Most cells in one line. Enough for any export, and few enough that one line of delimiters can't take all memory.
pub(super) const MAX_COLUMNS: usize = 200;

/// Why the cells of a row can't be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Damage {
    /// A quotation mark opens a cell, and the file ends before another one closes it.
    #[error("The quotation mark (\") that opens a cell in line {line} is never closed. Close it or remove it.")]
    Unclosed {
        /// The line in which it opens, from 1.
        line: u64,
    },
    /// A quotation mark is neither at the ends of its cell nor doubled.
    #[error(
        "A quotation mark (\") in line {line} is inside a cell. Put the whole cell in quotation marks and write this one twice, \
         or remove it."
    )]
    Stray {
        /// The line in which it stands, from 1.
        line: u64,
    },
    /// A quoted cell takes up several lines that look like rows of their own.
    #[error(
        "The quotation mark (\") that opens a cell in line {opened} is only closed in line {closed}, and what is between looks \
         like several rows. Close it where its cell ends, or remove it."
    )]
    Swallowed {
        /// The line in which the cell begins, from 1.
        opened: u64,
        /// The line in which it ends, from 1.
        closed: u64,
    },
    /// A quoted cell takes up more lines than any text in a table of fleets needs.
    #[error(
        "A cell has {lines} lines, from line {opened} on, so its closing quotation mark (\") may be missing. Close it where the \
         cell ends, or shorten the text."
    )]
    ManyLines {
        /// The line in which the cell begins, from 1.
        opened: u64,
        /// How many lines it has.
        lines: u64,
    },
    /// A line that isn't a row of fleets, or is split at the wrong character.
    #[error("Line {line} has more than {MAX_COLUMNS} cells. Choose a different delimiter or another file.")]
    TooWide {
        /// The line of the file, from 1.
        line: u64,
    },
}
