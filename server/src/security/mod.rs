//! What keeps secrets and accounts safe: sealing, passwords, limits on guessing and on live pages, and forms that act once.

mod fair_queue;
pub(crate) mod idempotency;
pub mod live_streams;
pub(crate) mod login_throttle;
pub mod passwords;
pub mod source;
pub mod vault;
