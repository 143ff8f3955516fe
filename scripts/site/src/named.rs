//! Names that change with the content, so browsers may keep the files for ever.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Hexadecimal digits of SHA-256 in a name: 64 bits, more than enough to tell builds apart.
const DIGITS: usize = 16;

/// A built file and its name.
pub struct Named {
    /// What follows the last dot of the name.
    kind: &'static str,
    hash: String,
    /// `onramp.0123456789abcdef.css`
    pub name: String,
    pub content: Vec<u8>,
}

impl Named {
    pub fn new(stem: &str, kind: &'static str, content: Vec<u8>) -> Self {
        let mut hash = String::new();
        for byte in Sha256::digest(&content) {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        hash.truncate(DIGITS);
        let name = format!("{stem}.{hash}.{kind}");
        Self { kind, hash, name, content }
    }
}

/// `hash.txt`, one line per file as Leptos reads it: `css: 0123456789abcdef`.
pub fn hash_file(files: &[Named]) -> String {
    files.iter().flat_map(|file| [file.kind, ": ", &file.hash, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_start_of_sha_256() {
        // `printf abc | sha256sum` (FIPS 180-2, appendix B.1)
        let file = Named::new("onramp", "css", b"abc".to_vec());
        assert_eq!(file.name, "onramp.ba7816bf8f01cfea.css");
        assert_ne!(Named::new("onramp", "css", b"abd".to_vec()).name, file.name);
    }

    #[test]
    fn the_hash_file_has_a_line_for_each_file() {
        let files = [Named::new("onramp", "js", b"abc".to_vec()), Named::new("onramp", "wasm", Vec::new())];
        assert_eq!(hash_file(&files), "js: ba7816bf8f01cfea\nwasm: e3b0c44298fc1c14\n");
    }
}
