//! Randomness as a parameter. Ids, tokens, and keys come from a [`Random`], so a test that needs the same ones twice seeds it.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

/// A source of random bytes that are good enough for keys.
pub trait Random: Send + Sync + 'static {
    /// Overwrites all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source of randomness that many parts of a program share.
pub type SharedRandom = Arc<dyn Random>;

impl dyn Random {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random UUID (version 4).
    pub fn uuid_v4(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A time-ordered UUID (version 7): its first 48 bits are `now` in Unix milliseconds.
    pub fn uuid_v7(&self, now: OffsetDateTime) -> Uuid {
        let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// A bearer token of 256 random bits: 43 characters that need no escaping in a URL.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(
            clippy::disallowed_methods,
            clippy::expect_used,
            reason = "the one place that reads the system's randomness; without it no secret is safe, so continuing would be worse"
        )]
        getrandom::fill(bytes).expect("the operating system must provide random bytes");
    }
}

/// Produces the same bytes for the same seed. For tests and for the sandbox's repeatable stories; never for real secrets.
#[derive(Debug)]
pub struct SeededRandom {
    state: Mutex<(u64, u64)>,
}

impl SeededRandom {
    /// A stream of bytes that depends only on `seed`.
    pub fn new(seed: u64) -> Self {
        Self { state: Mutex::new((seed, 0)) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            let block =
                Sha256::new().chain_update(state.0.to_be_bytes()).chain_update(state.1.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
            state.1 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_ids_every_time_and_another_seed_others() {
        let ids = |seed| {
            let random: SharedRandom = Arc::new(SeededRandom::new(seed));
            (random.uuid_v4(), random.token())
        };
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
    }

    #[test]
    fn a_version_7_id_carries_its_moment() {
        let random: SharedRandom = Arc::new(SystemRandom);
        let now = OffsetDateTime::from_unix_timestamp(1_772_463_611).unwrap();
        let id = random.uuid_v7(now);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_timestamp().map(|stamp| stamp.to_unix()), Some((1_772_463_611, 0)));
    }
}
