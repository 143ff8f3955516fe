use async_trait::async_trait;
use domain::timestamp::micros;
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    SqliteStore, rows,
    statement::{no_rows, statements},
};
use crate::store::{SessionRow, SessionStore, StoreError};

statements! {
    ADD: () = no_rows(
        "INSERT INTO sessions (id_digest, staff_id, data, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    UPDATE: () = no_rows("UPDATE sessions SET staff_id = ?, data = ?, expires_at = ? WHERE id_digest = ?");
    BY_DIGEST: SessionRow = session(
        "SELECT id_digest, staff_id, data, expires_at FROM sessions WHERE id_digest = ? AND expires_at > ?",
    );
    END: () = no_rows("DELETE FROM sessions WHERE id_digest = ?");
    END_OF_STAFF: () = no_rows("DELETE FROM sessions WHERE staff_id = ?");
    FORGET_ENDED: () = no_rows("DELETE FROM sessions WHERE expires_at <= ?");
}

fn session(row: &SqliteRow) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id_digest: row.try_get("id_digest")?,
        staff_id: rows::optional_uuid(row, "staff_id")?,
        data: row.try_get("data")?,
        expires_at: rows::moment(row, "expires_at")?,
    })
}

#[async_trait]
impl SessionStore for SqliteStore {
    async fn add_session(&self, session: &SessionRow) -> Result<bool, StoreError> {
        let add = ADD.bind(&session.id_digest).bind(session.staff_id.map(|id| id.to_string()));
        let add = add.bind(&session.data).bind(micros(session.expires_at));
        Ok(add.execute(self.writer()?).await? == 1)
    }

    async fn put_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        let update = UPDATE.bind(session.staff_id.map(|id| id.to_string())).bind(&session.data);
        update.bind(micros(session.expires_at)).bind(&session.id_digest).execute(self.writer()?).await?;
        Ok(())
    }

    async fn session(&self, id_digest: &str, now: OffsetDateTime) -> Result<Option<SessionRow>, StoreError> {
        BY_DIGEST.bind(id_digest).bind(micros(now)).optional(&self.read).await
    }

    async fn end_session(&self, id_digest: &str) -> Result<(), StoreError> {
        END.bind(id_digest).execute(self.writer()?).await?;
        Ok(())
    }

    async fn end_sessions_of(&self, staff_id: Uuid) -> Result<(), StoreError> {
        END_OF_STAFF.bind(staff_id.to_string()).execute(self.writer()?).await?;
        Ok(())
    }

    async fn delete_ended_sessions(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        FORGET_ENDED.bind(micros(now)).execute(self.writer()?).await
    }
}
