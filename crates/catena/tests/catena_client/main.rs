//! The client of Catena's API against a scripted server on the loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod agreements;
mod conformance;
mod errors;
mod every_call;
mod invitations;
mod lists;
mod log;
mod pace;
mod partners;
mod prism;
mod records;
mod retries;
mod schedules;
mod script;
mod secrecy;
mod subscriptions;
mod tokens;
