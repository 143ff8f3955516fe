//! What runs by itself. May depend on `store`, `timeline`, `subscribe` and `catena`; nothing depends on it but `main`.

pub mod expiry;
pub mod forget;
pub mod retention;
pub mod subscriptions;
