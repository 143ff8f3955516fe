//! Inviting a fleet: what a request may contain, what Catena will do with it, and how its answer differs.

pub mod callback_policy;
// In the browser, no request is checked.
#[cfg(not(target_family = "wasm"))]
mod check;
pub mod confirmation;
pub mod existing;
pub mod expiry_hint;
pub mod permissions;
// As for `check`.
#[cfg(not(target_family = "wasm"))]
mod redirect;
pub mod renewal;
pub mod request;
pub mod response_diff;
pub mod status;
pub mod upsert_forecast;
