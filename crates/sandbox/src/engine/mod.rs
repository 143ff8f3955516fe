//! What can happen to an invitation, an agreement, a connection or a property, and the stories made of it.

pub(crate) mod agreement;
pub(crate) mod connection;
pub(crate) mod demo;
pub(crate) mod fleet_names;
pub(crate) mod invitation;
pub(crate) mod property;
pub(crate) mod story;
