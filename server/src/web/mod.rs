//! The pages: one file per page or group of pages, and one router. A handler loads plain data, asks a service to decide, and
//! renders; rules live in `domain` and `services`, SQL in `store`.
//!
//! A handler takes only the parts of [`AppState`](crate::state::AppState) that it needs: one or two as `State(part)`, more in
//! a struct `Parts` of its page, which also has the page's helper functions.

mod checks;
mod cookies;
mod counts;
mod deliveries;
mod device;
mod errors;
mod events;
pub mod extract;
mod fleets;
mod health;
mod imports;
mod invitations;
mod landing;
mod live_stream;
mod login;
pub mod middleware;
mod reminders;
pub mod render;
mod router;
mod sessions;
mod setup;
mod subscriptions;
mod unassigned_facts;

pub use router::router;
