//! Inviting a fleet: what a request may say, what Catena will do with it, and how its answer differs.

pub mod callback_policy;
pub mod expiry_hint;
pub mod permissions;
pub mod preview;
pub mod renewal;
pub mod request;
pub mod response_diff;
pub mod status;
pub mod upsert_forecast;
