//! What people see in Onramp, and the words it is said in.
//!
//! Compiles to native code, where the server renders pages with it, and to WASM, where islands run in a browser.
//! Knows no I/O, no clock and no SQL. `server` depends on this crate, never the reverse.

#![recursion_limit = "256"]

pub mod components;
pub mod domain;
pub mod pages;
