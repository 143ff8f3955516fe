//! What every program in this repository needs from the machine it runs on: the time, randomness, secrets that don't print
//! themselves, an HTTP server with limits, and jobs that repeat.
//!
//! The clock and the source of randomness are parameters everywhere else, so tests move one and seed the other. Depends on no
//! other crate of this repository.

pub mod clock;
pub mod http_server;
pub mod memory;
pub mod periodic;
pub mod random;
pub mod secret;
