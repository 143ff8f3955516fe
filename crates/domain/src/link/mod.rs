//! Getting the magic link to the fleet: message texts, reminders, and the audit trail.

pub mod audit;
pub mod message;
pub mod reminder;
