//! What happens without a request: deliveries are sent, invitations expire, stories go on.

pub(crate) mod scheduler;
pub(crate) mod sender;
