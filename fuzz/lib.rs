//! What is fuzzed: the crates that read the outside's bytes first, without the server around them.

pub use catena::webhook_signature;
pub use domain;
