//! What runs by itself. May depend on `store`, `timeline`, `catena`, `invite`, `remind`, `repair` and `subscribe`; nothing depends on it but `main`.

pub mod expiry;
pub mod forget;
pub mod import;
pub mod reminders;
pub mod repair;
pub mod retention;
pub mod subscriptions;
