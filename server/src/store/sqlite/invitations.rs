use async_trait::async_trait;
use domain::{events::fact::Fact, timestamp::micros};
use sqlx::AssertSqlSafe;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{SqliteStore, rows};
use crate::store::{FleetKey, FleetRow, InvitationRow, Invitations, ListCursor, ListedInvitation, StoreError};

/// The columns of [`rows::fleet`].
pub(super) const FLEET: &str = "f.id AS fleet, f.fleet_ref, f.name, f.stage AS fleet_stage, f.health";

#[async_trait]
impl Invitations for SqliteStore {
    async fn invitations(&self, behind: Option<ListCursor>, limit: u32) -> Result<Vec<ListedInvitation>, StoreError> {
        let (created_at, id) = match behind {
            Some(cursor) => (micros(cursor.created_at), cursor.id.to_string()),
            None => (i64::MAX, String::new()),
        };
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT i.id, i.stage, i.created_at, i.expires_at, {FLEET}
             FROM invitations i JOIN fleets f ON f.id = i.fleet
             WHERE (i.created_at, i.id) < (?, ?) ORDER BY i.created_at DESC, i.id DESC LIMIT ?"
        )));
        let rows = query.bind(created_at).bind(id).bind(limit).fetch_all(&self.read).await?;
        let listed = rows.iter().map(|row| {
            Ok(ListedInvitation {
                id: rows::uuid(row, "id")?,
                stage: rows::stage(row, "stage")?,
                created_at: rows::moment(row, "created_at")?,
                expires_at: rows::moment(row, "expires_at")?,
                fleet: rows::fleet(row)?,
            })
        });
        listed.collect()
    }

    async fn invitation(&self, id: Uuid) -> Result<Option<InvitationRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM invitations WHERE id = ?");
        let row = query.bind(id.to_string()).fetch_optional(&self.read).await?;
        row.as_ref().map(rows::invitation).transpose()
    }

    async fn invitation_by_digest(&self, digest: &str) -> Result<Option<InvitationRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM invitations WHERE digest = ?");
        let row = query.bind(digest).fetch_optional(&self.read).await?;
        row.as_ref().map(rows::invitation).transpose()
    }

    async fn invitations_of(&self, fleet: FleetKey) -> Result<Vec<InvitationRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM invitations WHERE fleet = ? ORDER BY created_at DESC, id DESC");
        let rows = query.bind(fleet.0).fetch_all(&self.read).await?;
        rows.iter().map(rows::invitation).collect()
    }

    async fn differences(&self, id: Uuid) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar("SELECT differences FROM invitations WHERE id = ?");
        Ok(query.bind(id.to_string()).fetch_optional(&self.read).await?.flatten())
    }

    async fn ran_out(&self, now: OffsetDateTime, limit: u32) -> Result<Vec<InvitationRow>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM invitations WHERE stage IN ('created', 'sent', 'viewed') AND expires_at < ?
             ORDER BY expires_at LIMIT ?",
        );
        let rows = query.bind(micros(now)).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(rows::invitation).collect()
    }

    async fn fleet(&self, key: FleetKey) -> Result<Option<FleetRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT {FLEET} FROM fleets f WHERE f.id = ?")));
        let row = query.bind(key.0).fetch_optional(&self.read).await?;
        row.as_ref().map(rows::fleet).transpose()
    }

    async fn fleet_by_ref(&self, fleet_ref: &str) -> Result<Option<FleetRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT {FLEET} FROM fleets f WHERE f.fleet_ref = ?")));
        let row = query.bind(fleet_ref).fetch_optional(&self.read).await?;
        row.as_ref().map(rows::fleet).transpose()
    }

    async fn spelt_otherwise(&self, fleet_ref: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query_scalar(
            "SELECT fleet_ref FROM fleets WHERE fleet_ref = ?1 COLLATE NOCASE AND fleet_ref <> ?1 ORDER BY fleet_ref LIMIT ?2",
        );
        Ok(query.bind(fleet_ref).bind(limit).fetch_all(&self.read).await?)
    }

    async fn facts_of(&self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT {} FROM facts WHERE fleet = ?", rows::FACT)));
        let rows = query.bind(fleet.0).fetch_all(&self.read).await?;
        rows.iter().map(rows::fact).collect()
    }
}
