//! What became of a row, and why an import can't continue.

use std::time::Duration;

use crate::store::RowEnd;

/// The outcome of a row.
pub(crate) enum Outcome {
    /// Its final state, without a call to Catena.
    Settled(RowEnd),
    /// Its final state, after a call to Catena.
    Called(RowEnd),
    /// No final state yet.
    Failed(RowFailure),
}

/// Why the import can't continue. Sentences for people, without secrets.
pub(crate) struct RowFailure {
    /// What happened.
    pub what: String,
    /// What to do about it.
    pub advice: String,
    /// Whether Catena may have made the invitation anyway.
    pub may_have_happened: bool,
    /// Whether a retry can help.
    pub retry: Retry,
}

/// Whether trying again can help.
pub(crate) enum Retry {
    /// No: somebody has to do something.
    Never,
    /// Perhaps.
    Later,
    /// After this long, says Catena.
    After(Duration),
}
