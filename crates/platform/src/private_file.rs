//! Files and directories that only their owner may enter or read. Elsewhere than on Unix, what the system gives them by
//! itself.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

/// Creates a directory, and its parents, that only this user can enter. An existing one stays as it is: it may be shared with
/// other programs.
pub fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Opens a file to read and write, and creates it if it is missing so that only this user can read it. Its content stays.
pub fn open(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().read(true).write(true).create(true)).open(path)
}

/// Creates an empty file that only this user can read, unless there is one. An existing one isn't even opened: closing a file
/// takes away the locks that this process holds on it, such as those of a database.
pub fn create(path: &Path) -> io::Result<()> {
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Creates a file with this content, durably, that only this user can read. Fails if it exists.
pub fn create_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    io::Write::write_all(&mut file, content)?;
    file.sync_all()
}

/// Takes from everyone but its owner what they may do with a file. Returns whether there was something to take; a file that
/// doesn't exist needs nothing.
pub fn tighten(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = match std::fs::metadata(path) {
            Ok(metadata) => metadata.permissions().mode(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if mode & 0o777 == mode & 0o700 {
            return Ok(false);
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o700))?;
        Ok(true)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(false)
    }
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b");
        create_dir(&inner).unwrap();
        create_dir(&inner).unwrap();
        assert_eq!((mode(&dir.path().join("a")), mode(&inner)), (0o700, 0o700));
        let file = inner.join("file");
        open(&file).unwrap();
        let database = inner.join("database");
        create(&database).unwrap();
        assert_eq!((mode(&file), mode(&database)), (0o600, 0o600));
        let key = inner.join("key");
        create_new(&key, b"secret").unwrap();
        assert_eq!((mode(&key), std::fs::read(&key).unwrap().as_slice()), (0o600, &b"secret"[..]));
        assert!(create_new(&key, b"other").is_err(), "two that start at once don't end up with two keys");
        open(&key).unwrap();
        create(&key).unwrap();
        assert_eq!(std::fs::read(&key).unwrap(), b"secret", "opening keeps the content");
    }

    #[test]
    fn a_file_that_others_may_read_is_tightened_once() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        assert!(!tighten(&file).unwrap(), "nothing is there");
        std::fs::write(&file, "").unwrap();
        for open_to_others in [0o644, 0o640, 0o602] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(open_to_others)).unwrap();
            assert!(tighten(&file).unwrap());
            assert_eq!(mode(&file), 0o600);
            assert!(!tighten(&file).unwrap());
        }
    }
}
