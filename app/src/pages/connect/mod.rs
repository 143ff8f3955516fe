//! The pages that the sandbox shows in the place of Catena Connect: what a fleet sees when it opens its magic link.
//! Plain forms, no script. Each page says that it is the sandbox.

mod consent;
mod endings;
mod frame;
mod providers;
mod words;

pub use consent::{ConsentPage, Permission};
pub use endings::{DeclinedPage, ExpiredPage, FinishedPage, UnknownPage};
pub use frame::Frame;
pub use providers::{ConnectedPage, CredentialsPage, Provider, ProvidersPage, RequestPage, RequestValues};
