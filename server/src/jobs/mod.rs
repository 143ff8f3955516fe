//! What runs by itself. May depend on `store`, `timeline`, `invite` and `catena`; nothing depends on it but `main`.

pub mod expiry;
pub mod forget;
pub mod import;
pub mod retention;
