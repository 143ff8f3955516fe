//! Onramp as its visitors meet it: over a real socket, with the sandbox or a scripted Catena on the other side.

#![allow(missing_docs, reason = "a test binary")]

mod commands;
mod invitations;
mod landing;
mod secrets;
mod sign_in;
mod store;
mod support;
mod webhooks;
