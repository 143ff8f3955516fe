use async_trait::async_trait;
use domain::timestamp::micros;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{SqliteStore, rows};
use crate::store::{AcceptedSecret, SigningSecret, StoreError, SubscriptionRow, Subscriptions};

fn secret(row: &SqliteRow) -> Result<SigningSecret, StoreError> {
    Ok(SigningSecret {
        id: rows::uuid(row, "id")?,
        event_name: row.try_get("event_name")?,
        sealed: row.try_get("sealed")?,
        created_at: rows::moment(row, "created_at")?,
    })
}

async fn insert_secret(connection: &mut SqliteConnection, secret: &SigningSecret) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO signing_secrets (id, event_name, sealed, created_at) VALUES (?, ?, ?, ?)")
        .bind(secret.id.to_string())
        .bind(&secret.event_name)
        .bind(&secret.sealed)
        .bind(micros(secret.created_at))
        .execute(connection)
        .await?;
    Ok(())
}

async fn link(connection: &mut SqliteConnection, webhook_id: Uuid, secret_id: Uuid) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO subscription_secrets (webhook_id, secret_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(webhook_id.to_string())
        .bind(secret_id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes secrets that belonged to a subscription and belong to none any more. One whose creation call wasn't answered
/// never belonged to any.
const FORGET_UNUSED: &str = "DELETE FROM signing_secrets WHERE id IN (SELECT value FROM json_each(?))
    AND NOT EXISTS (SELECT 1 FROM subscription_secrets l WHERE l.secret_id = signing_secrets.id)";

#[async_trait]
impl Subscriptions for SqliteStore {
    async fn put_secret(&self, secret: &SigningSecret) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        insert_secret(&mut tx, secret).await?;
        Ok(tx.commit().await?)
    }

    async fn put_subscriptions(&self, secret_id: Uuid, rows: &[SubscriptionRow]) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO subscriptions (webhook_id, event_name, url, status, created_at) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (webhook_id) DO UPDATE SET url = excluded.url, status = excluded.status",
            )
            .bind(row.webhook_id.to_string())
            .bind(&row.event_name)
            .bind(&row.url)
            .bind(&row.status)
            .bind(micros(row.created_at))
            .execute(&mut *tx)
            .await?;
            link(&mut tx, row.webhook_id, secret_id).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn subscriptions(&self) -> Result<Vec<SubscriptionRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM subscriptions ORDER BY event_name").fetch_all(&self.read).await?;
        let subscriptions = rows.iter().map(|row| {
            Ok(SubscriptionRow {
                webhook_id: rows::uuid(row, "webhook_id")?,
                event_name: row.try_get("event_name")?,
                url: row.try_get("url")?,
                status: row.try_get("status")?,
                created_at: rows::moment(row, "created_at")?,
            })
        });
        subscriptions.collect()
    }

    async fn set_subscription_status(&self, webhook_id: Uuid, status: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE subscriptions SET status = ? WHERE webhook_id = ?");
        query.bind(status).bind(webhook_id.to_string()).execute(&self.write).await?;
        Ok(())
    }

    async fn set_subscription_url(&self, webhook_id: Uuid, url: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE subscriptions SET url = ? WHERE webhook_id = ?");
        query.bind(url).bind(webhook_id.to_string()).execute(&self.write).await?;
        Ok(())
    }

    async fn disown(&self, webhook_id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let id = webhook_id.to_string();
        let secrets: Option<String> =
            sqlx::query("SELECT json_group_array(secret_id) AS ids FROM subscription_secrets WHERE webhook_id = ?")
                .bind(&id)
                .fetch_one(&mut *tx)
                .await?
                .try_get("ids")?;
        sqlx::query("DELETE FROM subscriptions WHERE webhook_id = ?").bind(&id).execute(&mut *tx).await?;
        sqlx::query(FORGET_UNUSED).bind(secrets).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn secrets_of(&self, webhook_id: Uuid) -> Result<Vec<AcceptedSecret>, StoreError> {
        let query = sqlx::query(
            "SELECT s.*, l.accept_until FROM signing_secrets s JOIN subscription_secrets l ON l.secret_id = s.id
             WHERE l.webhook_id = ?
             ORDER BY l.accept_until IS NOT NULL, s.created_at DESC, s.rowid DESC",
        );
        let rows = query.bind(webhook_id.to_string()).fetch_all(&self.read).await?;
        let accepted = rows
            .iter()
            .map(|row| Ok(AcceptedSecret { secret: secret(row)?, until: rows::optional_moment(row, "accept_until")? }));
        accepted.collect()
    }

    async fn add_secret(&self, webhook_id: Uuid, secret: &SigningSecret) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        insert_secret(&mut tx, secret).await?;
        link(&mut tx, webhook_id, secret.id).await?;
        Ok(tx.commit().await?)
    }

    async fn retire_secrets(
        &self,
        webhook_id: Uuid,
        kept: Option<Uuid>,
        until: OffsetDateTime,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE subscription_secrets SET accept_until = min(coalesce(accept_until, ?1), ?1)
             WHERE webhook_id = ?2 AND secret_id IS NOT ?3",
        )
        .bind(micros(until))
        .bind(webhook_id.to_string())
        .bind(kept.map(|id| id.to_string()))
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn forget_retired_secrets(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let secrets: Option<String> =
            sqlx::query("SELECT json_group_array(secret_id) AS ids FROM subscription_secrets WHERE accept_until < ?")
                .bind(micros(now))
                .fetch_one(&mut *tx)
                .await?
                .try_get("ids")?;
        let done = sqlx::query("DELETE FROM subscription_secrets WHERE accept_until < ?")
            .bind(micros(now))
            .execute(&mut *tx)
            .await?;
        sqlx::query(FORGET_UNUSED).bind(secrets).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    async fn pending_secrets(&self, since: OffsetDateTime) -> Result<Vec<SigningSecret>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM signing_secrets s WHERE created_at >= ?
             AND NOT EXISTS (SELECT 1 FROM subscription_secrets l WHERE l.secret_id = s.id)",
        );
        let rows = query.bind(micros(since)).fetch_all(&self.read).await?;
        rows.iter().map(secret).collect()
    }
}
