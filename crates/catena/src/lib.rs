//! Catena's API as a partner calls it (CONTRACT.md 1–9 and 11, WEBHOOKS.md 5), and the check of its webhooks' signatures.
//!
//! Reads leniently ([`domain::json::read`]): unknown fields are dropped, unknown enum values are kept, an optional field of another
//! type than documented reads as none, and a record that can't be read hides no other ([`Listed`]). All times are UTC. Errors hold
//! no secret, URL, or id, so they may be logged and shown; this crate logs calls at `debug` only, so callers log errors, once.
//!
//! ```no_run
//! # async fn example(secret: platform::secret::Secret) -> Result<(), Box<dyn std::error::Error>> {
//! use std::{sync::Arc, time::Duration};
//!
//! use catena::{CALLS_AT_ONCE, Catena, CatenaSettings, CreateInvitation, Retries};
//! use platform::{clock::SystemClock, random::SystemRandom};
//! use tokio_util::sync::CancellationToken;
//!
//! let settings = CatenaSettings {
//!     api_url: "https://api.catenatelematics.com".parse()?,
//!     auth_url: "https://auth.catenatelematics.com/realms/catena".parse()?,
//!     client_id: "acme".to_owned(),
//!     client_secret: secret,
//!     timeout: Duration::from_secs(10),
//!     retries: Retries::default(),
//!     at_once: CALLS_AT_ONCE,
//! };
//! let stop = CancellationToken::new();
//! let catena = Catena::new(settings, Arc::new(SystemClock), Arc::new(SystemRandom), stop)?;
//!
//! // Create is an upsert: look at what there is before calling it.
//! if catena.invitations_of("fleet-4711").await?.is_empty() {
//!     let invited = catena.create_invitation(&CreateInvitation::new("fleet-4711")).await?;
//!     println!("valid until {} (UTC)", invited.into_inner().expires_at);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Adding a call
//!
//! 1. In its resource's file in `src/client/`, add a `Call` constant: method, path with `{}` parts, and the scope that the
//!    contract names (`Call::open` if it takes no token). GET and DELETE are retried by themselves; POST and PATCH are not.
//! 2. Add a method to `Catena` in the same file. `find` turns 404 into `None`, `json` reads a record, `list` an array, `delete`
//!    accepts a record that an earlier try already deleted, and `Pages` reads lists that come in pages.
//! 3. Add its records there. Each field is read by a function of `wire.rs`: texts by `text` or `maybe_text`, times by `moment` or
//!    `maybe_moment`, other optional fields by `if_it_fits`; optional ones get `default` too. Enums are `open_enum!`; what is a bearer
//!    secret becomes a `Secret` or is left out. Export new types in `src/client/mod.rs`.
//! 4. Add a row to `tests/catena_client/every_call.rs`, which has the call compared with the published OpenAPI documents and
//!    its log lines searched for secrets, and take the operation off `NOT_CALLED` in `conformance.rs`.
//! 5. Test in `tests/catena_client/<resource>.rs` what is sent and read. The sandbox already answers every documented call.
//!
//! # Features
//!
//! `client` (on by default) is everything but [`scopes`] and [`webhook_signature`]. Without it the crate builds quickly and
//! without an HTTP client, as the fuzz targets need it.

#![warn(missing_docs)]

#[cfg(feature = "client")]
mod client;
pub mod scopes;
pub mod webhook_signature;

#[cfg(feature = "client")]
pub use client::*;
