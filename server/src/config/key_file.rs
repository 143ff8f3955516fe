//! The key that seals secrets at rest, and the data directory that holds it.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{args::CliArgs, error::ConfigError};
use platform::{private_file, random::SharedRandom};

/// The key that seals secrets.
pub type Key = Zeroizing<[u8; 32]>;

impl CliArgs {
    /// The key from the setting, or else from the key file; `None` if there is neither.
    pub fn key(&self) -> Result<Option<Key>, ConfigError> {
        let invalid = |problem: String| ConfigError::Invalid {
            setting: "ONRAMP_SECRET_KEY",
            problem,
            fix: "Give 32 random bytes in base64, for example from: openssl rand -base64 32",
        };
        if let Some(text) = self.secret_key.as_deref().filter(|text| !text.is_empty()) {
            return decode_key(text).map(Some).ok_or_else(|| invalid("it is not 32 bytes in base64".into()));
        }
        let path = self.key_file();
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let damaged = || invalid(format!("the key file {} is damaged", path.display()));
                decode_key(&text).map(Some).ok_or_else(damaged)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ConfigError::DataDir { path, error }),
        }
    }

    /// Makes a key and its file. Fails if the file exists: two processes that start at once must not end up with two keys.
    pub fn make_key(&self, random: &SharedRandom) -> Result<Key, ConfigError> {
        let key = Zeroizing::new(random.bytes::<32>());
        let path = self.key_file();
        let text = Zeroizing::new(STANDARD.encode(*key));
        private_file::create_new(&path, text.as_bytes()).map_err(|error| ConfigError::DataDir { path, error })?;
        Ok(key)
    }

    /// Where the key is if the setting doesn't give it.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("secret.key")
    }
}

/// Creates the data directory, and its parents, so that only this user can enter. An existing one stays as it is.
pub fn make_dir(dir: &Path) -> Result<(), ConfigError> {
    private_file::create_dir(dir).map_err(|error| ConfigError::DataDir { path: dir.to_owned(), error })
}

fn decode_key(text: &str) -> Option<Key> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}
