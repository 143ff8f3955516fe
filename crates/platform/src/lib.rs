//! What every program in this repository needs from the machine it runs on: the time, randomness, secrets that don't print
//! themselves, files that are private or locked, an HTTP server with limits, and jobs that repeat.
//!
//! The clock and the source of randomness are parameters everywhere else, so tests move one and seed the other. Depends on no
//! other crate of this repository.

pub mod clock;
pub mod file_lock;
pub mod http_server;
pub mod memory;
pub mod periodic;
pub mod private_file;
pub mod random;
pub mod secret;
