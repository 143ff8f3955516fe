use async_trait::async_trait;
use domain::{staff::Role, timestamp::micros};
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{SqliteStore, rows};
use crate::store::{NewStaff, OneTimeLink, Staff, StaffRow, StoreError};

fn staff(row: &SqliteRow) -> Result<StaffRow, StoreError> {
    Ok(StaffRow {
        id: rows::uuid(row, "id")?,
        email: row.try_get("email")?,
        role: Role::from_name(row.try_get("role")?).ok_or(StoreError::Unreadable("role"))?,
        password_hash: row.try_get("password_hash")?,
        demo: row.try_get("demo")?,
    })
}

#[async_trait]
impl Staff for SqliteStore {
    async fn staff_by_email(&self, email: &str) -> Result<Option<StaffRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM staff WHERE email = ?").bind(email).fetch_optional(&self.read).await?;
        row.as_ref().map(staff).transpose()
    }

    async fn staff_by_id(&self, id: Uuid) -> Result<Option<StaffRow>, StoreError> {
        let row =
            sqlx::query("SELECT * FROM staff WHERE id = ?").bind(id.to_string()).fetch_optional(&self.read).await?;
        row.as_ref().map(staff).transpose()
    }

    async fn add_staff(&self, new: &NewStaff) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO staff (id, email, role, password_hash, demo, created_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (email) DO NOTHING",
        )
        .bind(new.row.id.to_string())
        .bind(&new.row.email)
        .bind(new.row.role.name())
        .bind(&new.row.password_hash)
        .bind(new.row.demo)
        .bind(micros(new.created_at))
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn set_password(&self, id: Uuid, password_hash: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE staff SET password_hash = ? WHERE id = ?");
        query.bind(password_hash).bind(id.to_string()).execute(&self.write).await?;
        Ok(())
    }

    async fn has_administrator(&self) -> Result<bool, StoreError> {
        let query = "SELECT EXISTS (SELECT 1 FROM staff WHERE role = 'administrator' AND NOT demo AND password_hash IS NOT NULL)";
        Ok(sqlx::query_scalar(query).fetch_one(&self.read).await?)
    }

    async fn put_link(&self, link: &OneTimeLink) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let staff_id = link.staff_id.map(|id| id.to_string());
        sqlx::query("DELETE FROM one_time_links WHERE staff_id IS ?").bind(&staff_id).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO one_time_links (code_digest, staff_id, expires_at) VALUES (?, ?, ?)")
            .bind(&link.code_digest)
            .bind(&staff_id)
            .bind(micros(link.expires_at))
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn link(&self, code_digest: &str, now: OffsetDateTime) -> Result<Option<OneTimeLink>, StoreError> {
        let query = sqlx::query("SELECT * FROM one_time_links WHERE code_digest = ? AND expires_at > ?");
        let Some(row) = query.bind(code_digest).bind(micros(now)).fetch_optional(&self.read).await? else {
            return Ok(None);
        };
        Ok(Some(OneTimeLink {
            code_digest: row.try_get("code_digest")?,
            staff_id: rows::optional_uuid(&row, "staff_id")?,
            expires_at: rows::moment(&row, "expires_at")?,
        }))
    }

    async fn use_link(&self, code_digest: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM one_time_links WHERE code_digest = ?");
        Ok(query.bind(code_digest).execute(&self.write).await?.rows_affected() == 1)
    }
}
