//! How Onramp is served: web, webhooks, store, jobs, Catena's client and the sandbox.
//!
//! Depends on `app`; `app` never depends on this crate. `onramp` puts the parts together, `commands` is what a person types.

#![recursion_limit = "256"]

pub mod asked;
pub mod callback;
pub mod catena;
pub mod clock;
pub mod commands;
pub mod config;
pub mod courier;
pub mod entropy;
pub mod foretell;
pub mod invite;
pub mod jobs;
pub mod kept;
pub mod listen;
pub mod local_time;
pub mod mail;
pub mod metrics;
pub mod onramp;
pub mod passwords;
pub mod providers;
mod qr;
pub mod remind;
pub mod repair;
pub mod sandbox;
pub mod secret;
pub mod store;
pub mod subscribe;
pub mod timeline;
pub mod vault;
pub mod web;
pub mod webhooks;
pub mod withdraw;
