//! The database's file while it is open. SQLite goes on writing to a file that was removed or replaced, and what it writes is
//! gone with the process.

use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// The file that was opened.
#[derive(Debug, Clone)]
pub(super) struct OpenedFile {
    path: PathBuf,
    identity: Option<Identity>,
}

/// Device and number of a file. Nothing where the system has no such numbers: there, an open file can't be removed.
type Identity = (u64, u64);

impl OpenedFile {
    /// To be called while the file is open.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), identity: identity(path) }
    }

    /// An error if the path no longer leads to the file that was opened.
    pub fn is_in_place(&self) -> Result<(), StoreError> {
        if identity(&self.path) == self.identity { Ok(()) } else { Err(StoreError::Lost(self.path.clone())) }
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}
