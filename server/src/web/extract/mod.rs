//! What handlers take from a request: who visits, which page of a list, whether a link is shown.

pub(crate) mod magic_link;
pub(crate) mod page;
pub(crate) mod session;
