use async_trait::async_trait;
use sqlx::{Row, sqlite::SqliteRow};

use super::{
    SqliteStore, rows,
    statement::{no_rows, statements},
};
use crate::store::{Installation, InstallationStore, SealedValue, StoreError};

statements! {
    NOTED: Installation = installation("SELECT sealed_probe, sandbox FROM installation WHERE id = 1");
    NOTE: () = no_rows("INSERT INTO installation (id, sealed_probe, sandbox) VALUES (1, ?, ?) ON CONFLICT DO NOTHING");
    ANY_SECRET: Vec<u8> = rows::first("SELECT sealed FROM signing_secrets ORDER BY id LIMIT 1");
    ANY_INVITATION: Vec<u8> = rows::first("SELECT sealed_id FROM invitations ORDER BY id LIMIT 1");
}

fn installation(row: &SqliteRow) -> Result<Installation, StoreError> {
    Ok(Installation { sealed_probe: row.try_get("sealed_probe")?, sandbox: row.try_get("sandbox")? })
}

#[async_trait]
impl InstallationStore for SqliteStore {
    async fn installation(&self) -> Result<Option<Installation>, StoreError> {
        NOTED.query().optional(&self.read).await
    }

    async fn note_installation(&self, installation: &Installation) -> Result<(), StoreError> {
        NOTE.bind(&installation.sealed_probe).bind(installation.sandbox).execute(self.writer()?).await?;
        Ok(())
    }

    async fn any_sealed(&self) -> Result<Option<SealedValue>, StoreError> {
        if let Some(secret) = ANY_SECRET.query().optional(&self.read).await? {
            return Ok(Some(SealedValue::SigningSecret(secret)));
        }
        Ok(ANY_INVITATION.query().optional(&self.read).await?.map(SealedValue::InvitationId))
    }
}
