//! How Onramp is served: web, webhooks, store, jobs, Catena's client and the sandbox.
//!
//! Depends on `app`; `app` never depends on this crate.

pub mod clock;
pub mod entropy;
pub mod sandbox;
pub mod web;
