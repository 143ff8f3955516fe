//! The HTML of the sandbox: Connect's pages, as a fleet sees them, and the control page.

pub mod connect;
pub mod control;
