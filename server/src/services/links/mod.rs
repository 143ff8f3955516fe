//! Magic links: showing and sending them as text, e-mail, or QR code.

pub mod delivery;
pub mod landing_urls;
pub(crate) mod qr;
