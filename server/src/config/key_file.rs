//! The key that seals secrets at rest, and the data directory that holds it.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{args::CliArgs, error::ConfigError};
use platform::random::SharedRandom;

impl CliArgs {
    /// The key that seals secrets: the one from the setting, or else from the key file, which is created if it is missing.
    pub fn key(&self, random: &SharedRandom) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
        let invalid = |problem: &str| ConfigError::Invalid {
            setting: "ONRAMP_SECRET_KEY",
            problem: problem.to_owned(),
            fix: "Give 32 random bytes in base64, for example from: openssl rand -base64 32",
        };
        if let Some(text) = self.secret_key.as_deref().filter(|text| !text.is_empty()) {
            return decode_key(text).ok_or_else(|| invalid("it is not 32 bytes in base64"));
        }
        make_dir(&self.data_dir)?;
        let path = self.data_dir.join("secret.key");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                decode_key(&text).ok_or_else(|| invalid(&format!("the key file {} is damaged", path.display())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = Zeroizing::new(random.bytes::<32>());
                write_private(&path, STANDARD.encode(*key).as_bytes())
                    .map_err(|error| ConfigError::DataDir { path, error })?;
                Ok(key)
            }
            Err(error) => Err(ConfigError::DataDir { path, error }),
        }
    }
}

/// Creates a directory, and its parents, that only this user can enter. An existing one stays as it is.
pub fn make_dir(dir: &Path) -> Result<(), ConfigError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| ConfigError::DataDir { path: dir.to_owned(), error })
}

/// Fails if the file exists: two processes that start at once must not end up with two keys.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}

fn decode_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}
