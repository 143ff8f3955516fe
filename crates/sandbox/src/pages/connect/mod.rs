//! The pages in place of Catena Connect: what a fleet sees when it opens its magic link. Plain forms, no script. Each page
//! says that it belongs to the sandbox.

mod consent;
mod endings;
mod frame;
mod labels;
mod providers;

pub(crate) use crate::pages::connect::{
    consent::{ConsentPage, Permission},
    endings::{DeclinedPage, ExpiredPage, FinishedPage, UnknownPage},
    frame::Frame,
    providers::{ConnectedPage, CredentialsPage, Provider, ProvidersPage, RequestPage, RequestValues},
};
