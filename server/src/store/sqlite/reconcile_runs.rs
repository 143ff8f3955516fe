use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::timestamp::micros;
use sqlx::{AssertSqlSafe, Row, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{
    Cause, CheckRow, Checks, FleetKey, FleetRow, InvitationRow, ProviderRow, StoreError,
    sqlite::{SqliteStore, invitations::FLEET, rows},
};

const CHECK: &str = "fleet, cause, started_at, ended_at, complete, found, holes, problem";

/// Holes that are still none but a check's word.
const OPEN: &str = "holes h JOIN facts t ON t.id = h.fact WHERE h.found_at >= ? AND h.told = 0 AND t.source = 'check'";

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

#[async_trait]
impl Checks for SqliteStore {
    async fn put_check(&self, check: &CheckRow) -> Result<(), StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("INSERT INTO checks ({CHECK}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")));
        let query = query.bind(check.fleet.map(|fleet| fleet.0)).bind(check.cause.name());
        let query = query.bind(micros(check.started_at)).bind(micros(check.ended_at)).bind(check.complete);
        query.bind(check.found).bind(check.holes).bind(&check.problem).execute(&self.write).await?;
        Ok(())
    }

    async fn forget_checks(&self, before: OffsetDateTime) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM checks WHERE started_at < ?");
        query.bind(micros(before)).execute(&self.write).await?;
        Ok(())
    }

    async fn checks(&self, limit: u32) -> Result<Vec<CheckRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {CHECK} FROM checks WHERE fleet IS NULL ORDER BY started_at DESC, id DESC LIMIT ?"
        )));
        query.bind(limit).fetch_all(&self.read).await?.iter().map(check).collect()
    }

    async fn last_check_of(&self, fleet: FleetKey) -> Result<Option<CheckRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {CHECK} FROM checks WHERE fleet = ? ORDER BY started_at DESC, id DESC LIMIT 1"
        )));
        query.bind(fleet.0).fetch_optional(&self.read).await?.as_ref().map(check).transpose()
    }

    async fn holes(&self, since: OffsetDateTime, most: u32) -> Result<u32, StoreError> {
        let query = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM (SELECT 1 FROM {OPEN} LIMIT ?)")));
        Ok(query.bind(micros(since)).bind(most).fetch_one(&self.read).await?)
    }

    async fn holes_by_fleet(&self, since: OffsetDateTime, limit: u32) -> Result<Vec<(FleetRow, u32)>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {FLEET}, n.count FROM (SELECT h.fleet, count(*) AS count FROM {OPEN} GROUP BY h.fleet) n
             JOIN fleets f ON f.id = n.fleet ORDER BY n.count DESC, f.id LIMIT ?"
        )));
        let rows = query.bind(micros(since)).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok((rows::fleet(row)?, row.try_get("count")?))).collect()
    }

    async fn known_since(&self, fleet: FleetKey) -> Result<Option<OffsetDateTime>, StoreError> {
        let query = sqlx::query("SELECT created_at FROM fleets WHERE id = ?");
        let row = query.bind(fleet.0).fetch_optional(&self.read).await?;
        row.as_ref().map(|row| rows::moment(row, "created_at")).transpose()
    }

    async fn fleet_by_catena_id(&self, fleet_id: Uuid) -> Result<Option<FleetRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {FLEET} FROM catena_fleets c JOIN fleets f ON f.id = c.fleet WHERE c.fleet_id = ?"
        )));
        let row = query.bind(fleet_id.to_string()).fetch_optional(&self.read).await?;
        row.as_ref().map(rows::fleet).transpose()
    }

    async fn catena_ids_of(&self, fleet: FleetKey) -> Result<Vec<Uuid>, StoreError> {
        let query = sqlx::query("SELECT fleet_id FROM catena_fleets WHERE fleet = ? ORDER BY fleet_id");
        let rows = query.bind(fleet.0).fetch_all(&self.read).await?;
        rows.iter().map(|row| rows::uuid(row, "fleet_id")).collect()
    }

    async fn unanswered(&self, behind: (OffsetDateTime, Uuid), limit: u32) -> Result<Vec<InvitationRow>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM invitations WHERE stage IN ('created', 'sent', 'viewed') AND (expires_at, id) > (?, ?)
             ORDER BY expires_at, id LIMIT ?",
        );
        let query = query.bind(micros(behind.0)).bind(behind.1.to_string()).bind(limit);
        query.fetch_all(&self.read).await?.iter().map(rows::invitation).collect()
    }

    async fn unanswered_of(&self, fleet: FleetKey, now: OffsetDateTime) -> Result<Vec<InvitationRow>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM invitations WHERE fleet = ? AND stage IN ('created', 'sent', 'viewed') AND expires_at > ?
             ORDER BY expires_at, id",
        );
        let rows = query.bind(fleet.0).bind(micros(now)).fetch_all(&self.read).await?;
        rows.iter().map(rows::invitation).collect()
    }

    async fn fleets_under_agreement(&self, behind: FleetKey, limit: u32) -> Result<Vec<FleetRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {FLEET} FROM fleets f WHERE f.id > ? AND f.stage IN ('agreement', 'connection', 'connected')
             ORDER BY f.id LIMIT ?"
        )));
        let rows = query.bind(behind.0).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(rows::fleet).collect()
    }

    async fn put_providers(&self, providers: &[ProviderRow], read_at: OffsetDateTime) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM providers").execute(&mut *tx).await?;
        for provider in providers {
            sqlx::query(
                "INSERT OR REPLACE INTO providers (id, slug, source_name, name, read_at) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(provider.id.to_string())
            .bind(&provider.slug)
            .bind(&provider.source_name)
            .bind(&provider.name)
            .bind(micros(read_at))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn providers_read_at(&self) -> Result<Option<OffsetDateTime>, StoreError> {
        let row = sqlx::query("SELECT max(read_at) AS read_at FROM providers").fetch_one(&self.read).await?;
        rows::optional_moment(&row, "read_at")
    }

    async fn provider_names(&self, source_names: &[String]) -> Result<BTreeMap<String, String>, StoreError> {
        let mut names = BTreeMap::new();
        for source_name in source_names {
            // Slugs are written with hyphens, integrations with underscores (CONTRACT.md 8).
            let query = sqlx::query_scalar(
                "SELECT name FROM providers p WHERE source_name = ? AND (replace(slug, '-', '_') = source_name
                     OR NOT EXISTS (SELECT 1 FROM providers o WHERE o.source_name = p.source_name AND o.id <> p.id))
                 LIMIT 1",
            );
            if let Some(name) = query.bind(source_name).fetch_optional(&self.read).await? {
                names.insert(source_name.clone(), name);
            }
        }
        Ok(names)
    }
}
