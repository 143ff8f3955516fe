//! Checks every statement against the tables as the migrations leave them. See the documentation of [`crate::store`].

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use app::domain::{import::Mapping, subscription::Figures};
use sqlx::{
    AssertSqlSafe, Column as _, ColumnOrigin, Executor as _, Row as _, SqlSafeStr as _, SqliteConnection,
    TypeInfo as _, sqlite::SqliteRow,
};

use super::{
    SqliteStore, checks, desk, imports, inbox, invitations, messages, sessions, staff, statement::Declared,
    subscriptions, transaction, waiting,
};

/// The statements of each file.
const ALL: &[&[Declared]] = &[
    super::STATEMENTS,
    checks::STATEMENTS,
    desk::STATEMENTS,
    imports::STATEMENTS,
    inbox::STATEMENTS,
    invitations::STATEMENTS,
    messages::STATEMENTS,
    sessions::STATEMENTS,
    staff::STATEMENTS,
    subscriptions::STATEMENTS,
    transaction::STATEMENTS,
    transaction::read::STATEMENTS,
    transaction::write::STATEMENTS,
    waiting::STATEMENTS,
];

/// What each statement returns and how SQLite answers it, as committed. `UPDATE_STATEMENTS=1` writes it anew.
const EXPECTED: &str = "src/store/sqlite/statements.txt";

/// Statements that may read a whole table or sort for a page, and why.
const ACCEPTED: &[(&str, &str)] = &[
    ("checks::FORGET_CHECKS", "old checks are deleted, so there are few"),
    ("checks::HOLES_BY_FLEET", "reads the open holes since a date, and there should be none"),
    ("desk::DELETE_UNLISTED", "there are as few subscriptions as Catena has events"),
    ("desk::END_OURS_UNLISTED", "there are as few subscriptions as Catena has events"),
    ("desk::SEEN", "there are as few subscriptions as Catena has events"),
    ("imports::LAST", "a page in the order of the key"),
    ("imports::TO_EXPIRE", "old imports are deleted, so there are few"),
    ("inbox::EXPIRED", "one row for each state"),
    ("inbox::LIST_RECEIVED", "received deliveries are about to be processed, so there are few"),
    ("inbox::LIST_RECEIVED_BY_EVENT", "received deliveries are about to be processed, so there are few"),
    ("inbox::QUARANTINED", "the size of the quarantine is limited"),
    ("inbox::SIBLINGS", "sorts the deliveries of a few facts"),
    ("inbox::TRIM_QUARANTINE", "the size of the quarantine is limited"),
    ("invitations::SPELT_OTHERWISE", "sorts the spellings of one reference"),
    ("messages::APPROVE_ALL", "reads the messages that it changes"),
    ("messages::COUNT_UNSENT", "approved messages are sent soon, and failed ones wait for staff"),
    ("messages::DOUBT_INTERRUPTED", "reads the messages that it changes"),
    ("staff::DELETE_LINKS_OF", "there are few members of staff"),
    ("staff::HAS_ADMINISTRATOR", "there are few members of staff"),
    ("subscriptions::ALL", "there are as few subscriptions as Catena has events"),
    ("subscriptions::FORGET_UNUSED", "there are a few secrets for each subscription"),
    ("subscriptions::PENDING_SECRETS", "there are a few secrets for each subscription"),
    ("subscriptions::RETIRED_SECRET_IDS", "there are a few secrets for each subscription"),
    ("subscriptions::UNLINK_RETIRED", "there are a few secrets for each subscription"),
    ("transaction::write::WRITE", "SQLite looks for children of new parents only while a foreign key is violated"),
    ("waiting::FOR_CONNECTION", "sorts the waiting facts of one connection"),
    ("waiting::FOR_FLEET", "reads the facts without a fleet, which staff assign"),
    ("waiting::FOR_INVITATION", "sorts the waiting facts of one invitation"),
    ("waiting::NAMES", "reads the facts without a fleet, which staff assign"),
];

struct Returned {
    name: String,
    kind: String,
    nullable: bool,
}

/// What a part of a statement returns, as SQLite declares it.
async fn returned(connection: &mut SqliteConnection, sql: &'static str) -> Result<Vec<Returned>, sqlx::Error> {
    // Not documented by sqlx: it is what its `query!` macros check statements with.
    let described = connection.describe(sql.into_sql_str()).await?;
    let mut returned = Vec::new();
    for (index, column) in described.columns().iter().enumerate() {
        let mut nullable = described.nullable(index).unwrap_or(false);
        if let (true, ColumnOrigin::Table(origin)) = (nullable, column.origin()) {
            // SQLite lets a text key be NULL unless told otherwise; nothing here ever writes one.
            let key = "SELECT pk FROM pragma_table_info(?) WHERE name = ?";
            let key: i64 =
                sqlx::query_scalar(key).bind(&*origin.table).bind(&*origin.name).fetch_one(&mut *connection).await?;
            nullable = key == 0;
        }
        returned.push(Returned { name: column.name().into(), kind: column.type_info().name().into(), nullable });
    }
    Ok(returned)
}

/// The steps of SQLite's plan for a part of a statement.
async fn plan(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let query = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
    let steps = query.fetch_all(connection).await.unwrap();
    steps.iter().map(|step| step.get("detail")).collect()
}

fn parts(sql: &'static str) -> impl Iterator<Item = &'static str> {
    sql.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn all() -> impl Iterator<Item = (String, &'static Declared)> {
    ALL.iter().copied().flatten().map(|declared| {
        let module = declared.module.trim_start_matches(module_path!().trim_end_matches("statement_tests"));
        let module = module.trim_start_matches("server::store::sqlite");
        (format!("{module}::{}", declared.name).trim_start_matches("::").to_owned(), declared)
    })
}

async fn store() -> (SqliteStore, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (SqliteStore::open(&dir.path().join("onramp.db")).await.unwrap(), dir)
}

/// SQL literals that a column of this name and type may hold: readers refuse words that they don't know.
fn samples(column: &Returned) -> Vec<String> {
    let json = |text: Result<String, _>| text.unwrap();
    let words: Vec<String> = match (column.name.as_str(), column.kind.as_str()) {
        ("state", _) => ["received", "running", "waiting", "proposed"].map(Into::into).into(),
        ("stage" | "fleet_stage", _) => vec!["created".into()],
        ("health", _) => vec!["flowing".into()],
        ("role", _) => vec!["viewer".into()],
        ("cause", _) => vec!["schedule".into()],
        ("source", _) => vec!["webhook".into()],
        ("effect" | "verdict", _) => vec!["new".into()],
        ("encoding", _) => vec!["UTF-8".into()],
        ("delimiter", _) => vec!["comma".into()],
        ("samples", _) => vec!["[]".into()],
        ("header", _) => vec!["[]".into()],
        ("headers" | "said" | "about" | "body", _) => vec!["{}".into()],
        ("mapping", _) => vec![json(serde_json::to_string(&Mapping::default()))],
        ("figures", _) => vec![json(serde_json::to_string(&Figures::default()))],
        (_, "INTEGER") => return vec!["1".into()],
        (_, "BLOB") => return vec!["x'00'".into()],
        (_, "TEXT") => vec!["00000000-0000-4000-8000-000000000001".into()],
        (name, kind) => panic!("{name} is of type {kind}"),
    };
    words.into_iter().map(|word| format!("'{word}'")).collect()
}

/// One row for each column that may be NULL, with NULL in it, and one without any.
async fn rows(connection: &mut SqliteConnection, columns: &[Returned], set: usize) -> Vec<(String, SqliteRow)> {
    let nulls = columns.iter().filter(|column| column.nullable).map(|column| Some(column.name.as_str())).chain([None]);
    let mut rows = Vec::new();
    for null in nulls {
        let values = columns.iter().map(|column| {
            let samples = samples(column);
            let sample = if null == Some(&column.name) { "NULL" } else { &samples[set % samples.len()] };
            format!("{sample} AS \"{}\"", column.name)
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {values}"))).fetch_one(&mut *connection).await.unwrap();
        rows.push((values, row));
    }
    rows
}

#[tokio::test]
async fn every_statement_fits_the_tables_and_its_reader() {
    let (store, _dir) = store().await;
    let mut connection = store.write.acquire().await.unwrap();
    let mut actual = String::new();
    for (name, declared) in all() {
        assert!(!declared.sql.replace("count(*)", "").contains('*'), "{name} must name its columns");
        writeln!(actual, "{name}").unwrap();
        let mut columns = Vec::new();
        for part in parts(declared.sql) {
            columns.extend(
                returned(&mut connection, part).await.unwrap_or_else(|error| panic!("{name}: {error}\n{part}")),
            );
            for step in plan(&mut connection, part).await {
                writeln!(actual, "    > {step}").unwrap();
            }
        }
        for Returned { name, kind, nullable } in &columns {
            writeln!(actual, "    {name} {kind}{}", if *nullable { " NULL" } else { "" }).unwrap();
        }
        actual.push('\n');
        if columns.is_empty() {
            continue;
        }
        // One set of samples has to suit the reader.
        let mut refusals = Vec::new();
        let sets = columns.iter().map(|column| samples(column).len()).max().unwrap();
        for set in 0..sets {
            let rows = rows(&mut connection, &columns, set).await;
            let refusal =
                rows.iter().find_map(|(values, row)| Some(((declared.read)(row).err()?.to_string(), values.clone())));
            refusals.extend(refusal);
        }
        assert!(refusals.len() < sets, "the reader of {name} refuses: {refusals:#?}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED);
    if std::env::var_os("UPDATE_STATEMENTS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    for (actual, expected) in actual.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(
            actual, expected,
            "{EXPECTED} differs; if that is wanted: UPDATE_STATEMENTS=1 cargo test -p server statement"
        );
    }
    assert_eq!(actual.len(), expected.len(), "{EXPECTED} differs in length");
}

/// Steps whose cost grows with a table: scans that no limit ends, and sorting everything for one page.
fn costly(sql: &str, steps: &[String]) -> Vec<String> {
    let is_page = sql.contains("LIMIT");
    let sorts = |step: &str| is_page && step == "USE TEMP B-TREE FOR ORDER BY";
    let in_order = !steps.iter().any(|step| sorts(step));
    // The steps of a subquery or a common table expression are listed themselves.
    let subqueries: Vec<_> = steps.iter().filter_map(|step| step.strip_prefix("CO-ROUTINE ")).collect();
    let scans = |step: &str| {
        step.strip_prefix("SCAN ").is_some_and(|scanned| {
            let ends = is_page && in_order && scanned.contains(" INDEX ");
            let is_table = !scanned.contains("VIRTUAL TABLE") && scanned != "CONSTANT ROW";
            is_table && !ends && !subqueries.contains(&scanned)
        })
    };
    steps.iter().filter(|step| scans(step) || sorts(step)).cloned().collect()
}

#[tokio::test]
async fn no_statement_gets_slower_as_a_table_grows() {
    let (store, _dir) = store().await;
    let mut connection = store.read.acquire().await.unwrap();
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for (name, declared) in all() {
        for part in parts(declared.sql) {
            let costly = costly(part, &plan(&mut connection, part).await);
            if !costly.is_empty() {
                found.entry(name.clone()).or_default().extend(costly);
            }
        }
    }
    let gone: Vec<_> = ACCEPTED.iter().filter(|(name, _)| found.remove(*name).is_none()).collect();
    assert!(gone.is_empty(), "no longer needed in ACCEPTED: {gone:?}");
    assert!(found.is_empty(), "add an index, or a reason to ACCEPTED: {found:#?}");
}

#[test]
fn no_sql_is_run_but_declared_statements() {
    let mut with_statements = 0;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/sqlite");
    let mut directories = vec![root];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs")
                || path.ends_with("statement.rs")
                || path.ends_with("statement_tests.rs")
            {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            with_statements += usize::from(source.contains("\nstatements! {"));
            for way in [
                "sqlx::query",
                "query_as",
                "query_scalar",
                "QueryBuilder",
                "raw_sql",
                "SqlSafe",
                "Executor",
                "Statement::new",
            ] {
                assert!(!source.contains(way), "{} uses {way}: declare the statement with statements!", path.display());
            }
        }
    }
    assert_eq!(with_statements, ALL.len(), "each file with statements! belongs in ALL");
}
