use async_trait::async_trait;
use domain::{
    import::{RowState, Verdict},
    timestamp::micros,
};
use sqlx::{Row, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::{
    SqliteStore,
    rows::{self, from_json, json},
    statement::{no_rows, statements},
};
use crate::store::{
    FleetsInvitation, ImportKey, ImportRowStore, ImportedRow, LinksTaken, RowEnd, RowFilter, StoreError,
};

/// The columns of [`imported`], of `import_rows r`.
const IMPORTED: &str =
    "r.number, r.line, r.fleet_ref, r.said, r.verdict, r.state, r.reason, r.started_at, r.invitation, r.expires_at";

/// A page of an import's rows; further conditions go between this and [`PAGE_END`].
const PAGE: &str = " WHERE r.import = ? AND r.number > ?";
const PAGE_END: &str = " ORDER BY r.number LIMIT ?";

/// Left to itself, SQLite would take the primary key and read every row up to those that fit.
const BY_VERDICT: &str = "import_rows r INDEXED BY import_rows_by_verdict";
/// As for [`BY_VERDICT`].
const BY_STATE: &str = "import_rows r INDEXED BY import_rows_by_state";

statements! {
    FORGET_ROWS: () = no_rows(
        "DELETE FROM import_rows WHERE import = ?1 AND number IN
         (SELECT number FROM import_rows WHERE import = ?1 ORDER BY number LIMIT ?2)",
    );
    ADD_ROWS: () = no_rows(
        "INSERT INTO import_rows (import, number, line, fleet_ref, said, verdict, state, reason)
         SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
         FROM json_each(?)",
    );
    SET_VERDICT: () = no_rows("UPDATE import_rows SET verdict = ? WHERE import = ? AND number = ?");
    COUNTS: (Verdict, RowState, u64) = counted(
        "SELECT verdict, state, count(*) AS count FROM import_rows WHERE import = ? GROUP BY verdict, state",
    );
    ROWS: ImportedRow = imported("SELECT ", IMPORTED, " FROM import_rows r", PAGE, PAGE_END);
    ROWS_BY_VERDICT: ImportedRow = imported(
        "SELECT ", IMPORTED, " FROM ", BY_VERDICT, PAGE, " AND r.verdict = ?", PAGE_END,
    );
    ROWS_BY_STATE: ImportedRow = imported("SELECT ", IMPORTED, " FROM ", BY_STATE, PAGE, " AND r.state = ?", PAGE_END);
    ROWS_BY_VERDICT_AND_STATE: ImportedRow = imported(
        "SELECT ", IMPORTED, " FROM ", BY_VERDICT, PAGE, " AND r.verdict = ? AND r.state = ?", PAGE_END,
    );
    NEXT_ROW: ImportedRow = imported(
        "SELECT ", IMPORTED, " FROM ", BY_STATE, " WHERE r.import = ? AND r.state = ? ORDER BY r.number LIMIT 1",
    );
    BEGIN_ROW: () = no_rows(
        "UPDATE import_rows SET state = 'doing', started_at = coalesce(started_at, ?) WHERE import = ? AND number = ?",
    );
    END_ROW: () = no_rows(
        "UPDATE import_rows SET state = ?, reason = ?, invitation = ?, expires_at = ?,
             started_at = CASE WHEN ? THEN NULL ELSE started_at END
         WHERE import = ? AND number = ?",
    );
    LINKS: (ImportedRow, Vec<u8>, OffsetDateTime) = imported_link(
        "SELECT ", IMPORTED, ", i.sealed_link, i.expires_at AS link_expires_at
         FROM import_rows r JOIN invitations i ON i.id = r.invitation
         WHERE r.import = ? AND r.number > ? AND i.sealed_link IS NOT NULL ORDER BY r.number LIMIT ?",
    );
    NOTE_LINKS_TAKEN: () = no_rows("INSERT INTO import_links (import, at, actor, count) VALUES (?, ?, ?, ?)");
    LINKS_TAKEN: LinksTaken = links_taken(
        "SELECT at, actor, count FROM import_links WHERE import = ? ORDER BY at DESC LIMIT ?",
    );
    INVITATIONS_OF_FLEETS: FleetsInvitation = fleets_invitation(
        "SELECT f.fleet_ref, i.id, i.stage, i.asked, i.created_at, i.expires_at
         FROM fleets f JOIN invitations i ON i.fleet = f.id
         WHERE f.fleet_ref IN (SELECT value FROM json_each(?))",
    );
}

/// Rows in one INSERT: a whole import in one piece of JSON could be large.
const CHUNK: usize = 500;

#[async_trait]
impl ImportRowStore for SqliteStore {
    async fn delete_import_rows(&self, key: ImportKey, limit: u32) -> Result<u64, StoreError> {
        FORGET_ROWS.bind(key.0).bind(limit).execute(self.writer()?).await
    }

    async fn add_import_rows(&self, key: ImportKey, rows: &[ImportedRow]) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        for chunk in rows.chunks(CHUNK) {
            let values: Vec<_> = chunk
                .iter()
                .map(|row| {
                    let line = i64::try_from(row.line).unwrap_or(i64::MAX);
                    let (verdict, state) = (row.verdict.name(), row.state.name());
                    (row.number, line, &row.fleet_ref, json(&row.said), verdict, state, &row.reason)
                })
                .collect();
            ADD_ROWS.bind(key.0).bind(json(&values)).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn set_verdicts(&self, key: ImportKey, verdicts: &[(u32, Verdict)]) -> Result<(), StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        for (number, verdict) in verdicts {
            SET_VERDICT.bind(verdict.name()).bind(key.0).bind(number).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn import_counts(&self, key: ImportKey) -> Result<Vec<(Verdict, RowState, u64)>, StoreError> {
        COUNTS.bind(key.0).all(&self.read).await
    }

    async fn import_rows(
        &self,
        key: ImportKey,
        filter: RowFilter,
        after: u32,
        limit: u32,
    ) -> Result<Vec<ImportedRow>, StoreError> {
        let page = match (filter.verdict, filter.state) {
            (None, None) => ROWS.bind(key.0).bind(after),
            (Some(verdict), None) => ROWS_BY_VERDICT.bind(key.0).bind(after).bind(verdict.name()),
            (None, Some(state)) => ROWS_BY_STATE.bind(key.0).bind(after).bind(state.name()),
            (Some(verdict), Some(state)) => {
                ROWS_BY_VERDICT_AND_STATE.bind(key.0).bind(after).bind(verdict.name()).bind(state.name())
            }
        };
        page.bind(limit).all(&self.read).await
    }

    async fn next_row(&self, key: ImportKey) -> Result<Option<ImportedRow>, StoreError> {
        for state in [RowState::Doing, RowState::Waiting] {
            let row = NEXT_ROW.bind(key.0).bind(state.name()).optional(&self.read).await?;
            if row.is_some() {
                return Ok(row);
            }
        }
        Ok(None)
    }

    async fn begin_row(&self, key: ImportKey, number: u32, now: OffsetDateTime) -> Result<(), StoreError> {
        BEGIN_ROW.bind(micros(now)).bind(key.0).bind(number).execute(self.writer()?).await?;
        Ok(())
    }

    async fn end_row(&self, key: ImportKey, number: u32, end: &RowEnd) -> Result<(), StoreError> {
        let update = END_ROW.bind(end.state.name()).bind(&end.reason);
        let update = update.bind(end.invitation.map(|(id, _)| id.to_string()));
        let update = update.bind(end.invitation.map(|(_, expires_at)| micros(expires_at)));
        let update = update.bind(end.state == RowState::Waiting).bind(key.0).bind(number);
        update.execute(self.writer()?).await?;
        Ok(())
    }

    async fn import_links(
        &self,
        key: ImportKey,
        after: u32,
        limit: u32,
    ) -> Result<Vec<(ImportedRow, Vec<u8>, OffsetDateTime)>, StoreError> {
        LINKS.bind(key.0).bind(after).bind(limit).all(&self.read).await
    }

    async fn note_links_taken(&self, key: ImportKey, taken: &LinksTaken) -> Result<(), StoreError> {
        let note = NOTE_LINKS_TAKEN.bind(key.0).bind(micros(taken.at)).bind(&taken.actor).bind(taken.count);
        note.execute(self.writer()?).await?;
        Ok(())
    }

    async fn links_taken(&self, key: ImportKey, limit: u32) -> Result<Vec<LinksTaken>, StoreError> {
        LINKS_TAKEN.bind(key.0).bind(limit).all(&self.read).await
    }

    async fn invitations_of_fleets(&self, fleet_refs: &[&str]) -> Result<Vec<FleetsInvitation>, StoreError> {
        let mut found = Vec::new();
        for chunk in fleet_refs.chunks(CHUNK) {
            found.extend(INVITATIONS_OF_FLEETS.bind(json(&chunk)).all(&self.read).await?);
        }
        Ok(found)
    }
}

fn verdict(row: &SqliteRow) -> Result<Verdict, StoreError> {
    Verdict::from_name(row.try_get("verdict")?).ok_or(StoreError::Unreadable("verdict"))
}

fn row_state(row: &SqliteRow) -> Result<RowState, StoreError> {
    RowState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))
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

fn counted(row: &SqliteRow) -> Result<(Verdict, RowState, u64), StoreError> {
    let count: i64 = row.try_get("count")?;
    Ok((verdict(row)?, row_state(row)?, u64::try_from(count).unwrap_or_default()))
}

fn imported_link(row: &SqliteRow) -> Result<(ImportedRow, Vec<u8>, OffsetDateTime), StoreError> {
    Ok((imported(row)?, row.try_get("sealed_link")?, rows::moment(row, "link_expires_at")?))
}

fn links_taken(row: &SqliteRow) -> Result<LinksTaken, StoreError> {
    Ok(LinksTaken { at: rows::moment(row, "at")?, actor: row.try_get("actor")?, count: row.try_get("count")? })
}

fn fleets_invitation(row: &SqliteRow) -> Result<FleetsInvitation, StoreError> {
    Ok(FleetsInvitation {
        fleet_ref: row.try_get("fleet_ref")?,
        id: rows::uuid(row, "id")?,
        stage: rows::stage(row, "stage")?,
        request: row.try_get("asked")?,
        created_at: rows::moment(row, "created_at")?,
        expires_at: rows::moment(row, "expires_at")?,
    })
}
