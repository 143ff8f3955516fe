//! Webhook subscriptions at Catena (WEBHOOKS.md 4 and 5): which Onramp needs (`recommended`), what can be subscribed to at all
//! (`names`), what is wrong with those that exist and the move that mends it (`judge`), and what Catena's figures allow one
//! to say (`figures`, `breaker`, `dead_letters`). `rotation` says how long a replaced secret is still accepted.
//!
//! Pure rules: whatever comes from Catena or from a database comes in as a value.

mod breaker;
mod dead_letters;
mod figures;
mod judge;
mod names;
mod recommended;
mod rotation;

pub use breaker::{Breaker, breaker};
pub use dead_letters::{Attempt, DeadLetters, oldest_dead};
pub use figures::{Figures, Periods, SuccessRate, success_rate};
pub use judge::{Endpoints, Finding, Judgement, Known, Place, Remedy, Trouble, could_be, is_recommended, judge};
pub use names::{suggestions, wrong_name};
pub use recommended::{Ask, RECOMMENDED, Wanted, missing};
pub use rotation::{OldSecret, accepted_for};
