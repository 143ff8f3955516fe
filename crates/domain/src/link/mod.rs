//! A fleet's magic link on its way to the fleet: the letters that carry it, reminders, and the record of who saw it.

pub mod audit;
pub mod message;
pub mod reminder;
