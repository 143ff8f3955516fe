//! Our webhook subscriptions at Catena. `service` has the list of them, `ensure` creates what is missing from the recommended
//! set, `actions` changes a single subscription, `refresh` fetches the list and its figures, and `recovery` catches up after
//! a start.
//!
//! One rule applies throughout: a new secret is stored before it is sent to Catena, so that even the first delivery signed with
//! it can be verified (WEBHOOKS.md 8.22), and a replaced secret is accepted for as long as deliveries signed with it may arrive.

mod actions;
mod ensure;
mod error;
mod recovery;
mod refresh;
mod service;

pub use crate::services::subscriptions::{
    ensure::Ensured,
    error::SubscriptionError,
    service::{Recovery, SubscriptionView, Subscriptions},
};
