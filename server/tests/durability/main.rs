//! The real binary is killed, or deprived of its disk, while Catena sends: what was acknowledged is never lost.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test binary")]

mod catena;
mod crash;
mod disk;
mod memory;
mod process;
