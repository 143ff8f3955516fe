//! The sandbox from outside: over HTTP, with a receiver of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod agreements;
mod api;
mod breaker;
mod connect;
mod control;
mod deliveries;
mod disorders;
mod fetching;
mod harness;
mod invitations;
mod keeping;
mod organizations;
mod page;
mod providers;
mod receiver;
mod stories;
mod subscriptions;
