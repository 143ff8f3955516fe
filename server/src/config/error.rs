use std::path::PathBuf;

use thiserror::Error;

/// Why Onramp can't start with the given settings. One line that names the setting and says how to fix it; never holds the
/// value of a secret.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// One setting is invalid or missing.
    #[error("{setting}: {problem}. {fix}")]
    Invalid {
        /// The setting's environment variable.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
        /// What to write instead.
        fix: &'static str,
    },
    /// The data directory or the key file can't be read or written.
    #[error("ONRAMP_DATA_DIR: can't use {}: {error}. Name a directory that this user can write to.", .path.display())]
    DataDir {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's error.
        error: std::io::Error,
    },
}
