//! What handlers take from a request: who visits, where the request comes from, what the path names, which page of a list, and whether a link may be shown.

pub(crate) mod magic_link;
pub(crate) mod page;
pub(crate) mod path;
pub(crate) mod period;
pub(crate) mod session;
pub(crate) mod source;
