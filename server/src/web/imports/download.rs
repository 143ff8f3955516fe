//! Downloads: the result, without secrets, and, on explicit request, the magic links.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use domain::{
    import::{Column, ImportState, RowState, inert},
    link::audit::Shown,
    timestamp,
};
use futures::{Stream, stream};
use platform::clock::SharedClock;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    config::Settings,
    services::links::delivery::LinkDelivery,
    state::AppState,
    store::{ImportKey, ImportedRow, LinksTaken, RowFilter, SharedStore, StoreError},
    web::{
        errors::PageError,
        extract::{path::ImportPath, session::Inviter},
    },
};

/// Rows read at once.
const BATCH: u32 = 1_000;

/// Why a download stops early: the browser shows it as failed, and the log has the cause.
type DownloadError = Box<dyn std::error::Error + Send + Sync>;

/// What downloads need.
#[derive(Clone, FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    links: LinkDelivery,
}

pub(super) async fn result(_: Inviter, parts: Parts, ImportPath(import): ImportPath) -> Response {
    let head = line(["line", "fleet_ref", "verdict", "outcome", "reason", "link_expires_at", "invitation"]);
    let is_cancelled = import.state == ImportState::Cancelled;
    let rows = batches(head, move |after| {
        let parts = parts.clone();
        async move {
            let rows = parts.store.import_rows(import.key, RowFilter::default(), after, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.number) else { return Ok(None) };
            let lines: String = rows.iter().map(|row| parts.result_line(row, is_cancelled)).collect();
            Ok(Some((last, lines)))
        }
    });
    attachment(&format!("import-{}-result.csv", import.key.0), rows)
}

/// The magic links, which are secrets (CONTRACT.md 13.2): a form post, for staff who may see them on pages too, and recorded.
pub(super) async fn links(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
) -> Result<Response, PageError> {
    let key = import.key;
    let count = parts.count_links(key).await?;
    // Recorded before the first link is sent.
    let actor = viewer.staff.email.clone();
    let taken = LinksTaken { at: parts.clock.now(), actor: actor.clone(), count };
    parts.store.note_links_taken(key, &taken).await?;
    tracing::info!(import = key.0, count, by = %viewer.staff.id, "staff downloaded magic links");
    let head = line(["fleet_ref", "fleet_name", "fleet_email", "magic_link", "link_expires_at"]);
    let rows = batches(head, move |after| {
        let (parts, actor) = (parts.clone(), actor.clone());
        async move {
            let rows = parts.store.import_links(key, after, BATCH).await?;
            let Some(last) = rows.last().map(|(row, ..)| row.number) else { return Ok(None) };
            parts.record_on_timelines(&rows, &actor).await?;
            let mut lines = String::new();
            for (row, sealed, expires_at) in &rows {
                let link = parts.links.unseal(sealed)?;
                lines.push_str(&link_line(row, &link, *expires_at));
            }
            Ok(Some((last, lines)))
        }
    });
    Ok(attachment(&format!("import-{}-with-magic-links.csv", key.0), rows))
}

impl Parts {
    fn result_line(&self, row: &ImportedRow, is_cancelled: bool) -> String {
        let outcome = match row.state {
            RowState::Waiting if is_cancelled => "cancelled",
            // The import was cancelled during the call to Catena, so its outcome is unknown here.
            RowState::Doing if is_cancelled => "unknown",
            state => state.name(),
        };
        line([
            &row.line.to_string(),
            &row.fleet_ref,
            row.verdict.name(),
            outcome,
            row.reason.as_deref().unwrap_or_default(),
            &row.expires_at.map(timestamp::rfc3339).unwrap_or_default(),
            &row.invitation.map(|id| self.invitation_url(id)).unwrap_or_default(),
        ])
    }

    fn invitation_url(&self, id: Uuid) -> String {
        self.settings.public_url.page(&format!("/invitations/{id}"))
    }

    /// Records on each fleet's timeline that its link is downloaded. Call it before sending the links.
    async fn record_on_timelines(
        &self,
        rows: &[(ImportedRow, Vec<u8>, OffsetDateTime)],
        actor: &str,
    ) -> Result<(), StoreError> {
        let mut invitations = Vec::with_capacity(rows.len());
        for id in rows.iter().filter_map(|(row, ..)| row.invitation) {
            invitations.extend(self.store.invitation(id).await?);
        }
        self.links.record_shown(&invitations, Shown::InFile, actor).await
    }

    async fn count_links(&self, key: ImportKey) -> Result<u32, StoreError> {
        let (mut count, mut after) = (0, 0);
        loop {
            let rows = self.store.import_links(key, after, BATCH).await?;
            let Some((last, ..)) = rows.last() else { return Ok(count) };
            after = last.number;
            count += u32::try_from(rows.len()).unwrap_or(u32::MAX);
        }
    }
}

fn link_line(row: &ImportedRow, link: &str, expires_at: OffsetDateTime) -> String {
    let cell = |column| row.said.get(&column).map(String::as_str).unwrap_or_default();
    let expires_at = timestamp::rfc3339(expires_at);
    line([&row.fleet_ref, cell(Column::FleetName), cell(Column::FleetEmail), link, &expires_at])
}

/// A line of CSV, with cells that no spreadsheet takes for formulas.
fn line<const N: usize>(cells: [&str; N]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory doesn't fail.
    let _ = writer.write_record(cells.map(|cell| inert(cell).into_owned()));
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// `head`, then what `next` returns for the number of the last row so far, until it returns `None`.
fn batches<F>(
    head: String,
    next: impl Fn(u32) -> F + Send + 'static,
) -> impl Stream<Item = Result<Bytes, DownloadError>> + Send
where
    F: Future<Output = Result<Option<(u32, String)>, DownloadError>> + Send,
{
    // Spreadsheets recognize UTF-8 by the byte order mark.
    let head = format!("\u{feff}{head}");
    stream::try_unfold((Some(head), 0, next), async |(head, after, next)| {
        if let Some(head) = head {
            return Ok(Some((Bytes::from(head), (None, after, next))));
        }
        match next(after).await {
            Ok(Some((last, lines))) => Ok(Some((Bytes::from(lines), (None, last, next)))),
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::error!(%error, "a download failed");
                Err(error)
            }
        }
    })
}

fn attachment(name: &str, rows: impl Stream<Item = Result<Bytes, DownloadError>> + Send + 'static) -> Response {
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
