use app::domain::moment::micros;
use async_trait::async_trait;
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{SqliteStore, rows};
use crate::store::{SigningSecret, StoreError, SubscriptionRow, Subscriptions};

fn secret(row: &SqliteRow) -> Result<SigningSecret, StoreError> {
    Ok(SigningSecret {
        id: rows::uuid(row, "id")?,
        event_name: row.try_get("event_name")?,
        sealed: row.try_get("sealed")?,
        created_at: rows::moment(row, "created_at")?,
    })
}

#[async_trait]
impl Subscriptions for SqliteStore {
    async fn put_secret(&self, secret: &SigningSecret) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO signing_secrets (id, event_name, sealed, created_at) VALUES (?, ?, ?, ?)")
            .bind(secret.id.to_string())
            .bind(&secret.event_name)
            .bind(&secret.sealed)
            .bind(micros(secret.created_at))
            .execute(&self.write)
            .await?;
        Ok(())
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
            sqlx::query(
                "INSERT INTO subscription_secrets (webhook_id, secret_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(row.webhook_id.to_string())
            .bind(secret_id.to_string())
            .execute(&mut *tx)
            .await?;
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

    async fn secrets_of(&self, webhook_id: Uuid) -> Result<Vec<SigningSecret>, StoreError> {
        let query = sqlx::query(
            "SELECT s.* FROM signing_secrets s JOIN subscription_secrets l ON l.secret_id = s.id
             WHERE l.webhook_id = ? ORDER BY s.created_at DESC",
        );
        let rows = query.bind(webhook_id.to_string()).fetch_all(&self.read).await?;
        rows.iter().map(secret).collect()
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
