//! Checks every statement against the tables as the migrations leave them. See the documentation of [`crate::store`].

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use domain::{import::Mapping, subscription::DeliveryMetrics};
use sqlx::{
    AssertSqlSafe, Column as _, ColumnOrigin, Executor as _, Row as _, SqlSafeStr as _, SqliteConnection, TypeInfo as _,
};

use super::{
    SqliteStore, deliveries, import_rows, imports, inbox, installation, invitations, messages, reconcile_runs,
    sessions, staff, statement::Declared, subscription_snapshots, subscriptions, transaction, unassigned_facts,
};

/// The statements of each file.
const ALL: &[&[Declared]] = &[
    super::STATEMENTS,
    reconcile_runs::STATEMENTS,
    subscription_snapshots::STATEMENTS,
    deliveries::STATEMENTS,
    import_rows::STATEMENTS,
    imports::STATEMENTS,
    inbox::STATEMENTS,
    installation::STATEMENTS,
    invitations::STATEMENTS,
    messages::STATEMENTS,
    sessions::STATEMENTS,
    staff::STATEMENTS,
    subscriptions::STATEMENTS,
    transaction::STATEMENTS,
    transaction::read::STATEMENTS,
    transaction::write::STATEMENTS,
    unassigned_facts::STATEMENTS,
];

/// What each statement returns and how SQLite answers it, as committed. `UPDATE_STATEMENTS=1` writes it anew.
const EXPECTED: &str = "src/store/sqlite/statements.txt";

/// Statements that may read a whole table or sort for a page, and why.
const ACCEPTED: &[(&str, &str)] = &[
    ("reconcile_runs::FORGET_CHECKS", "old checks are deleted, so there are few"),
    ("reconcile_runs::HOLES_BY_FLEET", "reads the open holes since a date, and there should be none"),
    ("subscription_snapshots::DELETE_UNLISTED", "there are as few subscriptions as Catena has events"),
    ("subscription_snapshots::END_OURS_UNLISTED", "there are as few subscriptions as Catena has events"),
    ("subscription_snapshots::SEEN", "there are as few subscriptions as Catena has events"),
    ("imports::LAST", "a page in the order of the key"),
    ("imports::TO_EXPIRE", "old imports are deleted, so there are few"),
    ("deliveries::EXPIRED", "one row for each state"),
    ("deliveries::LIST_RECEIVED", "received deliveries are about to be processed, so there are few"),
    ("deliveries::LIST_RECEIVED_BY_EVENT", "received deliveries are about to be processed, so there are few"),
    ("inbox::QUARANTINED", "the size of the quarantine is limited"),
    ("deliveries::SIBLINGS", "sorts the deliveries of a few facts"),
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
    ("unassigned_facts::FOR_CONNECTION", "sorts the waiting facts of one connection"),
    ("unassigned_facts::FOR_FLEET", "reads the facts without a fleet, which staff assign"),
    ("unassigned_facts::FOR_INVITATION", "sorts the waiting facts of one invitation"),
    ("unassigned_facts::NAMES", "reads the facts without a fleet, which staff assign"),
];

/// Columns whose readers needn't expect the NULL that SQLite thinks possible, and why.
const NEVER_NULL: &[(&str, &str, &str)] = &[
    ("import_rows::LINKS", "sealed_link", "the condition excludes it"),
    ("deliveries::EVENT_NAMES", "name", "the condition excludes it"),
    ("inbox::QUARANTINED", "sealed_body", "only processing removes the body"),
    ("inbox::TO_DO", "sealed_body", "only processing removes the body"),
    ("subscriptions::RETIRED_SECRET_IDS", "ids", "an array of nothing is empty"),
    ("subscriptions::SECRET_IDS_OF", "ids", "an array of nothing is empty"),
    ("unassigned_facts::NAMES", "awaits_invitation", "read only where the other names are NULL"),
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

/// SQL literals that a column of this name and type may hold: readers refuse words that they don't know. Several if the same
/// name stands for several things.
fn samples(column: &Returned) -> Vec<String> {
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
        ("header" | "samples" | "top", _) => vec!["[]".into()],
        ("headers" | "said" | "about" | "body", _) => vec!["{}".into()],
        ("mapping", _) => vec![serde_json::to_string(&Mapping::default()).unwrap()],
        ("figures", _) => vec![serde_json::to_string(&DeliveryMetrics::default()).unwrap()],
        (_, "TEXT") => vec!["00000000-0000-4000-8000-000000000001".into()],
        (_, "INTEGER") => return vec!["1".into()],
        (_, "BLOB") => return vec!["x'01'".into()],
        (name, kind) => panic!("{name} is of type {kind}"),
    };
    words.into_iter().map(|word| format!("'{word}'")).collect()
}

/// Reads a row of samples, in which one column may hold something else.
async fn read(
    connection: &mut SqliteConnection,
    declared: &Declared,
    columns: &[Returned],
    set: usize,
    other: Option<(&Returned, &str)>,
) -> Result<String, String> {
    let values = columns.iter().map(|column| {
        let samples = samples(column);
        let value = match other {
            Some((changed, value)) if changed.name == column.name => value,
            _ => &samples[set % samples.len()],
        };
        format!("{value} AS \"{}\"", column.name)
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let row = sqlx::query(AssertSqlSafe(format!("SELECT {values}"))).fetch_one(connection).await.unwrap();
    (declared.read)(&row).map_err(|error| format!("{error}: {values}"))
}

/// Whether the reader takes what the columns may hold, and tells NULL from the value that sqlx gives for it to a reader that
/// doesn't expect NULL.
async fn fits(
    connection: &mut SqliteConnection,
    (name, declared): (&str, &Declared),
    columns: &[Returned],
) -> Result<(), String> {
    let sets = columns.iter().map(|column| samples(column).len()).max().unwrap_or(0);
    let (mut set, mut taken) = (0, read(connection, declared, columns, 0, None).await);
    while taken.is_err() && set + 1 < sets {
        set += 1;
        taken = read(connection, declared, columns, set, None).await;
    }
    taken?;
    let never = |column: &Returned| NEVER_NULL.iter().any(|never| (never.0, never.1) == (name, &*column.name));
    for column in columns.iter().filter(|column| column.nullable && !never(column)) {
        let null = read(connection, declared, columns, set, Some((column, "NULL"))).await?;
        let instead = match (column.name.as_str(), column.kind.as_str()) {
            // Unreadable figures are NULL on purpose.
            ("figures", _) => continue,
            (_, "INTEGER") => "0",
            (_, "BLOB") => "x''",
            _ => "''",
        };
        if read(connection, declared, columns, set, Some((column, instead))).await == Ok(null) {
            return Err(format!("NULL in {} is taken for {instead}", column.name));
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_statement_fits_the_tables_and_its_reader() {
    let (store, _dir) = store().await;
    let mut connection = store.write.acquire().await.unwrap();
    let (mut actual, mut misfits) = (String::new(), Vec::new());
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
        if !columns.is_empty() {
            let misfit = fits(&mut connection, (&name, declared), &columns).await.err();
            misfits.extend(misfit.map(|why| (name, why)));
        }
    }
    assert!(misfits.is_empty(), "readers don't fit what their statements return: {misfits:#?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED);
    if std::env::var_os("UPDATE_STATEMENTS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    for (actual, expected) in actual.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(
            actual, expected,
            "{EXPECTED} differs; if that is wanted: UPDATE_STATEMENTS=1 cargo test -p server --lib statement"
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
                || path.ends_with("migrations.rs")
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
