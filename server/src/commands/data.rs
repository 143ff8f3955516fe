//! The data that commands work with: database, key, and who may use them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::Failure;
use crate::{
    config::{CliArgs, ConfigError, Settings, make_dir},
    security::vault::Vault,
    services::installation::{self, Mismatch},
    store::{SharedStore, sqlite::SqliteStore},
};
use platform::{
    file_lock::{FileLock, LockError},
    private_file,
    random::SharedRandom,
};

/// Opens the database.
pub(super) async fn open_store(settings: &Settings) -> Result<SharedStore, Failure> {
    make_dir(&settings.data_dir)?;
    let file = &settings.database;
    tighten_database(file);
    let store = SqliteStore::open(file)
        .await
        .map_err(|error| format!("DATABASE_URL: {} can't be opened: {error}", file.display()))?;
    Ok(Arc::new(store))
}

/// Opens the database and the vault with its key, and makes sure that they belong together. A new key is made only if nothing
/// was sealed yet.
pub(super) async fn open_data(
    args: &CliArgs,
    settings: &Settings,
    random: &SharedRandom,
) -> Result<(SharedStore, Vault), Failure> {
    tighten(&args.key_file());
    let given = args.key()?;
    let store = open_store(settings).await?;
    let key = match given {
        Some(key) => key,
        None if installation::holds_secrets(&store).await? => {
            let (key_file, database) = (args.key_file(), &settings.database);
            return Err(ConfigError::Invalid {
                setting: "ONRAMP_SECRET_KEY",
                problem: format!("{} is missing, and it seals what is in {}", key_file.display(), database.display()),
                fix: "Put the file back from its backup, or set the key.",
            }
            .into());
        }
        None => args.make_key(random)?,
    };
    let vault = Vault::new(&key, random.clone());
    installation::claim(&store, &vault, settings.sandbox).await.map_err(|error| mismatch(error, &settings.database))?;
    Ok((store, vault))
}

fn mismatch(error: Mismatch, database: &Path) -> Failure {
    let database = database.display();
    let (setting, problem, fix) = match error {
        Mismatch::Key => (
            "ONRAMP_SECRET_KEY",
            format!("the key doesn't fit the database {database}: its secrets were sealed with another"),
            "Give the key that belongs to this database, from its backup.",
        ),
        Mismatch::HoldsRealFleets => (
            "DATABASE_URL",
            format!("{database} belongs to an Onramp that works with the real Catena, and this is a sandbox"),
            "Name another database for the sandbox, or set CATENA_CLIENT_ID.",
        ),
        Mismatch::HoldsMadeUpFleets => (
            "DATABASE_URL",
            format!("{database} holds the made-up fleets of a sandbox, and CATENA_CLIENT_ID is set"),
            "Name another database for real fleets.",
        ),
        Mismatch::Store(error) => return error.into(),
    };
    ConfigError::Invalid { setting, problem, fix }.into()
}

/// Takes from others what they may do with a SQLite file and those that SQLite keeps beside it.
pub(super) fn tighten_database(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        tighten(&with_ending(file, ending));
    }
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// Earlier versions, and backups that are put back, leave files that others may read. That is no reason not to start: what is
/// needed is done here. But whoever runs Onramp must know, since others may have read them.
fn tighten(file: &Path) {
    match private_file::tighten(file) {
        Ok(false) => {}
        Ok(true) => tracing::warn!(file = %file.display(), "others could read this file; now only its owner can"),
        Err(error) => {
            tracing::warn!(file = %file.display(), %error, "others can read this file, and that can't be changed");
        }
    }
}

/// Takes the lock `file` with the ending `.lock`. If another process has it, `what` is in use.
pub(super) fn lock(setting: &str, file: &Path, what: &Path) -> Result<FileLock, Failure> {
    let path = with_ending(file, ".lock");
    FileLock::take(&path).map_err(|error| {
        match error {
            LockError::Taken(owner) => {
                let owner = owner.map(|id| format!(", process {id}")).unwrap_or_default();
                format!(
                    "{setting}: another server{owner} has {} in use. Stop it first, or give this one a place of its own.",
                    what.display()
                )
            }
            LockError::Io(error) => {
                format!("{setting}: can't lock {}: {error}. Name a place that this user can write to.", path.display())
            }
        }
        .into()
    })
}
