//! One-way digests. An invitation's id is a password (CONTRACT.md 13.2), so where Onramp only has to recognize one, it stores its
//! digest.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// 128 bits of SHA-256 over the parts, in hex. Parts are length-prefixed, so `["ab", "c"]` and `["a", "bc"]` differ.
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()[..16].iter().fold(String::with_capacity(32), |mut hex, byte| {
        for nibble in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        hex
    })
}

/// The digest of an invitation's id. A version 7 id has 74 random bits, too many to find it by guessing.
pub fn of_invitation(id: Uuid) -> String {
    digest(&["invitation", &id.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundaries_between_parts_count() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["ab", "c"]), digest(&["ab", "c"]));
        assert_eq!(digest(&[]).len(), 32);
    }
}
