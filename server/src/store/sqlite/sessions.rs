use async_trait::async_trait;
use domain::timestamp::micros;
use sqlx::Row;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{SqliteStore, rows};
use crate::store::{SessionRow, Sessions, StoreError};

#[async_trait]
impl Sessions for SqliteStore {
    async fn add_session(&self, session: &SessionRow) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "INSERT INTO sessions (id_digest, staff_id, data, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        );
        let query = query.bind(&session.id_digest).bind(session.staff_id.map(|id| id.to_string()));
        let done = query.bind(&session.data).bind(micros(session.expires_at)).execute(&self.write).await?;
        Ok(done.rows_affected() == 1)
    }

    async fn put_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE sessions SET staff_id = ?, data = ?, expires_at = ? WHERE id_digest = ?");
        let query = query.bind(session.staff_id.map(|id| id.to_string())).bind(&session.data);
        query.bind(micros(session.expires_at)).bind(&session.id_digest).execute(&self.write).await?;
        Ok(())
    }

    async fn session(&self, id_digest: &str, now: OffsetDateTime) -> Result<Option<SessionRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM sessions WHERE id_digest = ? AND expires_at > ?");
        let Some(row) = query.bind(id_digest).bind(micros(now)).fetch_optional(&self.read).await? else {
            return Ok(None);
        };
        Ok(Some(SessionRow {
            id_digest: row.try_get("id_digest")?,
            staff_id: rows::optional_uuid(&row, "staff_id")?,
            data: row.try_get("data")?,
            expires_at: rows::moment(&row, "expires_at")?,
        }))
    }

    async fn end_session(&self, id_digest: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE id_digest = ?").bind(id_digest).execute(&self.write).await?;
        Ok(())
    }

    async fn end_sessions_of(&self, staff_id: Uuid) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE staff_id = ?").bind(staff_id.to_string()).execute(&self.write).await?;
        Ok(())
    }

    async fn forget_ended_sessions(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM sessions WHERE expires_at <= ?");
        Ok(query.bind(micros(now)).execute(&self.write).await?.rows_affected())
    }
}
