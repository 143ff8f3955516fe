//! The pages about invitations: the list, a new one, one in detail.

mod detail;
mod list;
mod new;

pub use detail::{InvitationDetail, InvitationDetailPage};
pub use list::{InvitationList, InvitationListPage, InvitationRow};
pub use new::{InvitationForm, NewInvitationPage};
