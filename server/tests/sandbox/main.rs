//! The sandbox from outside: over HTTP, with a receiver of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod api;
mod connect;
#[path = "../contract/mod.rs"]
mod contract;
mod control;
mod deliveries;
mod harness;
mod invitations;
mod receiver;
mod subscriptions;
