use async_trait::async_trait;
use domain::events::{delivery::Effect, fact::Fact};
use sqlx::{AssertSqlSafe, Row, sqlite::SqliteRow};

use crate::store::{
    Awaited, Change, DeliveryKey, StoreError, Waiting, WaitingFacts,
    sqlite::{SqliteStore, rows},
};

/// Facts that wait, each with the name by which its fleet would be found: a connection whose fleet id is known waits for
/// that fleet.
const WAITING: &str = "SELECT f.*, coalesce(f.fleet_id, c.fleet_id) AS awaits_fleet
    FROM facts f LEFT JOIN connections c ON c.connection_id = f.connection_id WHERE f.fleet IS NULL";

#[async_trait]
impl Waiting for SqliteStore {
    async fn changes_of(&self, delivery: DeliveryKey) -> Result<Vec<Change>, StoreError> {
        let query = sqlx::query(
            "SELECT f.key, f.kind, f.at, f.source, f.event_id, f.actor, f.about, d.effect, t.fleet_ref
             FROM delivery_facts d JOIN facts f ON f.id = d.fact LEFT JOIN fleets t ON t.id = f.fleet
             WHERE d.delivery = ? ORDER BY f.at, f.id",
        );
        let rows = query.bind(delivery.0).fetch_all(&self.read).await?;
        let changes = rows.iter().map(|row| {
            Ok(Change {
                effect: Effect::from_name(row.try_get("effect")?).ok_or(StoreError::Unreadable("effect"))?,
                fact: rows::fact(row)?,
                fleet_ref: row.try_get("fleet_ref")?,
            })
        });
        changes.collect()
    }

    async fn waiting(&self, limit: u32) -> Result<Vec<WaitingFacts>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT awaits_fleet,
                 CASE WHEN awaits_fleet IS NULL THEN connection_id END AS awaits_connection,
                 CASE WHEN awaits_fleet IS NULL AND connection_id IS NULL THEN invitation END AS awaits_invitation,
                 count(*) AS count, min(at) AS first_at, max(at) AS last_at
             FROM ({WAITING}) GROUP BY 1, 2, 3 ORDER BY last_at DESC LIMIT ?"
        )));
        let rows = query.bind(limit).fetch_all(&self.read).await?;
        let waiting = rows.iter().map(|row| {
            Ok(WaitingFacts {
                awaited: awaited(row)?,
                count: row.try_get("count")?,
                first_at: rows::moment(row, "first_at")?,
                last_at: rows::moment(row, "last_at")?,
            })
        });
        waiting.collect()
    }

    async fn facts_waiting_for(&self, awaited: &Awaited, limit: u32) -> Result<Vec<Fact>, StoreError> {
        let (condition, name) = match awaited {
            Awaited::Fleet(id) => ("awaits_fleet = ?", id.to_string()),
            Awaited::Connection(id) => ("awaits_fleet IS NULL AND connection_id = ?", id.to_string()),
            Awaited::Invitation(digest) => ("invitation = ?", digest.clone()),
        };
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {} FROM ({WAITING}) WHERE {condition} ORDER BY at, id LIMIT ?",
            rows::FACT
        )));
        let rows = query.bind(name).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(rows::fact).collect()
    }
}

fn awaited(row: &SqliteRow) -> Result<Option<Awaited>, StoreError> {
    if let Some(id) = rows::optional_uuid(row, "awaits_fleet")? {
        return Ok(Some(Awaited::Fleet(id)));
    }
    if let Some(id) = rows::optional_uuid(row, "awaits_connection")? {
        return Ok(Some(Awaited::Connection(id)));
    }
    Ok(row.try_get::<Option<String>, _>("awaits_invitation")?.map(Awaited::Invitation))
}
