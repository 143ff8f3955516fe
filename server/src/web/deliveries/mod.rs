//! Deliveries: the list and the page of one, with the buttons that process or verify them again.

pub(super) mod detail;
pub(super) mod list;
mod parts;
