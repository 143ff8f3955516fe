use async_trait::async_trait;
use domain::timestamp::micros;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    SqliteStore, rows,
    statement::{no_rows, statements},
};
use crate::store::{AcceptedSecret, SigningSecret, StoreError, SubscriptionRow, SubscriptionStore};

/// The columns of [`secret`], of `signing_secrets s`.
const SECRET: &str = "s.id, s.event_name, s.sealed, s.created_at";

statements! {
    ADD_SECRET: () = no_rows("INSERT INTO signing_secrets (id, event_name, sealed, created_at) VALUES (?, ?, ?, ?)");
    LINK_SECRET: () = no_rows(
        "INSERT INTO subscription_secrets (webhook_id, secret_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
    );
    // Removes secrets that no subscription uses any more. It is given those that one did use: a secret whose creation call
    // is still unanswered has never had a subscription and must stay.
    FORGET_UNUSED: () = no_rows(
        "DELETE FROM signing_secrets WHERE id IN (SELECT value FROM json_each(?))
         AND NOT EXISTS (SELECT 1 FROM subscription_secrets l WHERE l.secret_id = signing_secrets.id)",
    );
    PUT: () = no_rows(
        "INSERT INTO subscriptions (webhook_id, event_name, url, status, created_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (webhook_id) DO UPDATE SET url = excluded.url, status = excluded.status",
    );
    ALL: SubscriptionRow = subscription(
        "SELECT webhook_id, event_name, url, status, created_at FROM subscriptions ORDER BY event_name",
    );
    pub(super) SET_STATUS: () = no_rows("UPDATE subscriptions SET status = ? WHERE webhook_id = ?");
    SET_URL: () = no_rows("UPDATE subscriptions SET url = ? WHERE webhook_id = ?");
    DELETE: () = no_rows("DELETE FROM subscriptions WHERE webhook_id = ?");
    SECRET_IDS_OF: String = rows::first(
        "SELECT json_group_array(secret_id) AS ids FROM subscription_secrets WHERE webhook_id = ?",
    );
    SECRETS_OF: AcceptedSecret = accepted(
        "SELECT ", SECRET, ", l.accept_until
         FROM signing_secrets s JOIN subscription_secrets l ON l.secret_id = s.id
         WHERE l.webhook_id = ?
         ORDER BY l.accept_until IS NOT NULL, s.created_at DESC, s.rowid DESC",
    );
    RETIRE_SECRETS: () = no_rows(
        "UPDATE subscription_secrets SET accept_until = min(coalesce(accept_until, ?1), ?1)
         WHERE webhook_id = ?2 AND secret_id IS NOT ?3",
    );
    RETIRED_SECRET_IDS: String = rows::first(
        "SELECT json_group_array(secret_id) AS ids FROM subscription_secrets WHERE accept_until < ?",
    );
    UNLINK_RETIRED: () = no_rows("DELETE FROM subscription_secrets WHERE accept_until < ?");
    PENDING_SECRETS: SigningSecret = secret(
        "SELECT ", SECRET, " FROM signing_secrets s WHERE s.created_at >= ?
         AND NOT EXISTS (SELECT 1 FROM subscription_secrets l WHERE l.secret_id = s.id)",
    );
}

fn secret(row: &SqliteRow) -> Result<SigningSecret, StoreError> {
    Ok(SigningSecret {
        id: rows::uuid(row, "id")?,
        event_name: row.try_get("event_name")?,
        sealed: row.try_get("sealed")?,
        created_at: rows::moment(row, "created_at")?,
    })
}

fn accepted(row: &SqliteRow) -> Result<AcceptedSecret, StoreError> {
    Ok(AcceptedSecret { secret: secret(row)?, until: rows::optional_moment(row, "accept_until")? })
}

fn subscription(row: &SqliteRow) -> Result<SubscriptionRow, StoreError> {
    Ok(SubscriptionRow {
        webhook_id: rows::uuid(row, "webhook_id")?,
        event_name: row.try_get("event_name")?,
        url: row.try_get("url")?,
        status: row.try_get("status")?,
        created_at: rows::moment(row, "created_at")?,
    })
}

async fn insert_secret(connection: &mut SqliteConnection, secret: &SigningSecret) -> Result<(), StoreError> {
    let add = ADD_SECRET.bind(secret.id.to_string()).bind(&secret.event_name).bind(&secret.sealed);
    add.bind(micros(secret.created_at)).execute(connection).await?;
    Ok(())
}

async fn link(connection: &mut SqliteConnection, webhook_id: Uuid, secret_id: Uuid) -> Result<(), StoreError> {
    LINK_SECRET.bind(webhook_id.to_string()).bind(secret_id.to_string()).execute(connection).await?;
    Ok(())
}

#[async_trait]
impl SubscriptionStore for SqliteStore {
    async fn put_secret(&self, secret: &SigningSecret) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        insert_secret(&mut tx, secret).await?;
        Ok(tx.commit().await?)
    }

    async fn put_subscriptions(&self, secret_id: Uuid, rows: &[SubscriptionRow]) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        for row in rows {
            let put = PUT.bind(row.webhook_id.to_string()).bind(&row.event_name).bind(&row.url).bind(&row.status);
            put.bind(micros(row.created_at)).execute(&mut *tx).await?;
            link(&mut tx, row.webhook_id, secret_id).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn subscriptions(&self) -> Result<Vec<SubscriptionRow>, StoreError> {
        ALL.query().all(&self.read).await
    }

    async fn set_subscription_status(&self, webhook_id: Uuid, status: &str) -> Result<(), StoreError> {
        SET_STATUS.bind(status).bind(webhook_id.to_string()).execute(self.writer()?).await?;
        Ok(())
    }

    async fn set_subscription_url(&self, webhook_id: Uuid, url: &str) -> Result<(), StoreError> {
        SET_URL.bind(url).bind(webhook_id.to_string()).execute(self.writer()?).await?;
        Ok(())
    }

    async fn disown(&self, webhook_id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        let id = webhook_id.to_string();
        let secrets = SECRET_IDS_OF.bind(&id).one(&mut *tx).await?;
        DELETE.bind(&id).execute(&mut *tx).await?;
        FORGET_UNUSED.bind(secrets).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn secrets_of(&self, webhook_id: Uuid) -> Result<Vec<AcceptedSecret>, StoreError> {
        SECRETS_OF.bind(webhook_id.to_string()).all(&self.read).await
    }

    async fn add_secret(&self, webhook_id: Uuid, secret: &SigningSecret) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
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
        let retire = RETIRE_SECRETS.bind(micros(until)).bind(webhook_id.to_string());
        retire.bind(kept.map(|id| id.to_string())).execute(self.writer()?).await?;
        Ok(())
    }

    async fn delete_retired_secrets(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        let secrets = RETIRED_SECRET_IDS.bind(micros(now)).one(&mut *tx).await?;
        let unlinked = UNLINK_RETIRED.bind(micros(now)).execute(&mut *tx).await?;
        FORGET_UNUSED.bind(secrets).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(unlinked)
    }

    async fn pending_secrets(&self, since: OffsetDateTime) -> Result<Vec<SigningSecret>, StoreError> {
        PENDING_SECRETS.bind(micros(since)).all(&self.read).await
    }
}
