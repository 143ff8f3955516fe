//! The code that reads bytes from outside, without the server around it.

pub use catena::webhook_signature;
pub use domain;
