//! For tests only: what Catena publishes, and a check of traffic against it.
//!
//! - [`event`] and [`sample`]: published webhook bodies and records. [`orgs_document`] and [`notifications_document`]: the two
//!   OpenAPI documents. All of them are files in `data/`.
//! - `recorded` (feature `recorder`, on by default): wraps the routes of a stand-in for Catena and fails the test if a request
//!   or an answer violates the documents. It needs axum and a JSON Schema validator, so crates that only want the data turn
//!   the feature off.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "used by tests only, where a panic is the failure to report"
)]

#[cfg(feature = "recorder")]
mod check;
mod data;
#[cfg(feature = "recorder")]
pub mod documents;
#[cfg(feature = "recorder")]
mod recorder;

pub use data::{EVENTS, event, notifications_document, orgs_document, sample};
#[cfg(feature = "recorder")]
pub use recorder::{Answers, Recording, recorded};
