//! Onramp as its visitors meet it: over a real socket, with the sandbox or a scripted Catena on the other side.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test binary")]

mod again;
mod commands;
mod connections;
mod deliveries;
mod invitations;
mod invite;
mod landing;
mod secrets;
mod sign_in;
mod store;
mod store_inbox;
mod support;
mod traps;
mod webhooks;
