//! What runs by itself. May depend on `store`, `timeline`, `catena`, `invite`, `remind`, `repair` and `subscribe`; nothing depends on it but `main`.

pub mod delivery_cleanup;
pub mod invitation_expiry;
pub mod reconcile;
pub mod reminders;
pub mod session_cleanup;
pub mod subscriptions;
