//! What every program of this repository needs from the machine it runs on: the time, randomness, secrets that don't print
//! themselves, and an HTTP server with limits.
//!
//! The clock and the source of randomness are parameters everywhere else, so tests move the one and seed the other.
//! Depends on nothing of ours.

pub mod clock;
pub mod http_server;
pub mod random;
pub mod secret;
