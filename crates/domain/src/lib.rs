//! What Onramp knows about onboarding: values and rules, and nothing else.
//!
//! No I/O, no clock, no SQL, no HTML: every rule is a function of its arguments, so its tests are tables of examples.
//! May depend on nothing of ours; pages, store and web may all depend on it.

pub mod country;
pub mod digest;
pub mod events;
pub mod fleet;
pub mod import;
pub mod invitation;
pub mod link;
pub mod onboarding;
pub mod resource;
pub mod staff;
pub mod subscription;
pub mod timestamp;
