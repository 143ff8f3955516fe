//! What runs between the socket and the handlers.

pub(crate) mod render_errors;
pub(crate) mod run_to_completion;
pub(crate) mod security;
