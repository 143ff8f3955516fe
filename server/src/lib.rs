//! How Onramp is served: web, webhooks, store, jobs, Catena's client and the sandbox.
//!
//! Depends on `app`; `app` never depends on this crate. `onramp` puts the parts together, `commands` is what a person types.

#![recursion_limit = "256"]

pub mod commands;
pub mod config;
pub mod jobs;
pub mod mail;
pub mod security;
pub mod services;
pub mod startup;
pub mod state;
pub mod static_files;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod webhooks;
