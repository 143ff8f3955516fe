//! The sandbox: a local stand-in for Catena, for trying Onramp and for tests. It answers Catena's API, plays the pages that
//! a fleet sees, and sends the webhooks that follow, over HTTP like the real one (CONTRACT.md, WEBHOOKS.md).
//!
//! It imports nothing of `server` or `catena`: as its own crate it can't, so it shares no state and no shortcut with the
//! client it tests. Its own copies of countries, resources, and event names are deliberate, for the same reason: an error in
//! Onramp's lists shows up as a disagreement. From the rest of Onramp it uses timestamps (`domain`), the clock, randomness,
//! and secrets (`platform`), and the components of pages (`app`).
//!
//! # Layers
//!
//! Each may use those above it, and nothing below:
//!
//! - `settings`: what a sandbox is opened with
//! - `state`: what it remembers, and the file; `request`: how bodies, queries, and paths are read
//! - `webhooks`: events, their delivery, the circuit breaker, and faults on purpose
//! - `engine`: every rule of what can happen, as methods of `Change`; stories and the demo
//! - `sandbox`: the handle: locks the state, lets what is due happen first, wakes the background tasks
//! - `background`: sends deliveries, plays what is due, saves. `api`: Catena's API, one file for each kind of record.
//!   `connect`: the pages in place of Catena Connect. `control`: the control page and its JSON routes. These four don't know
//!   each other
//! - this file: the router, and running it all
//!
//! `pages` holds the HTML of `connect` and `control`: views of plain values, which know nothing of the rest.
//!
//! Where the contract is silent, the sandbox makes a choice. The comments say so, with the words "a choice".

#![recursion_limit = "256"]
#![allow(clippy::redundant_closure_for_method_calls, reason = "`|change| change.play_demo()` says what is changed")]
#![allow(clippy::unused_async, reason = "routes need handlers that return futures")]

mod api;
mod background;
mod connect;
mod control;
mod engine;
mod pages;
mod request;
mod sandbox;
mod settings;
mod state;
mod webhooks;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::state::error::ApiError;

pub use crate::{
    sandbox::Sandbox,
    settings::{ALL_SCOPES, DEFAULT_TOKEN_LIFETIME, PARTNER_SCOPES, SandboxSettings},
    state::{error::SandboxError, faults::WRONG_SECRET},
};

impl Sandbox {
    /// Everything that the sandbox serves. Paths are relative to [`SandboxSettings::base_url`].
    pub fn router(&self) -> Router {
        Router::new()
            .merge(api::routes::routes(self))
            .merge(connect::routes())
            .merge(control::routes(self))
            .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
            .fallback(async || ApiError::NotFound)
            .with_state(self.clone())
    }

    /// Runs what happens by itself: deliveries, expiry, stories, and saving. Ends after `shutdown`, once running requests
    /// have ended (at most 3 s). Pending retries continue at the next start.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::join!(
            background::sender::run(&self, shutdown.clone()),
            background::scheduler::run(&self, shutdown.clone()),
            background::saver::run(&self, shutdown.clone()),
        );
        background::saver::close(&self).await;
    }
}
