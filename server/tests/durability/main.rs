//! The real binary, killed and starved while Catena sends: what was acknowledged is never lost.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test binary")]

mod catena;
mod crash;
mod disk;
mod process;
