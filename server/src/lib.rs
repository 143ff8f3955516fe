//! How Onramp is served: web, webhooks, store, jobs, Catena's client and the sandbox.
//!
//! Depends on `app`; `app` never depends on this crate.

pub mod catena;
pub mod clock;
pub mod entropy;
pub mod secret;
pub mod web;
