//! Everything people see in Onramp: components, islands, and pages, with their texts.
//!
//! Compiled twice: natively, where the server renders pages, and to WASM, where islands run in the browser. No I/O, no
//! clock, no SQL here. `server` depends on this crate, never the reverse.

#![recursion_limit = "256"]

pub mod components;
#[cfg(feature = "ssr")]
pub mod html;
pub mod islands;
pub mod pages;

/// Hydrates the islands of the page; the page’s script calls this once the WASM is loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
