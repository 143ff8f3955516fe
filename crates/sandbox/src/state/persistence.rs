//! Saves the state in a SQLite file: a table of records. A save writes only the records that changed since the last one,
//! in one transaction, so a process that is killed in the middle loses that save and nothing else.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Display,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use platform::private_file;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{
    Row as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use crate::state::{State, error::SandboxError, visitor::Visitor};

/// A fingerprint of each saved record's body, by kind and id.
type Fingerprints = HashMap<&'static str, HashMap<String, u64>>;

/// The state file of a sandbox.
pub(crate) struct StateFile {
    pool: SqlitePool,
    saved: Fingerprints,
}

/// What a save has to write.
#[derive(Default)]
pub(crate) struct Changes {
    changed: Vec<(&'static str, String, String)>,
    removed: Vec<(&'static str, String)>,
    /// The fingerprints after the save.
    next: Fingerprints,
}

/// Finds what changed since the last save.
struct ChangeFinder<'a> {
    saved: &'a Fingerprints,
    found: Changes,
}

fn fingerprint(body: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

impl ChangeFinder<'_> {
    fn compare<V: Serialize>(
        &mut self,
        kind: &'static str,
        records: impl Iterator<Item = (String, V)>,
        immutable: bool,
    ) {
        let before = self.saved.get(kind);
        let mut next = HashMap::new();
        for (id, record) in records {
            let known = before.and_then(|before| before.get(&id)).copied();
            let print = match known {
                Some(known) if immutable => known,
                _ => {
                    // Never skips: all records can be written as JSON.
                    let Ok(body) = serde_json::to_string(&record) else { continue };
                    let print = fingerprint(&body);
                    if known != Some(print) {
                        self.found.changed.push((kind, id.clone(), body));
                    }
                    print
                }
            };
            next.insert(id, print);
        }
        let removed = before.into_iter().flat_map(HashMap::keys).filter(|id| !next.contains_key(*id));
        self.found.removed.extend(removed.map(|id| (kind, id.clone())));
        self.found.next.insert(kind, next);
    }
}

impl Visitor for ChangeFinder<'_> {
    fn value<T: Serialize + DeserializeOwned>(&mut self, kind: &'static str, value: &mut T) {
        self.compare(kind, std::iter::once((String::new(), value)), false);
    }

    fn records<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned,
    {
        self.compare(kind, records.iter().map(|(id, record)| (id.to_string(), record)), false);
    }

    fn immutable_records<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned,
    {
        self.compare(kind, records.iter().map(|(id, record)| (id.to_string(), record)), true);
    }
}

/// Fills a state from the file's records.
struct Loader {
    rows: HashMap<String, Vec<(String, String)>>,
    /// The first record that can't be read.
    damaged: Option<String>,
    saved: Fingerprints,
}

impl Loader {
    fn take<T: DeserializeOwned>(&mut self, kind: &'static str) -> Vec<(String, T)> {
        let mut all = Vec::new();
        let saved = self.saved.entry(kind).or_default();
        for (id, body) in self.rows.remove(kind).unwrap_or_default() {
            saved.insert(id.clone(), fingerprint(&body));
            match serde_json::from_str(&body) {
                Ok(record) => all.push((id, record)),
                // Leaves out the body and the parser's message, which may quote it: the body can hold secrets.
                Err(_) => self.damaged = self.damaged.take().or(Some(format!("a record of kind “{kind}”"))),
            }
        }
        all
    }
}

impl Visitor for Loader {
    fn value<T: Serialize + DeserializeOwned>(&mut self, kind: &'static str, value: &mut T) {
        if let Some((_, saved)) = self.take(kind).pop() {
            *value = saved;
        }
    }

    fn records<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned,
    {
        for (id, record) in self.take(kind) {
            match id.parse() {
                Ok(id) => drop(records.insert(id, record)),
                Err(_) => self.damaged = self.damaged.take().or(Some(format!("the id of a record of kind “{kind}”"))),
            }
        }
    }
}

async fn open_pool(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A power failure can lose the last saves, but never damage the file.
        .synchronous(SqliteSynchronous::Normal);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, \
         PRIMARY KEY (kind, id)) WITHOUT ROWID",
    )
    .execute(&pool)
    .await?;
    Ok(pool)
}

async fn rows(pool: &SqlitePool) -> Result<HashMap<String, Vec<(String, String)>>, sqlx::Error> {
    let mut all: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for row in sqlx::query("SELECT kind, id, body FROM record").fetch_all(pool).await? {
        all.entry(row.try_get(0)?).or_default().push((row.try_get(1)?, row.try_get(2)?));
    }
    Ok(all)
}

impl StateFile {
    /// Opens or creates the file, and loads the state.
    pub(crate) async fn open(path: PathBuf) -> Result<(Self, State), SandboxError> {
        // SQLite gives its journal files the same permissions.
        if let Err(source) = private_file::create(&path) {
            return Err(SandboxError::Read { path, source });
        }
        let opened = async {
            let pool = open_pool(&path).await?;
            let rows = rows(&pool).await?;
            Ok::<_, sqlx::Error>((pool, rows))
        };
        let (pool, rows) = match opened.await {
            Ok(opened) => opened,
            Err(sqlx::Error::Io(source)) => return Err(SandboxError::Read { path, source }),
            Err(error) => return Err(SandboxError::Damaged { path, what: error.to_string() }),
        };
        let mut loader = Loader { rows, damaged: None, saved: Fingerprints::new() };
        let mut state = State::default();
        state.visit(&mut loader);
        match loader.damaged {
            Some(what) => Err(SandboxError::Damaged { path, what: format!("{what} cannot be read") }),
            None => Ok((Self { pool, saved: loader.saved }, state)),
        }
    }

    /// What changed since the last save.
    pub(crate) fn changes(&self, state: &mut State) -> Changes {
        let mut finder = ChangeFinder { saved: &self.saved, found: Changes::default() };
        state.visit(&mut finder);
        finder.found
    }

    /// Saves the changes, all or none.
    pub(crate) async fn save(&mut self, changes: Changes) -> Result<(), sqlx::Error> {
        let Changes { changed, removed, next } = changes;
        if changed.is_empty() && removed.is_empty() {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        for (kind, id, body) in changed {
            sqlx::query("INSERT OR REPLACE INTO record (kind, id, body) VALUES (?, ?, ?)")
                .bind(kind)
                .bind(id)
                .bind(body)
                .execute(&mut *transaction)
                .await?;
        }
        for (kind, id) in removed {
            sqlx::query("DELETE FROM record WHERE kind = ? AND id = ?")
                .bind(kind)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.saved = next;
        Ok(())
    }

    /// Closes the file.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}
