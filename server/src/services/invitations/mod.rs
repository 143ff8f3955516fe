//! Inviting fleets: preview, create, renew, delete.

pub mod callback_policy;
pub mod create;
pub mod delete;
pub(crate) mod existing;
pub mod preview;
pub mod renew;
pub mod request;
pub mod response_diff;
pub mod validate;
