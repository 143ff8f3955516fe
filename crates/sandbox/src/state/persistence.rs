//! The state in a SQLite file: a table of records, of which only those are written that changed since the last time. One
//! transaction a save, so a process that is killed in the middle of one loses that save and nothing else.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Display,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{
    Row as _,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    Sandbox,
    state::{State, error::SandboxError},
};

/// The least time between two saves, so that a burst of changes costs one.
const BREATH: Duration = Duration::from_millis(100);

/// Who sees all that a state keeps, field by field.
pub(crate) trait Visitor {
    /// One value, kept whole.
    fn one<T: Serialize + DeserializeOwned>(&mut self, kind: &'static str, value: &mut T);

    /// Records, each kept by itself.
    fn map<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned;

    /// Records that never change once they are there.
    fn log<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned,
    {
        self.map(kind, records);
    }
}

/// What is in the file: of each record the fingerprint of its body, by kind and id.
type Saved = HashMap<&'static str, HashMap<String, u64>>;

/// The file of a sandbox.
pub(crate) struct Keeper {
    pool: SqlitePool,
    saved: Saved,
}

/// What a save writes.
#[derive(Default)]
struct Difference {
    put: Vec<(&'static str, String, String)>,
    gone: Vec<(&'static str, String)>,
    /// What is in the file afterwards.
    next: Saved,
}

/// Finds what changed.
struct Differ<'a> {
    saved: &'a Saved,
    found: Difference,
}

fn fingerprint(body: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

impl Differ<'_> {
    fn differ<V: Serialize>(&mut self, kind: &'static str, records: impl Iterator<Item = (String, V)>, fixed: bool) {
        let before = self.saved.get(kind);
        let mut next = HashMap::new();
        for (id, record) in records {
            let known = before.and_then(|before| before.get(&id)).copied();
            let print = match known {
                Some(known) if fixed => known,
                _ => {
                    // What cannot be written as JSON cannot be in the state: its records are JSON by their shape.
                    let Ok(body) = serde_json::to_string(&record) else { continue };
                    let print = fingerprint(&body);
                    if known != Some(print) {
                        self.found.put.push((kind, id.clone(), body));
                    }
                    print
                }
            };
            next.insert(id, print);
        }
        let gone = before.into_iter().flat_map(HashMap::keys).filter(|id| !next.contains_key(*id));
        self.found.gone.extend(gone.map(|id| (kind, id.clone())));
        self.found.next.insert(kind, next);
    }
}

impl Visitor for Differ<'_> {
    fn one<T: Serialize + DeserializeOwned>(&mut self, kind: &'static str, value: &mut T) {
        self.differ(kind, std::iter::once((String::new(), value)), false);
    }

    fn map<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned,
    {
        self.differ(kind, records.iter().map(|(id, record)| (id.to_string(), record)), false);
    }

    fn log<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
    where
        K: Ord + Display + FromStr,
        V: Serialize + DeserializeOwned,
    {
        self.differ(kind, records.iter().map(|(id, record)| (id.to_string(), record)), true);
    }
}

/// Fills a state from the file's records.
struct Loader {
    rows: HashMap<String, Vec<(String, String)>>,
    /// The first record that is none of ours.
    damaged: Option<String>,
    saved: Saved,
}

impl Loader {
    fn take<T: DeserializeOwned>(&mut self, kind: &'static str) -> Vec<(String, T)> {
        let mut all = Vec::new();
        let saved = self.saved.entry(kind).or_default();
        for (id, body) in self.rows.remove(kind).unwrap_or_default() {
            saved.insert(id.clone(), fingerprint(&body));
            match serde_json::from_str(&body) {
                Ok(record) => all.push((id, record)),
                // Neither the body nor the parser's message, which may quote it: it holds secrets.
                Err(_) => self.damaged = self.damaged.take().or(Some(format!("a record of kind “{kind}”"))),
            }
        }
        all
    }
}

impl Visitor for Loader {
    fn one<T: Serialize + DeserializeOwned>(&mut self, kind: &'static str, value: &mut T) {
        if let Some((_, kept)) = self.take(kind).pop() {
            *value = kept;
        }
    }

    fn map<K, V>(&mut self, kind: &'static str, records: &mut BTreeMap<K, V>)
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

/// An empty file that only its owner may read; SQLite gives its companions the same rights.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn open_pool(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A power cut may cost the last saves, never the file.
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

impl Keeper {
    /// Opens the file, makes it if it isn't there, and gives the state that it holds.
    pub(crate) async fn open(path: PathBuf) -> Result<(Self, State), SandboxError> {
        if let Err(source) = make_private(&path) {
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
        let mut loader = Loader { rows, damaged: None, saved: Saved::new() };
        let mut state = State::default();
        state.visit(&mut loader);
        match loader.damaged {
            Some(what) => Err(SandboxError::Damaged { path, what: format!("{what} cannot be read") }),
            None => Ok((Self { pool, saved: loader.saved }, state)),
        }
    }

    fn difference(&self, state: &mut State) -> Difference {
        let mut differ = Differ { saved: &self.saved, found: Difference::default() };
        state.visit(&mut differ);
        differ.found
    }

    async fn write(&mut self, difference: Difference) -> Result<(), sqlx::Error> {
        let Difference { put, gone, next } = difference;
        if put.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        for (kind, id, body) in put {
            sqlx::query("INSERT OR REPLACE INTO record (kind, id, body) VALUES (?, ?, ?)")
                .bind(kind)
                .bind(id)
                .bind(body)
                .execute(&mut *transaction)
                .await?;
        }
        for (kind, id) in gone {
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
}

impl Sandbox {
    /// Saves after changes until `shutdown`. The more a save costs, the rarer it is: at most a tenth of the time goes into it.
    pub(crate) async fn save_changes(&self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.0.changed.notified() => {}
            }
            let started = Instant::now();
            self.save().await;
            let pause = BREATH.max(started.elapsed() * 10);
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Saves now. A failure is logged; the sandbox goes on from memory, and the next save writes what this one could not.
    pub(crate) async fn save(&self) {
        let Some(keeper) = &self.0.keeper else { return };
        let mut keeper = keeper.lock().await;
        let difference = self.with(|change| keeper.difference(change.state));
        if let Err(error) = keeper.write(difference).await {
            tracing::error!(%error, "the sandbox's state could not be saved");
        }
    }

    /// Saves for the last time and closes the file.
    pub(crate) async fn close(&self) {
        self.save().await;
        if let Some(keeper) = &self.0.keeper {
            keeper.lock().await.pool.close().await;
        }
    }
}
