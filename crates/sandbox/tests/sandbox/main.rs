//! The sandbox from outside: over HTTP, with a receiver of webhooks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod agreements;
mod api;
mod circuit_breaker;
mod connect;
mod control;
mod control_page;
mod deliveries;
mod harness;
mod invitations;
mod organizations;
mod persistence;
mod providers;
mod receiver;
mod schedules;
mod stories;
mod subscriptions;
mod webhook_faults;
