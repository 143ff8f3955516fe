//! The pages about invitations: list, new, detail, share, renew, delete.

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

pub use confirm::Confirm;
pub use delete::{DeleteForm, DeletePage};
pub use detail::{InvitationDetail, InvitationDetailPage, LinkView};
pub use list::{InvitationList, InvitationListPage, InvitationRow};
pub use new::{InvitationForm, NewInvitationPage};
pub use provider_choice::OfferedProvider;
pub use renew::{RenewForm, RenewPage, RenewView};
pub use response_diff::DifferenceRow;
pub use share::{BODY_MAX, Choice, EmailForm, SharePage, ShareView};
