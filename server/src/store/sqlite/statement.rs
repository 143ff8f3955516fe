//! Every SQL statement of this store is a constant declared with [`statements!`]: its name, its text, and the function that
//! reads one of its rows. Nothing else here may call sqlx with SQL, so `statement_tests` sees each statement: it prepares it
//! against a migrated database and runs its reader on what the statement declares to return. At the level `debug`, each run
//! is logged with the statement's name and time, and never with its values.

use std::time::Instant;

use sqlx::{
    Encode, Executor, Sqlite, Type,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::store::StoreError;

/// Declares statements. The parts of a text are constants and literals, joined by the compiler:
///
/// ```ignore
/// statements! {
///     FORGET: () = no_rows("DELETE FROM checks WHERE started_at < ?");
///     CHECK_OF: CheckRow = check("SELECT ", CHECK, " FROM checks WHERE fleet = ?");
/// }
/// ```
///
/// One call per file; the file is then listed in `statement_tests::ALL`.
macro_rules! statements {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis $name:ident: $row:ty = $($read:ident)::+($($part:expr),+ $(,)?);
    )+) => {
        $(
            $(#[$attribute])*
            $visibility const $name: $crate::store::sqlite::statement::Statement<$row> = {
                const PARTS: &[&str] = &[$($part),+];
                const BYTES: [u8; $crate::store::sqlite::statement::length(PARTS)] =
                    $crate::store::sqlite::statement::join(PARTS);
                const SQL: &str = match str::from_utf8(&BYTES) {
                    Ok(sql) => sql,
                    Err(_) => unreachable!(),
                };
                $crate::store::sqlite::statement::Statement::new(
                    concat!(module_path!(), "::", stringify!($name)),
                    SQL,
                    $($read)::+,
                )
            };
        )+

        /// The statements of this file, for the test.
        #[cfg(test)]
        pub(in $crate::store::sqlite) const STATEMENTS: &[$crate::store::sqlite::statement::Declared] = &[$(
            $crate::store::sqlite::statement::Declared {
                module: module_path!(),
                name: stringify!($name),
                sql: $name.sql,
                read: |row| Ok(format!("{:?}", ($name.read)(row)?)),
            }
        ),+];
    };
}
pub(super) use statements;

/// SQL whose rows are read as `T`; `()` for a statement that returns none.
pub(super) struct Statement<T> {
    name: &'static str,
    pub sql: &'static str,
    pub read: fn(&SqliteRow) -> Result<T, StoreError>,
}

/// What the test needs to know of a statement.
#[cfg(test)]
pub(super) struct Declared {
    pub module: &'static str,
    pub name: &'static str,
    pub sql: &'static str,
    /// Reads a row and shows what it read.
    pub read: fn(&SqliteRow) -> Result<String, StoreError>,
}

/// A statement with the parameters bound so far.
pub(super) struct Bound<T> {
    name: &'static str,
    query: Query<'static, Sqlite, SqliteArguments>,
    read: fn(&SqliteRow) -> Result<T, StoreError>,
}

impl<T> Statement<T> {
    pub const fn new(name: &'static str, sql: &'static str, read: fn(&SqliteRow) -> Result<T, StoreError>) -> Self {
        Self { name, sql, read }
    }

    /// The statement without parameters.
    pub fn query(self) -> Bound<T> {
        Bound { name: self.name, query: sqlx::query(self.sql), read: self.read }
    }

    /// Binds the first parameter.
    pub fn bind<'v, V: Encode<'v, Sqlite> + Type<Sqlite>>(self, value: V) -> Bound<T> {
        self.query().bind(value)
    }
}

impl<T> Bound<T> {
    /// Binds the next parameter.
    pub fn bind<'v, V: Encode<'v, Sqlite> + Type<Sqlite>>(self, value: V) -> Self {
        Self { query: self.query.bind(value), ..self }
    }

    /// All rows.
    pub async fn all<'e, 'c: 'e, E>(self, executor: E) -> Result<Vec<T>, StoreError>
    where
        E: 'e + Executor<'c, Database = Sqlite>,
    {
        logged(self.name, self.query.fetch_all(executor)).await?.iter().map(self.read).collect()
    }

    /// The first row, if there is one.
    pub async fn optional<'e, 'c: 'e, E>(self, executor: E) -> Result<Option<T>, StoreError>
    where
        E: 'e + Executor<'c, Database = Sqlite>,
    {
        logged(self.name, self.query.fetch_optional(executor)).await?.as_ref().map(self.read).transpose()
    }

    /// The first row of a statement that always returns one.
    pub async fn one<'e, 'c: 'e, E>(self, executor: E) -> Result<T, StoreError>
    where
        E: 'e + Executor<'c, Database = Sqlite>,
    {
        (self.read)(&logged(self.name, self.query.fetch_one(executor)).await?)
    }
}

impl Bound<()> {
    /// Runs a statement that returns no rows, and says how many it changed.
    pub async fn execute<'e, 'c: 'e, E>(self, executor: E) -> Result<u64, StoreError>
    where
        E: 'e + Executor<'c, Database = Sqlite>,
    {
        Ok(logged(self.name, self.query.execute(executor)).await?.rows_affected())
    }
}

/// Runs a statement, and logs it if anyone listens. Failures are logged by whoever handles them.
async fn logged<T>(
    statement: &'static str,
    run: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let started = tracing::enabled!(tracing::Level::DEBUG).then(Instant::now);
    let result = run.await;
    if let Some(started) = started {
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(statement, elapsed_us, ok = result.is_ok(), "ran a statement");
    }
    result
}

/// The reader of statements that return no rows.
#[expect(clippy::unnecessary_wraps, reason = "a reader")]
pub(super) fn no_rows(_: &SqliteRow) -> Result<(), StoreError> {
    Ok(())
}

pub(super) const fn length(parts: &[&str]) -> usize {
    let mut length = 0;
    let mut part = 0;
    while part < parts.len() {
        length += parts[part].len();
        part += 1;
    }
    length
}

pub(super) const fn join<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut joined = [0; N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let bytes = parts[part].as_bytes();
        let mut byte = 0;
        while byte < bytes.len() {
            joined[at] = bytes[byte];
            at += 1;
            byte += 1;
        }
        part += 1;
    }
    joined
}
