//! Secrets at rest, encrypted with XChaCha20-Poly1305 under a key that isn't in the database.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use thiserror::Error;
use zeroize::Zeroizing;

use platform::random::SharedRandom;

/// The first byte of a sealed value, so that the format can change later.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// What a sealed value is for. It is authenticated, so a value that was moved to another column can't be opened there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An invitation's id.
    InvitationId,
    /// A magic link.
    MagicLink,
    /// A secret that Catena signs deliveries with.
    SigningSecret,
    /// A delivery's body.
    Body,
    /// What a landing page remembers in a cookie of the fleet's browser.
    Landing,
    /// What a browser in which someone has signed in remembers of that.
    Device,
    /// A constant that tells whether the key is the right one.
    Probe,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::InvitationId => b"invitation id",
            Self::MagicLink => b"magic link",
            Self::SigningSecret => b"signing secret",
            Self::Body => b"delivery body",
            Self::Landing => b"landing",
            Self::Device => b"device",
            Self::Probe => b"probe",
        }
    }
}

/// Why a sealed value can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a sealed value can't be opened: it was sealed with another key (see ONRAMP_SECRET_KEY and the key file in the data directory) or changed since"
)]
pub struct VaultError;

/// Seals and opens secrets. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    random: SharedRandom,
}

impl Vault {
    /// A vault with this key. `random` provides the nonces.
    pub fn new(key: &[u8; 32], random: SharedRandom) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.into()), random }
    }

    /// Seals `plain`, to be opened only for the same purpose.
    pub fn seal(&self, purpose: Purpose, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = self.random.bytes();
        let payload = Payload { msg: plain, aad: purpose.label() };
        // Encryption fails only above 256 GiB, far more than our limits let through.
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [&[VERSION], nonce.as_slice(), sealed.as_slice()].concat()
    }

    /// Opens what was sealed for `purpose`. The plain bytes are wiped from memory when dropped.
    pub fn open(&self, purpose: Purpose, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let sealed = sealed.strip_prefix(&[VERSION]).ok_or(VaultError)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(VaultError)?;
        let payload = Payload { msg: sealed, aad: purpose.label() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| VaultError)
    }

    /// Opens a UTF-8 text; other bytes are an error.
    pub fn open_text(&self, purpose: Purpose, sealed: &[u8]) -> Result<Zeroizing<String>, VaultError> {
        let bytes = self.open(purpose, sealed)?;
        std::str::from_utf8(&bytes).map(|text| Zeroizing::new(text.to_owned())).map_err(|_| VaultError)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use platform::random::SeededRandom;

    fn vault(key: u8) -> Vault {
        Vault::new(&[key; 32], Arc::new(SeededRandom::new(1)))
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_purpose_alone() {
        let sealed = vault(1).seal(Purpose::MagicLink, b"https://c.example/?invite=x");
        assert!(!sealed.windows(6).any(|window| window == b"invite"));
        assert_eq!(vault(1).open(Purpose::MagicLink, &sealed).unwrap().as_slice(), b"https://c.example/?invite=x");
        assert!(vault(2).open(Purpose::MagicLink, &sealed).is_err(), "another key");
        assert!(vault(1).open(Purpose::Body, &sealed).is_err(), "another purpose");
    }

    #[test]
    fn a_changed_or_cut_seal_does_not_open() {
        let vault = vault(1);
        let sealed = vault.seal(Purpose::Body, b"hello");
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(vault.open(Purpose::Body, &changed).is_err(), "byte {index}");
            assert!(vault.open(Purpose::Body, &sealed[..index]).is_err(), "cut at {index}");
        }
    }
}
