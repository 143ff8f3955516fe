//! The rules of onboarding: values and functions of them, nothing else.
//!
//! No I/O, no clock, no SQL, no HTML: every rule is a function of its arguments, so its tests are tables of examples. Depends on
//! no other crate of ours.
//!
//! Modules depend on each other in one direction only: `text`, `timestamp`, `country`, `digest`, `json`, `fleet` and `resource` on
//! nothing, `staff` on `text`, then `events`, `onboarding`, `invitation`, `link`, `attention` and `import`, each on those before
//! it; `subscription` stands by itself.

pub mod attention;
pub mod country;
pub mod digest;
pub mod events;
pub mod fleet;
pub mod import;
pub mod invitation;
pub mod json;
pub mod link;
pub mod onboarding;
pub mod resource;
pub mod staff;
pub mod subscription;
pub mod text;
pub mod timestamp;
