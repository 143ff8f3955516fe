//! What Onramp knows about onboarding: values and rules, and nothing else.
//!
//! No I/O, no clock, no SQL, no HTML: every rule is a function of its arguments, so its tests are tables of examples.
//! May depend on nothing of ours; pages, store and web may all depend on it.

pub mod again;
pub mod attention;
pub mod callback;
pub mod country;
pub mod delivery;
pub mod differences;
pub mod digest;
mod episode;
pub mod event;
pub mod fact;
pub mod fleet;
pub mod handover;
pub mod import;
pub mod invitation;
pub mod lifecycle;
pub mod message;
pub mod moment;
pub mod outlook;
pub mod permissions;
pub mod prospect;
pub mod record;
pub mod reminder;
pub mod rounds;
pub mod running_out;
pub mod scanner;
pub mod staff;
pub mod subscription;
pub mod trouble;
