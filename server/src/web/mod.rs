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

pub use router::router;
