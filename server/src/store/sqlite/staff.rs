use async_trait::async_trait;
use domain::{staff::Role, timestamp::micros};
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    SqliteStore, rows,
    statement::{no_rows, statements},
};
use crate::store::{NewStaff, OneTimeLink, StaffRow, StaffStore, StoreError};

/// The columns of [`staff`].
const STAFF: &str = "id, email, role, password_hash, demo";

statements! {
    BY_EMAIL: StaffRow = staff("SELECT ", STAFF, " FROM staff WHERE email = ?");
    BY_ID: StaffRow = staff("SELECT ", STAFF, " FROM staff WHERE id = ?");
    ADD: () = no_rows(
        "INSERT INTO staff (id, email, role, password_hash, demo, created_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (email) DO NOTHING",
    );
    SET_PASSWORD: () = no_rows("UPDATE staff SET password_hash = ? WHERE id = ?");
    HAS_ADMINISTRATOR: bool = rows::first(
        "SELECT EXISTS (SELECT 1 FROM staff WHERE role = 'administrator' AND NOT demo AND password_hash IS NOT NULL)
         AS has_administrator",
    );
    DELETE_LINKS_OF: () = no_rows("DELETE FROM one_time_links WHERE staff_id IS ?");
    ADD_LINK: () = no_rows("INSERT INTO one_time_links (code_digest, staff_id, expires_at) VALUES (?, ?, ?)");
    LINK: OneTimeLink = link(
        "SELECT code_digest, staff_id, expires_at FROM one_time_links WHERE code_digest = ? AND expires_at > ?",
    );
    USE_LINK: () = no_rows("DELETE FROM one_time_links WHERE code_digest = ?");
}

fn staff(row: &SqliteRow) -> Result<StaffRow, StoreError> {
    Ok(StaffRow {
        id: rows::uuid(row, "id")?,
        email: row.try_get("email")?,
        role: Role::from_name(row.try_get("role")?).ok_or(StoreError::Unreadable("role"))?,
        password_hash: row.try_get("password_hash")?,
        demo: row.try_get("demo")?,
    })
}

fn link(row: &SqliteRow) -> Result<OneTimeLink, StoreError> {
    Ok(OneTimeLink {
        code_digest: row.try_get("code_digest")?,
        staff_id: rows::optional_uuid(row, "staff_id")?,
        expires_at: rows::moment(row, "expires_at")?,
    })
}

#[async_trait]
impl StaffStore for SqliteStore {
    async fn staff_by_email(&self, email: &str) -> Result<Option<StaffRow>, StoreError> {
        BY_EMAIL.bind(email).optional(&self.read).await
    }

    async fn staff_by_id(&self, id: Uuid) -> Result<Option<StaffRow>, StoreError> {
        BY_ID.bind(id.to_string()).optional(&self.read).await
    }

    async fn add_staff(&self, new: &NewStaff) -> Result<bool, StoreError> {
        let add = ADD.bind(new.row.id.to_string()).bind(&new.row.email).bind(new.row.role.name());
        let add = add.bind(&new.row.password_hash).bind(new.row.demo).bind(micros(new.created_at));
        Ok(add.execute(self.writer()?).await? == 1)
    }

    async fn set_password(&self, id: Uuid, password_hash: &str) -> Result<(), StoreError> {
        SET_PASSWORD.bind(password_hash).bind(id.to_string()).execute(self.writer()?).await?;
        Ok(())
    }

    async fn has_administrator(&self) -> Result<bool, StoreError> {
        HAS_ADMINISTRATOR.query().one(&self.read).await
    }

    async fn put_link(&self, link: &OneTimeLink) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        let staff_id = link.staff_id.map(|id| id.to_string());
        DELETE_LINKS_OF.bind(&staff_id).execute(&mut *tx).await?;
        let add = ADD_LINK.bind(&link.code_digest).bind(&staff_id).bind(micros(link.expires_at));
        add.execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn link(&self, code_digest: &str, now: OffsetDateTime) -> Result<Option<OneTimeLink>, StoreError> {
        LINK.bind(code_digest).bind(micros(now)).optional(&self.read).await
    }

    async fn use_link(&self, code_digest: &str) -> Result<bool, StoreError> {
        Ok(USE_LINK.bind(code_digest).execute(self.writer()?).await? == 1)
    }
}
