//! What browsers meet: one file per page or group of pages, and one router. A handler loads plain data, asks a service to
//! decide, and renders; it holds no rule of onboarding (those live in `domain`) and no SQL (that lives in `store`).

mod checks;
mod deliveries;
mod errors;
mod events;
pub mod extract;
mod fleets;
mod health;
mod imports;
mod invitations;
mod landing;
mod login;
pub mod middleware;
mod reminders;
pub mod render;
mod router;
mod sessions;
mod setup;
mod subscriptions;
mod unassigned_facts;

pub use crate::security::idempotency::IdempotencyKeys;
pub use crate::security::login_throttle::Throttle;
pub use crate::web::invitations::new::with_landing_pages;
pub use router::router;
pub use setup::issue_link;
