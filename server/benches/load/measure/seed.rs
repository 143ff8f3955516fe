//! A database that looks as after years of use, made in SQL: a hundred thousand times over HTTP would take an hour.

use std::path::Path;

use domain::timestamp::micros;
use platform::clock::{Clock as _, SystemClock};
use sqlx::{
    AssertSqlSafe, Connection as _,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous},
};
use tempfile::TempDir;

use super::{Plan, say};
use crate::{Failure, onramp, requests::deliveries, story::EVENTS};

/// Events of one fleet.
pub const EVENTS_PER_FLEET: i64 = 10;
/// A day in microseconds: the fleets were invited one a minute, the last one a day ago.
const DAY: i64 = 86_400_000_000;
/// Microseconds from one delivery to the next; their keys count from 1.
const DELIVERED_EVERY: i64 = 6_000_000;

/// From 1 to `?1`.
const NUMBERS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)";

/// `?1` is the number of rows, `?2` the moment of the last one.
const STATEMENTS: [&str; 5] = [
    "INSERT INTO fleets (id, fleet_ref, name, stage, created_at, updated_at)
     SELECT i, 'FLEET-' || i, 'Fleet number ' || i, 'connected', ?2 - (?1 - i) * 60000000, ?2 FROM n",
    "INSERT INTO invitations (id, digest, fleet, sealed_id, sealed_link, stage, created_at, expires_at)
     SELECT printf('%08x-0000-7000-8000-%012x', i, i), lower(hex(randomblob(16))), i, randomblob(77), randomblob(120),
         'connected', ?2 - (?1 - i) * 60000000, ?2 - (?1 - i) * 60000000 + 86400000000
     FROM n",
    "INSERT INTO facts (key, fleet, kind, at, source, event_id, about)
     SELECT lower(hex(randomblob(16))), (i - 1) / ?3 + 1, 'execution.failed', ?2 - (?1 - i) * 6000000, 'webhook',
         printf('%08x-0000-7000-9000-%012x', i, i), json_object('status', 'failed', 'resource', 'vehicle_location')
     FROM n",
    "INSERT INTO deliveries (received_at, state, webhook_id, event_name, event_id, attempt, sent_at, signature, body)
     SELECT ?2 - (?1 - i) * 6000000, 'processed', '019ca945-0a00-7cf2-baa7-d6e16e91c545', 'execution.failed',
         printf('%08x-0000-7000-9000-%012x', i, i), 1, '2026-03-02T15:31:06+00:00', lower(hex(randomblob(22))), ?4
     FROM n",
    "INSERT INTO events (event_id, delivery) SELECT printf('%08x-0000-7000-9000-%012x', i, i), i FROM n",
];

/// What was made.
pub struct Seeded {
    /// The data directory.
    pub dir: TempDir,
    deliveries: i64,
    /// When the last delivery came, in microseconds since 1970.
    last_at: i64,
}

impl Seeded {
    /// The place in the list of deliveries behind which only the `count` oldest are left.
    pub fn behind_all_but(&self, count: i64) -> String {
        let key = count + 1;
        format!("{}_{key}", self.last_at - (self.deliveries - key) * DELIVERED_EVERY)
    }
}

/// A data directory with so many fleets, each with an invitation and ten events.
pub async fn seed(plan: &Plan, fleets: u32) -> Result<Seeded, Failure> {
    let deliveries = i64::from(fleets) * EVENTS_PER_FLEET;
    say(&format!("storing {fleets} invitations and {deliveries} events"));
    let dir = tempfile::tempdir_in(&plan.places.data)?;
    onramp::prepare(dir.path()).await?;
    let last_at = micros(SystemClock.now()) - DAY;
    insert(&dir.path().join("onramp.db"), i64::from(fleets), last_at).await?;
    Ok(Seeded { dir, deliveries, last_at })
}

async fn insert(file: &Path, fleets: i64, last: i64) -> Result<(), Failure> {
    let options = SqliteConnectOptions::new().filename(file).synchronous(SqliteSynchronous::Off);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let body = &deliveries(EVENTS.len())?[0].body;
    for (index, statement) in STATEMENTS.into_iter().enumerate() {
        let count = if index < 2 { fleets } else { fleets * EVENTS_PER_FLEET };
        let query = sqlx::query(AssertSqlSafe(format!("{NUMBERS} {statement}")));
        query.bind(count).bind(last).bind(EVENTS_PER_FLEET).bind(body).execute(&mut connection).await?;
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
