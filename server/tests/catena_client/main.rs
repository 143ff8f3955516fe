//! The client of Catena's API against a scripted server on the loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod errors;
mod invitations;
mod lists;
mod log;
mod retries;
mod script;
mod secrecy;
mod subscriptions;
mod tokens;
