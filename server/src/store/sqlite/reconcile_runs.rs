use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::timestamp::micros;
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    SqliteStore,
    rows::{self, FLEET, INVITATION},
    statement::{no_rows, statements},
};
use crate::store::{Cause, CheckRow, FleetKey, FleetRow, InvitationRow, ProviderRow, ReconcileRunStore, StoreError};

const CHECK: &str = "fleet, cause, started_at, ended_at, complete, found, holes, problem";

/// Holes that no webhook has filled since, neither with a fact of its own (`told`) nor with this very fact (`source`).
const OPEN: &str = "holes h JOIN facts t ON t.id = h.fact WHERE h.found_at >= ? AND h.told = 0 AND t.source = 'check'";

statements! {
    PUT_CHECK: () = no_rows("INSERT INTO checks (", CHECK, ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    FORGET_CHECKS: () = no_rows("DELETE FROM checks WHERE started_at < ?");
    CHECKS: CheckRow = check(
        "SELECT ", CHECK, " FROM checks WHERE fleet IS NULL ORDER BY started_at DESC, id DESC LIMIT ?",
    );
    LAST_CHECK_OF: CheckRow = check(
        "SELECT ", CHECK, " FROM checks WHERE fleet = ? ORDER BY started_at DESC, id DESC LIMIT 1",
    );
    HOLES: u32 = rows::first("SELECT count(*) AS count FROM (SELECT 1 FROM ", OPEN, " LIMIT ?)");
    HOLES_BY_FLEET: (FleetRow, u32) = fleet_and_count(
        "SELECT ", FLEET, ", n.count FROM (SELECT h.fleet, count(*) AS count FROM ", OPEN, " GROUP BY h.fleet) n
         JOIN fleets f ON f.id = n.fleet ORDER BY n.count DESC, f.id LIMIT ?",
    );
    KNOWN_SINCE: OffsetDateTime = created_at("SELECT created_at FROM fleets WHERE id = ?");
    FLEET_BY_CATENA_ID: FleetRow = rows::fleet(
        "SELECT ", FLEET, " FROM catena_fleets c JOIN fleets f ON f.id = c.fleet WHERE c.fleet_id = ?",
    );
    CATENA_IDS_OF: Uuid = fleet_id("SELECT fleet_id FROM catena_fleets WHERE fleet = ? ORDER BY fleet_id");
    UNANSWERED: InvitationRow = rows::invitation(
        "SELECT ", INVITATION, " FROM invitations
         WHERE stage IN ('created', 'sent', 'viewed') AND (expires_at, id) > (?, ?) ORDER BY expires_at, id LIMIT ?",
    );
    UNANSWERED_OF: InvitationRow = rows::invitation(
        "SELECT ", INVITATION, " FROM invitations
         WHERE fleet = ? AND stage IN ('created', 'sent', 'viewed') AND expires_at > ? ORDER BY expires_at, id",
    );
    FLEETS_UNDER_AGREEMENT: FleetRow = rows::fleet(
        "SELECT ", FLEET, " FROM fleets f WHERE f.id > ? AND f.stage IN ('agreement', 'connection', 'connected')
         ORDER BY f.id LIMIT ?",
    );
    DELETE_PROVIDERS: () = no_rows("DELETE FROM providers");
    PUT_PROVIDER: () = no_rows(
        "INSERT OR REPLACE INTO providers (id, slug, source_name, name, read_at) VALUES (?, ?, ?, ?, ?)",
    );
    PROVIDERS_READ_AT: Option<OffsetDateTime> = read_at("SELECT max(read_at) AS read_at FROM providers");
    // Slugs are written with hyphens, integrations with underscores (CONTRACT.md 8).
    PROVIDER_NAME: String = rows::first(
        "SELECT name FROM providers p WHERE source_name = ? AND (replace(slug, '-', '_') = source_name
             OR NOT EXISTS (SELECT 1 FROM providers o WHERE o.source_name = p.source_name AND o.id <> p.id))
         LIMIT 1",
    );
}

fn check(row: &SqliteRow) -> Result<CheckRow, StoreError> {
    Ok(CheckRow {
        fleet: row.try_get::<Option<i64>, _>("fleet")?.map(FleetKey),
        cause: Cause::from_name(row.try_get("cause")?).ok_or(StoreError::Unreadable("cause"))?,
        started_at: rows::moment(row, "started_at")?,
        ended_at: rows::moment(row, "ended_at")?,
        complete: row.try_get("complete")?,
        found: row.try_get("found")?,
        holes: row.try_get("holes")?,
        problem: row.try_get("problem")?,
    })
}

fn fleet_and_count(row: &SqliteRow) -> Result<(FleetRow, u32), StoreError> {
    Ok((rows::fleet(row)?, row.try_get("count")?))
}

fn created_at(row: &SqliteRow) -> Result<OffsetDateTime, StoreError> {
    rows::moment(row, "created_at")
}

fn fleet_id(row: &SqliteRow) -> Result<Uuid, StoreError> {
    rows::uuid(row, "fleet_id")
}

fn read_at(row: &SqliteRow) -> Result<Option<OffsetDateTime>, StoreError> {
    rows::optional_moment(row, "read_at")
}

#[async_trait]
impl ReconcileRunStore for SqliteStore {
    async fn put_check(&self, check: &CheckRow) -> Result<(), StoreError> {
        let put = PUT_CHECK.bind(check.fleet.map(|fleet| fleet.0)).bind(check.cause.name());
        let put = put.bind(micros(check.started_at)).bind(micros(check.ended_at)).bind(check.complete);
        put.bind(check.found).bind(check.holes).bind(&check.problem).execute(self.writer()?).await?;
        Ok(())
    }

    async fn delete_checks(&self, before: OffsetDateTime) -> Result<(), StoreError> {
        FORGET_CHECKS.bind(micros(before)).execute(self.writer()?).await?;
        Ok(())
    }

    async fn checks(&self, limit: u32) -> Result<Vec<CheckRow>, StoreError> {
        CHECKS.bind(limit).all(&self.read).await
    }

    async fn last_check_of(&self, fleet: FleetKey) -> Result<Option<CheckRow>, StoreError> {
        LAST_CHECK_OF.bind(fleet.0).optional(&self.read).await
    }

    async fn holes(&self, since: OffsetDateTime, limit: u32) -> Result<u32, StoreError> {
        HOLES.bind(micros(since)).bind(limit).one(&self.read).await
    }

    async fn holes_by_fleet(&self, since: OffsetDateTime, limit: u32) -> Result<Vec<(FleetRow, u32)>, StoreError> {
        HOLES_BY_FLEET.bind(micros(since)).bind(limit).all(&self.read).await
    }

    async fn known_since(&self, fleet: FleetKey) -> Result<Option<OffsetDateTime>, StoreError> {
        KNOWN_SINCE.bind(fleet.0).optional(&self.read).await
    }

    async fn fleet_by_catena_id(&self, fleet_id: Uuid) -> Result<Option<FleetRow>, StoreError> {
        FLEET_BY_CATENA_ID.bind(fleet_id.to_string()).optional(&self.read).await
    }

    async fn catena_ids_of(&self, fleet: FleetKey) -> Result<Vec<Uuid>, StoreError> {
        CATENA_IDS_OF.bind(fleet.0).all(&self.read).await
    }

    async fn unanswered(&self, after: (OffsetDateTime, Uuid), limit: u32) -> Result<Vec<InvitationRow>, StoreError> {
        UNANSWERED.bind(micros(after.0)).bind(after.1.to_string()).bind(limit).all(&self.read).await
    }

    async fn unanswered_of(&self, fleet: FleetKey, now: OffsetDateTime) -> Result<Vec<InvitationRow>, StoreError> {
        UNANSWERED_OF.bind(fleet.0).bind(micros(now)).all(&self.read).await
    }

    async fn fleets_under_agreement(&self, after: FleetKey, limit: u32) -> Result<Vec<FleetRow>, StoreError> {
        FLEETS_UNDER_AGREEMENT.bind(after.0).bind(limit).all(&self.read).await
    }

    async fn put_providers(&self, providers: &[ProviderRow], read_at: OffsetDateTime) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        DELETE_PROVIDERS.query().execute(&mut *tx).await?;
        for provider in providers {
            let put = PUT_PROVIDER.bind(provider.id.to_string()).bind(&provider.slug).bind(&provider.source_name);
            put.bind(&provider.name).bind(micros(read_at)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn providers_read_at(&self) -> Result<Option<OffsetDateTime>, StoreError> {
        PROVIDERS_READ_AT.query().one(&self.read).await
    }

    async fn provider_names(&self, source_names: &[String]) -> Result<BTreeMap<String, String>, StoreError> {
        let mut names = BTreeMap::new();
        for source_name in source_names {
            if let Some(name) = PROVIDER_NAME.bind(source_name).optional(&self.read).await? {
                names.insert(source_name.clone(), name);
            }
        }
        Ok(names)
    }
}
