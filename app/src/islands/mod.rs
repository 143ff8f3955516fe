//! The few parts of a page that also run in the browser. Each is complete as the server renders it, so pages work without
//! scripts. Depends on `components` and on small enums of `domain` only: visitors download every kilobyte of this.

#[cfg(feature = "hydrate")]
mod clipboard;
mod copy_button;
#[cfg(feature = "hydrate")]
mod event_stream;
mod invitation_preview;
mod list_filter;
mod live_onboarding;
mod live_part;
mod live_state;
#[cfg(feature = "hydrate")]
mod preview_request;
#[cfg(feature = "hydrate")]
mod table_filter;

pub use copy_button::CopyButton;
pub use invitation_preview::InvitationPreview;
pub use list_filter::ListFilter;
pub use live_onboarding::LiveOnboarding;
pub use live_part::LivePart;
