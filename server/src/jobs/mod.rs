//! What runs by itself. May depend on `store`, `timeline`, `catena` and `repair`; nothing depends on it but `main`.

pub mod expiry;
pub mod forget;
pub mod repair;
pub mod retention;
