//! What is measured: one question a file. Each answers with a section in Markdown.

pub mod acks;
pub mod live;
pub mod memory;
pub mod pace;
pub mod pages;
pub mod seed;
pub mod start;
pub mod worker;

use crate::contestants::{Contestant, Places};

/// How much is measured.
pub struct Plan {
    /// Where things are.
    pub places: Places,
    /// Whose acknowledgements are measured.
    pub who: Vec<Contestant>,
    /// Shorter and fewer, to see whether a change goes in the right direction.
    pub quick: bool,
}

impl Plan {
    /// One of two, by how much time there is.
    pub fn pick<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// One line about what is under way, on standard error.
pub fn say(line: &str) {
    eprintln!("==> {line}");
}
