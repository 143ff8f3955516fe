//! A lock that one process holds: a file beside what it guards. The system releases it when the process ends, however it ends.

use std::{
    fs::{File, TryLockError},
    io::{self, Read as _, Write as _},
    path::Path,
};

use crate::private_file;

/// Held until it is dropped. The file stays.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub enum LockError {
    /// Another process holds it: its id, if it has written it already.
    Taken(Option<u32>),
    /// The file can't be opened or locked.
    Io(io::Error),
}

impl FileLock {
    /// Takes the lock in this file, which is created if it is missing, and writes this process's id into it.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let mut file = private_file::open(path).map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // Some systems don't let others read a locked file.
                let _ = file.read_to_string(&mut owner);
                return Err(LockError::Taken(owner.trim().parse().ok()));
            }
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(LockError::Io)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_the_others_learn_who() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("some.lock");
        // As a process that was killed leaves it.
        std::fs::write(&path, "4294967295 and more").unwrap();
        let held = FileLock::take(&path).unwrap();
        match FileLock::take(&path) {
            Err(LockError::Taken(owner)) => assert_eq!(owner, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        drop(held);
        FileLock::take(&path).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_made_is_an_error() {
        assert!(matches!(FileLock::take(Path::new("/dev/null/some.lock")), Err(LockError::Io(_))));
    }
}
