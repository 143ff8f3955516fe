use app::domain::moment::micros;
use async_trait::async_trait;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::{SqliteStore, rows};
use crate::store::{DeliveryKey, DeliveryRow, DeliveryState, Inbox, NewDelivery, StoreError, ToDo};

/// Rows in one INSERT; SQLite takes 32,766 values in a statement and a delivery has nine.
const CHUNK: usize = 500;

#[async_trait]
impl Inbox for SqliteStore {
    async fn append(&self, deliveries: &[NewDelivery], quarantine_max: u32) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for chunk in deliveries.chunks(CHUNK) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO deliveries
                 (received_at, state, reason, webhook_id, event_name, attempt, sent_at, signature, sealed_body) ",
            );
            insert.push_values(chunk, |mut row, delivery| {
                row.push_bind(micros(delivery.received_at))
                    .push_bind(delivery.state.name())
                    .push_bind(&delivery.reason)
                    .push_bind(&delivery.webhook_id)
                    .push_bind(&delivery.event_name)
                    .push_bind(delivery.attempt)
                    .push_bind(&delivery.sent_at)
                    .push_bind(&delivery.signature)
                    .push_bind(&delivery.sealed_body);
            });
            insert.build().execute(&mut *tx).await?;
        }
        if deliveries.iter().any(|delivery| delivery.state == DeliveryState::Quarantined) {
            let query = sqlx::query(
                "DELETE FROM deliveries WHERE state = 'quarantined' AND id <=
                 (SELECT id FROM deliveries WHERE state = 'quarantined' ORDER BY id DESC LIMIT 1 OFFSET ?)",
            );
            query.bind(quarantine_max).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn to_do(&self, limit: u32) -> Result<Vec<ToDo>, StoreError> {
        let query = sqlx::query(
            "SELECT id, event_name, sent_at, received_at, sealed_body FROM deliveries WHERE state = 'received' ORDER BY id LIMIT ?",
        );
        let rows = query.bind(limit).fetch_all(&self.read).await?;
        let to_do = rows.iter().map(|row| {
            Ok(ToDo {
                key: DeliveryKey(row.try_get("id")?),
                event_name: row.try_get("event_name")?,
                sent_at: row.try_get("sent_at")?,
                received_at: rows::moment(row, "received_at")?,
                sealed_body: row.try_get("sealed_body")?,
            })
        });
        to_do.collect()
    }

    async fn deliveries(&self, limit: u32) -> Result<Vec<DeliveryRow>, StoreError> {
        let query = sqlx::query(
            "SELECT id, received_at, state, reason, event_name, event_id FROM deliveries ORDER BY id DESC LIMIT ?",
        );
        let rows = query.bind(limit).fetch_all(&self.read).await?;
        let deliveries = rows.iter().map(|row| {
            Ok(DeliveryRow {
                key: DeliveryKey(row.try_get("id")?),
                received_at: rows::moment(row, "received_at")?,
                state: DeliveryState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))?,
                reason: row.try_get("reason")?,
                event_name: row.try_get("event_name")?,
                event_id: rows::optional_uuid(row, "event_id")?,
            })
        });
        deliveries.collect()
    }
}
