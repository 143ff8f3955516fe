//! What runs between the socket and the handlers.

pub mod host;
pub(crate) mod render_errors;
pub(crate) mod run_to_completion;
pub(crate) mod security;
