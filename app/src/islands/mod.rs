//! The few parts of a page that also run in the browser. Each is complete as the server renders it, so pages work without
//! scripts. Depends on `components` and on small enums of `domain` only: visitors download every kilobyte of this.
//!
//! No island renders text between its tags: a browser's translation may have replaced it before the island starts, which then
//! wouldn't find it. Texts are set from the island, or are its children, which it leaves alone.

#[cfg(feature = "hydrate")]
mod clipboard;
mod copy_button;
#[cfg(feature = "hydrate")]
mod event_stream;
mod invitation_preview;
mod list_filter;
#[cfg(feature = "hydrate")]
mod live_list;
mod live_part;
#[cfg(feature = "hydrate")]
mod preview_request;
#[cfg(feature = "hydrate")]
mod table_filter;

pub use copy_button::CopyButton;
pub use invitation_preview::InvitationPreview;
pub use list_filter::ListFilter;
pub use live_part::LivePart;
