//! Onramp as its visitors meet it: over a real socket, with the sandbox or a scripted Catena on the other side.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test binary")]

mod architecture;
mod commands;
mod configuration;
mod connections;
mod damaged_json;
mod deliveries;
mod disorders;
mod import_failures;
mod import_tables;
mod imports;
mod invitations;
mod invite;
mod landing;
mod limits;
mod live;
mod mail;
mod outages;
mod panics;
mod proxies;
mod queries;
mod reconcile;
mod reconcile_pass;
mod reminders;
mod renewals;
mod request_ids;
mod rotation;
mod run_to_completion;
mod sandbox_command;
mod secrets;
mod share;
mod sign_in;
mod smtp;
mod store;
mod store_checks;
mod store_imports;
mod store_inbox;
mod store_messages;
mod store_subscriptions;
mod subscriptions;
mod subscriptions_missed;
mod support;
mod text;
mod traps;
mod webhooks;
