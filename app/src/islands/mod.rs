//! The few pieces of a page that run in a browser too. What they add must be missing without harm: each is complete as
//! rendered by the server. May depend on `components` and on the small enums of `domain`; every kilobyte here is
//! downloaded by a visitor.

#[cfg(feature = "hydrate")]
mod ask;
#[cfg(feature = "hydrate")]
mod clipboard;
mod copy_button;
#[cfg(feature = "hydrate")]
mod events;
mod invitation_preview;
mod list_filter;
mod live_onboarding;
mod live_part;
#[cfg(feature = "hydrate")]
mod table_filter;

pub use copy_button::CopyButton;
pub use invitation_preview::InvitationPreview;
pub use list_filter::ListFilter;
pub use live_onboarding::LiveOnboarding;
pub use live_part::LivePart;
