use async_trait::async_trait;
use domain::{
    import::{Delimiter, Encoding, ImportState},
    timestamp::micros,
};
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::{
    SqliteStore, rows,
    rows::{from_json, json},
    statement::{no_rows, statements},
};
use crate::store::{
    ImportKey, ImportMove, ImportRow, ImportRowStore as _, ImportStore, NewImport, Reading, StoreError,
};

/// The columns of [`import`]: everything but the file.
const IMPORT: &str = "id, state, reason, file_name, actor, encoding, delimiter, header_line, top, header, samples, mapping, \
     row_count, started_by, reopen_declined, created_at, started_at, changed_at";

statements! {
    ADD_IMPORT: ImportKey = import_key(
        "INSERT INTO imports (state, file_name, actor, encoding, delimiter, header_line, top, header, samples, mapping,
             row_count, content, created_at, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    );
    BY_KEY: ImportRow = import("SELECT ", IMPORT, " FROM imports WHERE id = ?");
    CONTENT: Option<String> = rows::first("SELECT content FROM imports WHERE id = ?");
    LAST: ImportRow = import("SELECT ", IMPORT, " FROM imports ORDER BY id DESC LIMIT ?");
    // "checking" also precedes "running" alphabetically, so the index yields this order.
    TO_DO: ImportRow = import(
        "SELECT ", IMPORT, " FROM imports WHERE state IN ('checking', 'running') ORDER BY state, id LIMIT 1",
    );
    SET_READING: () = no_rows(
        "UPDATE imports SET delimiter = ?, header_line = ?, top = ?, header = ?, samples = ?, mapping = ?, row_count = ?
         WHERE id = ? AND state = 'uploaded'",
    );
    MOVE: () = no_rows(
        "UPDATE imports SET state = ?1, reason = ?2, changed_at = ?3,
             content = CASE WHEN ?1 = 'cancelled' THEN NULL ELSE content END
         WHERE id = ?4 AND state IN (SELECT value FROM json_each(?5))",
    );
    START: () = no_rows(
        "UPDATE imports SET state = 'running', reason = NULL, content = NULL, started_by = ?, reopen_declined = ?,
             started_at = ?, changed_at = ?
         WHERE id = ? AND state = 'checked'",
    );
    TO_EXPIRE: ImportKey = import_key(
        "SELECT id FROM imports WHERE changed_at < ? AND state NOT IN ('checking', 'running') ORDER BY id LIMIT 1",
    );
    DELETE_UNCHANGED: () = no_rows("DELETE FROM imports WHERE id = ? AND changed_at < ?");
}

#[async_trait]
impl ImportStore for SqliteStore {
    async fn add_import(&self, import: &NewImport) -> Result<ImportKey, StoreError> {
        let NewImport { file_name, actor, encoding, reading, content, created_at } = import;
        let add = ADD_IMPORT.bind(ImportState::Uploaded.name()).bind(file_name).bind(actor).bind(encoding.name());
        let add = add.bind(reading.delimiter.name()).bind(header_line(reading)).bind(json(&reading.top));
        let add = add.bind(json(&reading.header)).bind(json(&reading.samples));
        let add = add.bind(json(&reading.mapping)).bind(reading.row_count).bind(content);
        add.bind(micros(*created_at)).bind(micros(*created_at)).one(self.writer()?).await
    }

    async fn import(&self, key: ImportKey) -> Result<Option<ImportRow>, StoreError> {
        BY_KEY.bind(key.0).optional(&self.read).await
    }

    async fn import_content(&self, key: ImportKey) -> Result<Option<String>, StoreError> {
        Ok(CONTENT.bind(key.0).optional(&self.read).await?.flatten())
    }

    async fn last_imports(&self, limit: u32) -> Result<Vec<ImportRow>, StoreError> {
        LAST.bind(limit).all(&self.read).await
    }

    async fn import_to_do(&self) -> Result<Option<ImportRow>, StoreError> {
        TO_DO.query().optional(&self.read).await
    }

    async fn set_reading(&self, key: ImportKey, reading: &Reading) -> Result<bool, StoreError> {
        let set = SET_READING.bind(reading.delimiter.name()).bind(header_line(reading)).bind(json(&reading.top));
        let set = set
            .bind(json(&reading.header))
            .bind(json(&reading.samples))
            .bind(json(&reading.mapping))
            .bind(reading.row_count)
            .bind(key.0);
        Ok(set.execute(self.writer()?).await? == 1)
    }

    async fn move_import(&self, key: ImportKey, from: &[ImportState], change: &ImportMove) -> Result<bool, StoreError> {
        let from: Vec<_> = from.iter().map(|state| state.name()).collect();
        let update = MOVE.bind(change.to.name()).bind(&change.reason).bind(micros(change.at));
        Ok(update.bind(key.0).bind(json(&from)).execute(self.writer()?).await? == 1)
    }

    async fn start_import(
        &self,
        key: ImportKey,
        actor: &str,
        reopen_declined: bool,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let start = START.bind(actor).bind(reopen_declined).bind(micros(at)).bind(micros(at)).bind(key.0);
        Ok(start.execute(self.writer()?).await? == 1)
    }

    async fn expire_imports(&self, before: OffsetDateTime, limit: u32) -> Result<u64, StoreError> {
        let Some(key) = TO_EXPIRE.bind(micros(before)).optional(&self.read).await? else { return Ok(0) };
        let rows = self.delete_import_rows(key, limit).await?;
        if rows > 0 {
            return Ok(rows);
        }
        // Someone may have changed it since it was selected.
        DELETE_UNCHANGED.bind(key.0).bind(micros(before)).execute(self.writer()?).await
    }
}

fn header_line(reading: &Reading) -> i64 {
    i64::try_from(reading.header_line).unwrap_or(i64::MAX)
}

fn import(row: &SqliteRow) -> Result<ImportRow, StoreError> {
    let header_line: i64 = row.try_get("header_line")?;
    Ok(ImportRow {
        key: ImportKey(row.try_get("id")?),
        state: ImportState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))?,
        reason: row.try_get("reason")?,
        file_name: row.try_get("file_name")?,
        actor: row.try_get("actor")?,
        encoding: Encoding::from_name(row.try_get("encoding")?).ok_or(StoreError::Unreadable("encoding"))?,
        reading: Reading {
            delimiter: Delimiter::from_name(row.try_get("delimiter")?).ok_or(StoreError::Unreadable("delimiter"))?,
            header_line: u64::try_from(header_line).unwrap_or_default(),
            top: from_json(row, "top")?,
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

fn import_key(row: &SqliteRow) -> Result<ImportKey, StoreError> {
    Ok(ImportKey(row.try_get("id")?))
}
