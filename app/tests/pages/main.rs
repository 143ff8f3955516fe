//! What every page promises, checked on its HTML.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test binary")]

mod console;
mod every_page;
mod html;
mod imports;
mod invitation_detail;
mod invitation_form;
mod reminders;
mod samples;
mod subscriptions;
