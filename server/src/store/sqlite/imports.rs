use async_trait::async_trait;
use domain::{
    import::{Delimiter, Encoding, ImportState, RowState, Verdict},
    timestamp::micros,
};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::{SqliteStore, rows};
use crate::store::{
    FleetsInvitation, ImportKey, ImportMove, ImportRow, ImportedRow, Imports, LinksTaken, NewImport, Reading, RowEnd,
    RowFilter, StoreError,
};

/// The columns of [`import`]: everything but the file.
const IMPORT: &str = "id, state, reason, file_name, actor, encoding, delimiter, header, samples, mapping, row_count, started_by, \
     reopen_declined, created_at, started_at, changed_at";

/// Rows in one INSERT; SQLite takes 32,766 values in a statement and a row has eight.
const CHUNK: usize = 500;

#[async_trait]
impl Imports for SqliteStore {
    async fn add_import(&self, import: &NewImport) -> Result<ImportKey, StoreError> {
        let NewImport { file_name, actor, encoding, reading, content, created_at } = import;
        let query = sqlx::query_scalar(
            "INSERT INTO imports (state, file_name, actor, encoding, delimiter, header, samples, mapping, row_count, content,
                 created_at, changed_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        );
        let id = query
            .bind(ImportState::Uploaded.name())
            .bind(file_name)
            .bind(actor)
            .bind(encoding.name())
            .bind(reading.delimiter.name())
            .bind(json(&reading.header))
            .bind(json(&reading.samples))
            .bind(json(&reading.mapping))
            .bind(reading.row_count)
            .bind(content)
            .bind(micros(*created_at))
            .bind(micros(*created_at))
            .fetch_one(&self.write)
            .await?;
        Ok(ImportKey(id))
    }

    async fn import(&self, key: ImportKey) -> Result<Option<ImportRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT {IMPORT} FROM imports WHERE id = ?")));
        let row = query.bind(key.0).fetch_optional(&self.read).await?;
        row.as_ref().map(import).transpose()
    }

    async fn import_content(&self, key: ImportKey) -> Result<Option<String>, StoreError> {
        let query = sqlx::query_scalar("SELECT content FROM imports WHERE id = ?");
        Ok(query.bind(key.0).fetch_optional(&self.read).await?.flatten())
    }

    async fn last_imports(&self, limit: u32) -> Result<Vec<ImportRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!("SELECT {IMPORT} FROM imports ORDER BY id DESC LIMIT ?")));
        let rows = query.bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(import).collect()
    }

    async fn import_to_do(&self) -> Result<Option<ImportRow>, StoreError> {
        // "checking" stands before "running" in the alphabet too, so the index gives this order.
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {IMPORT} FROM imports WHERE state IN ('checking', 'running') ORDER BY state, id LIMIT 1"
        )));
        let row = query.fetch_optional(&self.read).await?;
        row.as_ref().map(import).transpose()
    }

    async fn set_reading(&self, key: ImportKey, reading: &Reading) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE imports SET delimiter = ?, header = ?, samples = ?, mapping = ?, row_count = ?
             WHERE id = ? AND state = 'uploaded'",
        );
        let query = query.bind(reading.delimiter.name()).bind(json(&reading.header)).bind(json(&reading.samples));
        let query = query.bind(json(&reading.mapping)).bind(reading.row_count).bind(key.0);
        Ok(query.execute(&self.write).await?.rows_affected() == 1)
    }

    async fn move_import(&self, key: ImportKey, from: &[ImportState], change: &ImportMove) -> Result<bool, StoreError> {
        let mut update = QueryBuilder::<Sqlite>::new("UPDATE imports SET state = ");
        update.push_bind(change.to.name()).push(", reason = ").push_bind(&change.reason);
        update.push(", changed_at = ").push_bind(micros(change.at));
        if change.to == ImportState::Cancelled {
            update.push(", content = NULL");
        }
        update.push(" WHERE id = ").push_bind(key.0).push(" AND state IN (");
        let mut states = update.separated(", ");
        for state in from {
            states.push_bind(state.name());
        }
        update.push(")");
        Ok(update.build().execute(&self.write).await?.rows_affected() == 1)
    }

    async fn start_import(
        &self,
        key: ImportKey,
        actor: &str,
        reopen_declined: bool,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE imports SET state = 'running', reason = NULL, content = NULL, started_by = ?, reopen_declined = ?,
                 started_at = ?, changed_at = ?
             WHERE id = ? AND state = 'checked'",
        );
        let query = query.bind(actor).bind(reopen_declined).bind(micros(at)).bind(micros(at)).bind(key.0);
        Ok(query.execute(&self.write).await?.rows_affected() == 1)
    }

    async fn forget_import_rows(&self, key: ImportKey, limit: u32) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM import_rows WHERE import = ? AND number IN
             (SELECT number FROM import_rows WHERE import = ? ORDER BY number LIMIT ?)",
        );
        Ok(query.bind(key.0).bind(key.0).bind(limit).execute(&self.write).await?.rows_affected())
    }

    async fn add_import_rows(&self, key: ImportKey, rows: &[ImportedRow]) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for chunk in rows.chunks(CHUNK) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO import_rows (import, number, line, fleet_ref, said, verdict, state, reason) ",
            );
            insert.push_values(chunk, |mut values, row| {
                values
                    .push_bind(key.0)
                    .push_bind(row.number)
                    .push_bind(i64::try_from(row.line).unwrap_or(i64::MAX))
                    .push_bind(&row.fleet_ref)
                    .push_bind(json(&row.said))
                    .push_bind(row.verdict.name())
                    .push_bind(row.state.name())
                    .push_bind(&row.reason);
            });
            insert.build().execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn set_verdicts(&self, key: ImportKey, verdicts: &[(u32, Verdict)]) -> Result<(), StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for (number, verdict) in verdicts {
            let query = sqlx::query("UPDATE import_rows SET verdict = ? WHERE import = ? AND number = ?");
            query.bind(verdict.name()).bind(key.0).bind(number).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn import_counts(&self, key: ImportKey) -> Result<Vec<(Verdict, RowState, u64)>, StoreError> {
        let query = sqlx::query(
            "SELECT verdict, state, count(*) AS count FROM import_rows WHERE import = ? GROUP BY verdict, state",
        );
        let rows = query.bind(key.0).fetch_all(&self.read).await?;
        let counts = rows.iter().map(|row| {
            let count: i64 = row.try_get("count")?;
            Ok((verdict(row)?, row_state(row)?, u64::try_from(count).unwrap_or_default()))
        });
        counts.collect()
    }

    async fn import_rows(
        &self,
        key: ImportKey,
        filter: RowFilter,
        behind: u32,
        limit: u32,
    ) -> Result<Vec<ImportedRow>, StoreError> {
        let mut select = QueryBuilder::<Sqlite>::new("SELECT * FROM import_rows WHERE import = ");
        select.push_bind(key.0).push(" AND number > ").push_bind(behind);
        if let Some(verdict) = filter.verdict {
            select.push(" AND verdict = ").push_bind(verdict.name());
        }
        if let Some(state) = filter.state {
            select.push(" AND state = ").push_bind(state.name());
        }
        select.push(" ORDER BY number LIMIT ").push_bind(limit);
        let rows = select.build().fetch_all(&self.read).await?;
        rows.iter().map(imported).collect()
    }

    async fn next_row(&self, key: ImportKey) -> Result<Option<ImportedRow>, StoreError> {
        for state in [RowState::Doing, RowState::Waiting] {
            let query = sqlx::query("SELECT * FROM import_rows WHERE import = ? AND state = ? ORDER BY number LIMIT 1");
            let row = query.bind(key.0).bind(state.name()).fetch_optional(&self.read).await?;
            if let Some(row) = row {
                return imported(&row).map(Some);
            }
        }
        Ok(None)
    }

    async fn begin_row(&self, key: ImportKey, number: u32, now: OffsetDateTime) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE import_rows SET state = 'doing', started_at = coalesce(started_at, ?) WHERE import = ? AND number = ?",
        );
        query.bind(micros(now)).bind(key.0).bind(number).execute(&self.write).await?;
        Ok(())
    }

    async fn end_row(&self, key: ImportKey, number: u32, end: &RowEnd) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE import_rows SET state = ?, reason = ?, invitation = ?, expires_at = ?,
                 started_at = CASE WHEN ? THEN NULL ELSE started_at END
             WHERE import = ? AND number = ?",
        );
        query
            .bind(end.state.name())
            .bind(&end.reason)
            .bind(end.invitation.map(|(id, _)| id.to_string()))
            .bind(end.invitation.map(|(_, expires_at)| micros(expires_at)))
            .bind(end.state == RowState::Waiting)
            .bind(key.0)
            .bind(number)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn import_links(
        &self,
        key: ImportKey,
        behind: u32,
        limit: u32,
    ) -> Result<Vec<(ImportedRow, Vec<u8>, OffsetDateTime)>, StoreError> {
        let query = sqlx::query(
            "SELECT r.*, i.sealed_link, i.expires_at AS link_expires_at
             FROM import_rows r JOIN invitations i ON i.id = r.invitation
             WHERE r.import = ? AND r.number > ? AND i.sealed_link IS NOT NULL ORDER BY r.number LIMIT ?",
        );
        let rows = query.bind(key.0).bind(behind).bind(limit).fetch_all(&self.read).await?;
        let links = rows
            .iter()
            .map(|row| Ok((imported(row)?, row.try_get("sealed_link")?, rows::moment(row, "link_expires_at")?)));
        links.collect()
    }

    async fn note_links_taken(&self, key: ImportKey, taken: &LinksTaken) -> Result<(), StoreError> {
        let query = sqlx::query("INSERT INTO import_links (import, at, actor, count) VALUES (?, ?, ?, ?)");
        let query = query.bind(key.0).bind(micros(taken.at)).bind(&taken.actor).bind(taken.count);
        query.execute(&self.write).await?;
        Ok(())
    }

    async fn links_taken(&self, key: ImportKey, limit: u32) -> Result<Vec<LinksTaken>, StoreError> {
        let query = sqlx::query("SELECT at, actor, count FROM import_links WHERE import = ? ORDER BY at DESC LIMIT ?");
        let rows = query.bind(key.0).bind(limit).fetch_all(&self.read).await?;
        let taken = rows.iter().map(|row| {
            Ok(LinksTaken { at: rows::moment(row, "at")?, actor: row.try_get("actor")?, count: row.try_get("count")? })
        });
        taken.collect()
    }

    async fn invitations_of_fleets(&self, fleet_refs: &[&str]) -> Result<Vec<FleetsInvitation>, StoreError> {
        let mut found = Vec::new();
        for chunk in fleet_refs.chunks(CHUNK) {
            let mut select = QueryBuilder::<Sqlite>::new(
                "SELECT f.fleet_ref, i.id, i.stage, i.asked, i.created_at, i.expires_at
                 FROM fleets f JOIN invitations i ON i.fleet = f.id WHERE f.fleet_ref IN (",
            );
            let mut refs = select.separated(", ");
            for fleet_ref in chunk {
                refs.push_bind(*fleet_ref);
            }
            select.push(")");
            for row in &select.build().fetch_all(&self.read).await? {
                found.push(FleetsInvitation {
                    fleet_ref: row.try_get("fleet_ref")?,
                    id: rows::uuid(row, "id")?,
                    stage: rows::stage(row, "stage")?,
                    asked: row.try_get("asked")?,
                    created_at: rows::moment(row, "created_at")?,
                    expires_at: rows::moment(row, "expires_at")?,
                });
            }
        }
        Ok(found)
    }

    async fn expire_imports(&self, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar(
            "SELECT id FROM imports WHERE changed_at < ? AND state NOT IN ('checking', 'running') ORDER BY id LIMIT 1",
        );
        let Some(id) = query.bind(micros(before)).fetch_optional(&self.read).await? else { return Ok(0) };
        let rows = self.forget_import_rows(ImportKey(id), limit).await?;
        if rows > 0 {
            return Ok(rows);
        }
        // Somebody may have gone on with it since.
        let query = sqlx::query("DELETE FROM imports WHERE id = ? AND changed_at < ?");
        Ok(query.bind(id).bind(micros(before)).execute(&self.write).await?.rows_affected())
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn from_json<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable(column))
}

fn verdict(row: &SqliteRow) -> Result<Verdict, StoreError> {
    Verdict::from_name(row.try_get("verdict")?).ok_or(StoreError::Unreadable("verdict"))
}

fn row_state(row: &SqliteRow) -> Result<RowState, StoreError> {
    RowState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))
}

fn import(row: &SqliteRow) -> Result<ImportRow, StoreError> {
    Ok(ImportRow {
        key: ImportKey(row.try_get("id")?),
        state: ImportState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))?,
        reason: row.try_get("reason")?,
        file_name: row.try_get("file_name")?,
        actor: row.try_get("actor")?,
        encoding: Encoding::from_name(row.try_get("encoding")?).ok_or(StoreError::Unreadable("encoding"))?,
        reading: Reading {
            delimiter: Delimiter::from_name(row.try_get("delimiter")?).ok_or(StoreError::Unreadable("delimiter"))?,
            header: from_json(row, "header")?,
            samples: from_json(row, "samples")?,
            mapping: from_json(row, "mapping")?,
            row_count: row.try_get("row_count")?,
        },
        started_by: row.try_get("started_by")?,
        reopen_declined: row.try_get("reopen_declined")?,
        created_at: rows::moment(row, "created_at")?,
        started_at: rows::optional_moment(row, "started_at")?,
        changed_at: rows::moment(row, "changed_at")?,
    })
}

fn imported(row: &SqliteRow) -> Result<ImportedRow, StoreError> {
    let line: i64 = row.try_get("line")?;
    Ok(ImportedRow {
        number: row.try_get("number")?,
        line: u64::try_from(line).unwrap_or_default(),
        fleet_ref: row.try_get("fleet_ref")?,
        said: from_json(row, "said")?,
        verdict: verdict(row)?,
        state: row_state(row)?,
        reason: row.try_get("reason")?,
        started_at: rows::optional_moment(row, "started_at")?,
        invitation: rows::optional_uuid(row, "invitation")?,
        expires_at: rows::optional_moment(row, "expires_at")?,
    })
}
