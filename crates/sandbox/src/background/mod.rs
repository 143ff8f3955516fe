//! What happens by itself: deliveries are sent, what is due is played, and the state is saved.

pub(crate) mod saver;
pub(crate) mod scheduler;
pub(crate) mod sender;
