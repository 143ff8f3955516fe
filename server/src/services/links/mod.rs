//! Magic links: showing and sending them, as text, e-mail or QR code.

pub mod delivery;
pub(crate) mod qr;
