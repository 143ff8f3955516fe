//! The measurements, one per file. Each returns a section in Markdown.

pub mod acks;
pub mod live;
pub mod memory;
pub mod pace;
pub mod pages;
pub mod seed;
pub mod start;
pub mod worker;

use crate::contestants::{Contestant, Places};

/// What to measure, and how thoroughly.
pub struct Plan {
    /// Paths.
    pub places: Places,
    /// The contestants whose acknowledgements are measured.
    pub who: Vec<Contestant>,
    /// Fewer and shorter runs, to see whether a change is an improvement.
    pub quick: bool,
}

impl Plan {
    /// The first value for a quick run, the second for a full one.
    pub fn pick<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// Prints one line of progress to standard error.
pub fn say(line: &str) {
    eprintln!("==> {line}");
}
