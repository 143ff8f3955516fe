//! The HTML of the sandbox: Connect's pages, as a fleet sees them, and the control page. Views of plain values.

pub(crate) mod connect;
pub(crate) mod control;
