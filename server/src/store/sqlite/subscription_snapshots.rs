use async_trait::async_trait;
use domain::{subscription::DeliveryMetrics, timestamp::micros};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    SqliteStore, rows,
    statement::{no_rows, statements},
};
use crate::store::{LastLook, Measured, SeenSubscription, StoreError, SubscriptionSnapshotStore};

statements! {
    PUT_SEEN: () = no_rows(
        "INSERT INTO seen_subscriptions (webhook_id, event_name, masked_url, filtered, status, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (webhook_id) DO UPDATE SET event_name = excluded.event_name, masked_url = excluded.masked_url,
             filtered = excluded.filtered, status = excluded.status, created_at = excluded.created_at,
             updated_at = excluded.updated_at",
    );
    SET_STATUS_OF_OURS: () = no_rows("UPDATE subscriptions SET status = ?1 WHERE webhook_id = ?2 AND status <> ?1");
    DELETE_UNLISTED: () = no_rows(
        "DELETE FROM seen_subscriptions WHERE webhook_id NOT IN (SELECT value FROM json_each(?))",
    );
    END_OURS_UNLISTED: () = no_rows(
        "UPDATE subscriptions SET status = 'deleted'
         WHERE status <> 'deleted' AND webhook_id NOT IN (SELECT value FROM json_each(?))",
    );
    DELETE_SEEN: () = no_rows("DELETE FROM seen_subscriptions WHERE webhook_id = ?");
    END_OURS: () = no_rows("UPDATE subscriptions SET status = 'deleted' WHERE webhook_id = ?");
    PUT_MEASURED: () = no_rows(
        "UPDATE seen_subscriptions SET figures = ?, figures_at = ?, oldest_dead = ? WHERE webhook_id = ?",
    );
    SEEN: (SeenSubscription, Option<Measured>) = seen(
        "SELECT webhook_id, event_name, masked_url, filtered, status, created_at, updated_at, figures, figures_at,
             oldest_dead
         FROM seen_subscriptions ORDER BY event_name, created_at, webhook_id",
    );
    PUT_LOOK: () = no_rows(
        "INSERT INTO subscription_looks (id, ended_at, tried_at, problem) VALUES (1, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET ended_at = coalesce(excluded.ended_at, ended_at), tried_at = excluded.tried_at,
             problem = excluded.problem",
    );
    LAST_LOOK: LastLook = look("SELECT ended_at, tried_at, problem FROM subscription_looks WHERE id = 1");
}

async fn put(connection: &mut SqliteConnection, one: &SeenSubscription) -> Result<(), StoreError> {
    let put = PUT_SEEN.bind(one.webhook_id.to_string()).bind(&one.event_name).bind(&one.masked_url);
    let put = put.bind(one.filtered).bind(&one.status).bind(one.created_at.map(micros));
    put.bind(one.updated_at.map(micros)).execute(&mut *connection).await?;
    SET_STATUS_OF_OURS.bind(&one.status).bind(one.webhook_id.to_string()).execute(connection).await?;
    Ok(())
}

fn seen(row: &SqliteRow) -> Result<(SeenSubscription, Option<Measured>), StoreError> {
    let one = SeenSubscription {
        webhook_id: rows::uuid(row, "webhook_id")?,
        event_name: row.try_get("event_name")?,
        masked_url: row.try_get("masked_url")?,
        filtered: row.try_get("filtered")?,
        status: row.try_get("status")?,
        created_at: rows::optional_moment(row, "created_at")?,
        updated_at: rows::optional_moment(row, "updated_at")?,
    };
    // DeliveryMetrics that another version wrote and this one can't read count as missing, so they are fetched again.
    let figures =
        row.try_get::<Option<&str>, _>("figures")?.and_then(|text| serde_json::from_str::<DeliveryMetrics>(text).ok());
    let oldest_dead = rows::optional_moment(row, "oldest_dead")?;
    let measured = figures.zip(rows::optional_moment(row, "figures_at")?);
    Ok((one, measured.map(|(figures, at)| Measured { figures, oldest_dead, at })))
}

fn look(row: &SqliteRow) -> Result<LastLook, StoreError> {
    Ok(LastLook {
        ended_at: rows::optional_moment(row, "ended_at")?,
        tried_at: rows::optional_moment(row, "tried_at")?,
        problem: row.try_get("problem")?,
    })
}

#[async_trait]
impl SubscriptionSnapshotStore for SqliteStore {
    async fn put_seen(&self, all: &[SeenSubscription]) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        for one in all {
            put(&mut tx, one).await?;
        }
        let ids: Vec<String> = all.iter().map(|one| one.webhook_id.to_string()).collect();
        let ids = serde_json::Value::from(ids).to_string();
        DELETE_UNLISTED.bind(&ids).execute(&mut *tx).await?;
        END_OURS_UNLISTED.bind(&ids).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn put_seen_one(&self, one: &SeenSubscription) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        put(&mut tx, one).await?;
        Ok(tx.commit().await?)
    }

    async fn put_deleted(&self, webhook_id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        DELETE_SEEN.bind(webhook_id.to_string()).execute(&mut *tx).await?;
        END_OURS.bind(webhook_id.to_string()).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn put_measured(&self, webhook_id: Uuid, measured: &Measured) -> Result<(), StoreError> {
        let figures = serde_json::to_string(&measured.figures).map_err(|_| StoreError::Unreadable("figure"))?;
        let put = PUT_MEASURED.bind(figures).bind(micros(measured.at)).bind(measured.oldest_dead.map(micros));
        put.bind(webhook_id.to_string()).execute(self.writer()?).await?;
        Ok(())
    }

    async fn seen(&self) -> Result<Vec<(SeenSubscription, Option<Measured>)>, StoreError> {
        SEEN.query().all(&self.read).await
    }

    async fn put_look(&self, at: OffsetDateTime, problem: Option<&str>) -> Result<(), StoreError> {
        let put = PUT_LOOK.bind(problem.is_none().then(|| micros(at))).bind(micros(at));
        put.bind(problem).execute(self.writer()?).await?;
        Ok(())
    }

    async fn last_look(&self) -> Result<LastLook, StoreError> {
        Ok(LAST_LOOK.query().optional(&self.read).await?.unwrap_or_default())
    }
}
