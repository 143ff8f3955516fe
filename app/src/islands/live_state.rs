//! Whether a page still receives updates.

/// State of the connection that brings updates to a page.
#[derive(Debug, Clone, Default)]
pub(super) struct Live {
    /// Whether the connection is open.
    pub following: bool,
    /// What screen readers announce: the connection's state, or what has just arrived.
    pub says: String,
}
