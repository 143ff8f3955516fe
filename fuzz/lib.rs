//! What is fuzzed, by the very files of `app` and `server`. Without the crates around them, of which Leptos and the server's
//! dependencies would take many minutes to build and say nothing about bytes.

// The file of `server` calls the rules by the name of their crate.
extern crate self as app;

#[path = "../app/src/domain/mod.rs"]
pub mod domain;
#[path = "../server/src/webhooks/verify.rs"]
pub mod verify;
