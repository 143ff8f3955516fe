//! What runs by itself: schedules only. What is done each time is a service's business.

pub mod delivery_cleanup;
pub mod invitation_expiry;
pub mod reconcile;
pub mod reminders;
pub mod session_cleanup;
pub mod subscriptions;
