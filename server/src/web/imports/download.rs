//! What people take away: the result without a secret in it, and, explicitly, the magic links.

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{
    import::{Column, ImportState, RowState, inert},
    link::audit::Shown,
    timestamp,
};
use futures::{Stream, stream};
use time::OffsetDateTime;
use uuid::Uuid;

use super::find;
use crate::{
    security::vault::Purpose,
    state::AppState,
    store::{ImportKey, ImportedRow, LinksTaken, RowFilter, StoreError},
    web::{errors::PageError, extract::session::Viewer},
};

/// Rows read at once.
const BATCH: u32 = 1_000;

/// Why a download breaks off: the browser shows it as failed, and the log says why.
type Broken = Box<dyn std::error::Error + Send + Sync>;

pub(super) async fn result(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let import = find(&state, &id).await?;
    let head = line(["line", "fleet_ref", "verdict", "outcome", "reason", "link_expires_at", "invitation"]);
    let cancelled = import.state == ImportState::Cancelled;
    let rows = batches(head, move |behind| {
        let state = state.clone();
        async move {
            let rows = state.store.import_rows(import.key, RowFilter::default(), behind, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.number) else { return Ok(None) };
            let lines: String = rows.iter().map(|row| outcome(&state, row, cancelled)).collect();
            Ok(Some((last, lines)))
        }
    });
    Ok(attachment(&format!("import-{}-result.csv", import.key.0), rows))
}

fn outcome(state: &AppState, row: &ImportedRow, cancelled: bool) -> String {
    let outcome = match row.state {
        RowState::Waiting if cancelled => "cancelled",
        // Catena was being asked when it ended: its own page or Catena's list tells.
        RowState::Doing if cancelled => "unknown",
        state => state.name(),
    };
    line([
        &row.line.to_string(),
        &row.fleet_ref,
        row.verdict.name(),
        outcome,
        row.reason.as_deref().unwrap_or_default(),
        &row.expires_at.map(timestamp::rfc3339).unwrap_or_default(),
        &row.invitation.map(|id| invitation_url(state, id)).unwrap_or_default(),
    ])
}

fn invitation_url(state: &AppState, id: Uuid) -> String {
    format!("{}/invitations/{id}", state.settings.public_url.as_str().trim_end_matches('/'))
}

/// The magic links, which are secrets (CONTRACT.md 13.2): by a form, for those who see them on pages too, and kept in mind.
pub(super) async fn links(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let key = find(&state, &id).await?.key;
    let count = count_links(&state, key).await?;
    // Noted before the first link leaves.
    let taken = LinksTaken { at: state.clock.now(), actor: viewer.staff.email.clone(), count };
    state.store.note_links_taken(key, &taken).await?;
    tracing::info!(import = key.0, count, by = viewer.staff.email, "magic links were downloaded");
    let actor = viewer.staff.email.clone();
    let head = line(["fleet_ref", "fleet_name", "fleet_email", "magic_link", "link_expires_at"]);
    let rows = batches(head, move |behind| {
        let (state, actor) = (state.clone(), actor.clone());
        async move {
            let rows = state.store.import_links(key, behind, BATCH).await?;
            let Some(last) = rows.last().map(|(row, ..)| row.number) else { return Ok(None) };
            note_on_timelines(&state, &rows, &actor).await?;
            let mut lines = String::new();
            for (row, sealed, expires_at) in &rows {
                let link = state.vault.open_text(Purpose::MagicLink, sealed)?;
                lines.push_str(&link_line(row, &link, *expires_at));
            }
            Ok(Some((last, lines)))
        }
    });
    Ok(attachment(&format!("import-{}-with-magic-links.csv", key.0), rows))
}

/// Each fleet's timeline tells that its link is taken along, before it is.
async fn note_on_timelines(
    state: &AppState,
    rows: &[(ImportedRow, Vec<u8>, OffsetDateTime)],
    actor: &str,
) -> Result<(), StoreError> {
    let mut invitations = Vec::with_capacity(rows.len());
    for id in rows.iter().filter_map(|(row, ..)| row.invitation) {
        invitations.extend(state.store.invitation(id).await?);
    }
    state.links.note_shown(&invitations, Shown::InFile, actor).await
}

async fn count_links(state: &AppState, key: ImportKey) -> Result<u32, PageError> {
    let (mut count, mut behind) = (0, 0);
    loop {
        let rows = state.store.import_links(key, behind, BATCH).await?;
        let Some((last, ..)) = rows.last() else { return Ok(count) };
        behind = last.number;
        count += u32::try_from(rows.len()).unwrap_or(u32::MAX);
    }
}

fn link_line(row: &ImportedRow, link: &str, expires_at: OffsetDateTime) -> String {
    let said = |column| row.said.get(&column).map(String::as_str).unwrap_or_default();
    let expires_at = timestamp::rfc3339(expires_at);
    line([&row.fleet_ref, said(Column::FleetName), said(Column::FleetEmail), link, &expires_at])
}

/// A line of CSV whose cells no spreadsheet runs.
fn line<const N: usize>(cells: [&str; N]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory fails for no input.
    let _ = writer.write_record(cells.map(|cell| inert(cell).into_owned()));
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// `head`, then what `next` gives for the number of the row before, until it gives none.
fn batches<F>(
    head: String,
    next: impl Fn(u32) -> F + Send + 'static,
) -> impl Stream<Item = Result<Bytes, Broken>> + Send
where
    F: Future<Output = Result<Option<(u32, String)>, Broken>> + Send,
{
    // Spreadsheets take a file for UTF-8 by its mark.
    let head = format!("\u{feff}{head}");
    stream::try_unfold((Some(head), 0, next), async |(head, behind, next)| {
        if let Some(head) = head {
            return Ok(Some((Bytes::from(head), (None, behind, next))));
        }
        match next(behind).await {
            Ok(Some((last, lines))) => Ok(Some((Bytes::from(lines), (None, last, next)))),
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::error!(%error, "a download broke off");
                Err(error)
            }
        }
    })
}

fn attachment(name: &str, rows: impl Stream<Item = Result<Bytes, Broken>> + Send + 'static) -> Response {
    let mut response = Body::from_stream(rows).into_response();
    let headers = response.headers_mut();
    let mut set = |header: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(header, value);
        }
    };
    set(header::CONTENT_TYPE, "text/csv; charset=utf-8");
    set(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
    set(header::CACHE_CONTROL, "no-store");
    response
}
