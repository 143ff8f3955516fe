//! The pages about invitations: the list, a new one, one in detail, handing its link over, asking again for one,
//! deleting one.

mod again;
mod confirm;
mod country_field;
mod delete;
mod detail;
mod kept;
mod list;
mod new;
mod permission_choice;
mod provider_choice;
mod share;

pub use again::{AgainForm, AgainPage, AgainView};
pub use confirm::Confirm;
pub use delete::{DeleteForm, DeletePage};
pub use detail::{InvitationDetail, InvitationDetailPage, LinkView};
pub use kept::KeptRow;
pub use list::{InvitationList, InvitationListPage, InvitationRow};
pub use new::{InvitationForm, NewInvitationPage};
pub use provider_choice::OfferedProvider;
pub use share::{BODY_MAX, Choice, LetterForm, SharePage, ShareView};
