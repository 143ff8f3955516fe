//! The pages about invitations: the list, a new one, one in detail, handing its link over, asking again for one,
//! deleting one.

mod confirm;
mod country_field;
mod delete;
mod detail;
mod list;
mod new;
mod permission_choice;
mod provider_choice;
mod renew;
mod response_diff;
mod share;

pub use crate::pages::invitations::renew::{RenewForm, RenewPage, RenewView};
pub use crate::pages::invitations::response_diff::DifferenceRow;
pub use confirm::Confirm;
pub use delete::{DeleteForm, DeletePage};
pub use detail::{InvitationDetail, InvitationDetailPage, LinkView};
pub use list::{InvitationList, InvitationListPage, InvitationRow};
pub use new::{InvitationForm, NewInvitationPage};
pub use provider_choice::OfferedProvider;
pub use share::{BODY_MAX, Choice, LetterForm, SharePage, ShareView};
