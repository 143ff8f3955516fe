//! Onramp's server: pages, webhooks, jobs, services, and the database.
//!
//! `startup` assembles and runs it, `commands` is the command line. `docs/ARCHITECTURE.md` has the map of folders.

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
