//! Webhook subscriptions at Catena (WEBHOOKS.md 4 and 5): which ones Onramp needs (`recommended`), what can be subscribed to at all
//! (`names`), what is wrong with the existing ones and how to fix it (`diagnosis`), and what Catena's figures show (`metrics`,
//! `breaker`, `dead_letters`). `rotation` says how long a replaced secret is still accepted.
//!
//! Pure rules: whatever comes from Catena or from a database comes in as a value.

mod breaker;
mod dead_letters;
mod diagnosis;
mod metrics;
mod names;
mod recommended;
mod rotation;

pub use crate::subscription::breaker::{Breaker, breaker};
pub use crate::subscription::dead_letters::{Attempt, DeadLetters, oldest_dead};
pub use crate::subscription::diagnosis::{
    Diagnosis, Endpoints, Finding, KnownSubscription, Place, Remedy, SubscriptionProblem, could_be, diagnose,
    is_recommended,
};
pub use crate::subscription::metrics::{DeliveryMetrics, Periods, SuccessRate, success_rate};
pub use crate::subscription::names::{suggestions, wrong_name};
pub use crate::subscription::recommended::{Ask, RECOMMENDED, Wanted, missing};
pub use crate::subscription::rotation::{OldSecret, accepted_for};
