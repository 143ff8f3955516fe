//! What people see in Onramp, and the words it is said in.
//!
//! Compiles to native code, where the server renders pages with it, and to WASM, where islands run in a browser.
//! Knows no I/O, no clock and no SQL. `server` depends on this crate, never the reverse.

#![recursion_limit = "256"]

pub mod components;
#[cfg(feature = "ssr")]
pub mod html;
pub mod islands;
pub mod pages;

/// Wakes up the islands of the page: called by its script once this code is loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
