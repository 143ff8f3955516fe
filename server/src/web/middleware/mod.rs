//! What stands between the socket and the handlers.

pub(crate) mod run_to_completion;
pub(crate) mod security;
