use async_trait::async_trait;
use domain::{events::fact::Fact, timestamp::micros};
use sqlx::sqlite::SqliteRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    SqliteStore,
    rows::{self, FACT, FLEET, INVITATION},
    statement::statements,
};
use crate::store::{FleetKey, FleetRow, InvitationRow, InvitationStore, ListCursor, ListedInvitation, StoreError};

statements! {
    LIST: ListedInvitation = listed(
        "SELECT i.id, i.stage, i.created_at, i.expires_at, ", FLEET, "
         FROM invitations i JOIN fleets f ON f.id = i.fleet
         WHERE (i.created_at, i.id) < (?, ?) ORDER BY i.created_at DESC, i.id DESC LIMIT ?",
    );
    BY_ID: InvitationRow = rows::invitation("SELECT ", INVITATION, " FROM invitations WHERE id = ?");
    BY_DIGEST: InvitationRow = rows::invitation("SELECT ", INVITATION, " FROM invitations WHERE digest = ?");
    OF_FLEET: InvitationRow = rows::invitation(
        "SELECT ", INVITATION, " FROM invitations WHERE fleet = ? ORDER BY created_at DESC, id DESC",
    );
    DIFFERENCES: Option<String> = rows::first("SELECT differences FROM invitations WHERE id = ?");
    RAN_OUT: InvitationRow = rows::invitation(
        "SELECT ", INVITATION, " FROM invitations WHERE stage IN ('created', 'sent', 'viewed') AND expires_at < ?
         ORDER BY expires_at LIMIT ?",
    );
    FLEET_BY_KEY: FleetRow = rows::fleet("SELECT ", FLEET, " FROM fleets f WHERE f.id = ?");
    FLEET_BY_REF: FleetRow = rows::fleet("SELECT ", FLEET, " FROM fleets f WHERE f.fleet_ref = ?");
    SPELT_OTHERWISE: String = rows::first(
        "SELECT fleet_ref FROM fleets WHERE fleet_ref = ?1 COLLATE NOCASE AND fleet_ref <> ?1 ORDER BY fleet_ref LIMIT ?2",
    );
    FACTS_OF: Fact = rows::fact("SELECT ", FACT, " FROM facts WHERE fleet = ?");
}

fn listed(row: &SqliteRow) -> Result<ListedInvitation, StoreError> {
    Ok(ListedInvitation {
        id: rows::uuid(row, "id")?,
        stage: rows::stage(row, "stage")?,
        created_at: rows::moment(row, "created_at")?,
        expires_at: rows::moment(row, "expires_at")?,
        fleet: rows::fleet(row)?,
    })
}

#[async_trait]
impl InvitationStore for SqliteStore {
    async fn invitations(&self, after: Option<ListCursor>, limit: u32) -> Result<Vec<ListedInvitation>, StoreError> {
        let (created_at, id) = match after {
            Some(cursor) => (micros(cursor.created_at), cursor.id.to_string()),
            None => (i64::MAX, String::new()),
        };
        LIST.bind(created_at).bind(id).bind(limit).all(&self.read).await
    }

    async fn invitation(&self, id: Uuid) -> Result<Option<InvitationRow>, StoreError> {
        BY_ID.bind(id.to_string()).optional(&self.read).await
    }

    async fn invitation_by_digest(&self, digest: &str) -> Result<Option<InvitationRow>, StoreError> {
        BY_DIGEST.bind(digest).optional(&self.read).await
    }

    async fn invitations_of(&self, fleet: FleetKey) -> Result<Vec<InvitationRow>, StoreError> {
        OF_FLEET.bind(fleet.0).all(&self.read).await
    }

    async fn differences(&self, id: Uuid) -> Result<Option<String>, StoreError> {
        Ok(DIFFERENCES.bind(id.to_string()).optional(&self.read).await?.flatten())
    }

    async fn expired_unanswered(&self, now: OffsetDateTime, limit: u32) -> Result<Vec<InvitationRow>, StoreError> {
        RAN_OUT.bind(micros(now)).bind(limit).all(&self.read).await
    }

    async fn fleet(&self, key: FleetKey) -> Result<Option<FleetRow>, StoreError> {
        FLEET_BY_KEY.bind(key.0).optional(&self.read).await
    }

    async fn fleet_by_ref(&self, fleet_ref: &str) -> Result<Option<FleetRow>, StoreError> {
        FLEET_BY_REF.bind(fleet_ref).optional(&self.read).await
    }

    async fn spelt_otherwise(&self, fleet_ref: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        SPELT_OTHERWISE.bind(fleet_ref).bind(limit).all(&self.read).await
    }

    async fn facts_of(&self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError> {
        FACTS_OF.bind(fleet.0).all(&self.read).await
    }
}
