//! The pages that the sandbox shows in the place of Catena Connect: what a fleet sees when it opens its magic link.
//! Plain forms, no script. Each page says that it is the sandbox.

mod consent;
mod endings;
mod frame;
mod labels;
mod providers;

pub use crate::pages::connect::consent::{ConsentPage, Permission};
pub use crate::pages::connect::endings::{DeclinedPage, ExpiredPage, FinishedPage, UnknownPage};
pub use crate::pages::connect::frame::Frame;
pub use crate::pages::connect::providers::{
    ConnectedPage, CredentialsPage, Provider, ProvidersPage, RequestPage, RequestValues,
};
