//! The pages, one per file. Each is a view of plain data that a handler has loaded. Depends on `components`, `islands`, and
//! `domain`.

mod checks;
pub mod deliveries;
mod error;
pub mod fleets;
pub mod imports;
pub mod invitations;
mod landing;
mod login;
mod reminders;
mod setup;
pub mod subscriptions;

pub use checks::{CheckLine, ChecksPage, ChecksView, RepairedFleet};
pub use error::{ErrorPage, ErrorView, PublicErrorPage};
pub use fleets::{FleetDetail, FleetPage, RoundRow};
pub use invitations::{
    BODY_MAX, Choice, Confirm, DeleteForm, DeletePage, DifferenceRow, EmailForm, InvitationDetail,
    InvitationDetailPage, InvitationForm, InvitationList, InvitationListPage, InvitationRow, LinkView,
    NewInvitationPage, OfferedProvider, RenewForm, RenewPage, RenewView, SharePage, ShareView,
};
pub use landing::{Landing, LandingPage};
pub use login::{LoginForm, LoginPage};
pub use reminders::{
    DecidedRow, ProposedRow, RemindedFleet, RemindersConfirm, RemindersConfirmPage, RemindersPage, RemindersView,
};
pub use setup::{SetupForm, SetupPage};
