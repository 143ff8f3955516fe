//! What Onramp does, one folder or file per use case. Services know nothing of HTTP, cookies or HTML.

pub mod imports;
pub mod installation;
pub mod invitations;
pub mod landing;
pub mod links;
pub mod local_time;
pub mod providers;
pub mod readiness;
pub mod reconcile;
pub mod reminders;
pub mod staff;
pub mod subscriptions;
pub mod timeline;
