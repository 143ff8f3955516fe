//! The page of one import.

use std::sync::Arc;

use app::{
    components::{ImportFigure, ImportProgress},
    pages::imports::{
        FileRows, ImportDetail, ImportPage, ImportedRowView, LinksTakenView, grouped, row_state_label, verdict_label,
    },
};
use axum::{
    extract::{FromRequestParts, Query, State},
    http::StatusCode,
    response::Response,
};
use domain::{
    import::{Column, ImportState, RowState, Verdict},
    invitation::request::FieldErrors,
};
use leptos::view;
use serde::Deserialize;

use super::{address::address, columns};
use crate::{
    config::Settings,
    state::AppState,
    store::{ImportRow, ImportedRow, RowFilter, SharedStore, StoreError},
    web::{
        errors::PageError,
        extract::{
            page,
            path::ImportPath,
            session::{Inviter, Viewer},
        },
        render::page,
    },
};

/// Downloads of magic links shown.
const TAKEN: u32 = 10;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    verdict: String,
    outcome: String,
    #[serde(rename = "behind")]
    after: u32,
    cancel: String,
}

pub(super) async fn get(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
    Query(params): Query<Params>,
) -> Result<Response, PageError> {
    if import.state == ImportState::Uploaded {
        return Ok(columns::show(viewer, StatusCode::OK, import, FieldErrors::new()));
    }
    let detail = parts.load(import, &params).await?;
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <ImportPage visit=visit detail=detail/> }))
}

/// What the page and its events need.
#[derive(Clone, FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    settings: Arc<Settings>,
    #[from_request(via(State))]
    store: SharedStore,
}

impl Parts {
    async fn load(&self, import: ImportRow, params: &Params) -> Result<ImportDetail, StoreError> {
        let key = import.key;
        let filter =
            RowFilter { verdict: Verdict::from_name(&params.verdict), state: RowState::from_name(&params.outcome) };
        let counts = self.store.import_counts(key).await?;
        let mut rows = self.store.import_rows(key, filter, params.after, page::ROWS_TO_LOAD).await?;
        let first = (params.after > 0).then(|| page_url(&import, filter, 0));
        let paging = page::cut(&mut rows, first, |last| page_url(&import, filter, last.number));
        let taken = self.store.links_taken(key, TAKEN).await?.into_iter().map(|taken| LinksTakenView {
            at: taken.at,
            actor: taken.actor,
            count: taken.count.into(),
        });
        Ok(ImportDetail {
            id: key.0,
            progress: self.progress(&import, &counts, filter),
            verdicts: Verdict::ALL.map(|verdict| (verdict, of_verdict(&counts, verdict))).to_vec(),
            waiting: of_states(&counts, |state| !state.is_final()),
            invited: of_states(&counts, |state| {
                matches!(state, RowState::Created | RowState::Refreshed | RowState::Unchanged)
            }),
            file: FileRows {
                valid: of_states(&counts, |state| state != RowState::Invalid),
                invalid: of_states(&counts, |state| state == RowState::Invalid),
                header_line: import.reading.header_line,
                above: import.reading.lines_above(),
            },
            paging,
            rows: rows.into_iter().map(shown).collect(),
            filtered_by: filter.verdict.map(verdict_label).or(filter.state.map(row_state_label)),
            taken: taken.collect(),
            days: self.settings.retention.ended.whole_days(),
            confirming: !params.cancel.is_empty()
                && !matches!(import.state, ImportState::Done | ImportState::Cancelled),
            file_name: import.file_name,
            state: import.state,
            reason: import.reason,
            actor: import.started_by.unwrap_or(import.actor),
        })
    }

    /// The progress without a filter, as events show it.
    pub(super) async fn load_progress(&self, import: &ImportRow) -> Result<ImportProgress, StoreError> {
        let counts = self.store.import_counts(import.key).await?;
        Ok(self.progress(import, &counts, RowFilter::default()))
    }

    fn progress(&self, import: &ImportRow, counts: &Counts, filter: RowFilter) -> ImportProgress {
        let is_started = import.state.was_started() && import.started_at.is_some();
        let (done, total) = if is_started {
            (
                of_states(counts, |state| state.is_final() && state != RowState::Invalid),
                of_states(counts, |state| state != RowState::Invalid),
            )
        } else {
            (of_states(counts, |_| true), import.reading.row_count.into())
        };
        let mut words = format!("{} of {} rows", grouped(done), grouped(total));
        if import.state == ImportState::Running && done < total {
            let minutes = (total - done).div_ceil(self.settings.imports.per_minute.max(1).into());
            let plural = if minutes == 1 { "" } else { "s" };
            words = format!("{words}, at most {} minute{plural} to go at this pace", grouped(minutes));
        }
        let figures = if is_started {
            RowState::ALL.into_iter().filter_map(|state| state_figure(import, counts, filter, state)).collect()
        } else {
            Verdict::ALL.into_iter().filter_map(|verdict| verdict_figure(import, counts, filter, verdict)).collect()
        };
        ImportProgress { done, total, words, figures }
    }
}

fn page_url(import: &ImportRow, filter: RowFilter, after: u32) -> String {
    let query = match (filter.verdict, filter.state) {
        (Some(verdict), _) => format!("verdict={}&", verdict.name()),
        (None, Some(state)) => format!("outcome={}&", state.name()),
        (None, None) => String::new(),
    };
    format!("{}?{query}behind={after}", address(import.key))
}

fn shown(row: ImportedRow) -> ImportedRowView {
    ImportedRowView {
        line: row.line,
        fleet_ref: row.fleet_ref,
        name: row.said.get(&Column::FleetName).cloned(),
        verdict: row.verdict,
        state: row.state,
        reason: row.reason,
        invitation: row.invitation,
        expires_at: row.expires_at,
    }
}

type Counts = [(Verdict, RowState, u64)];

fn of_verdict(counts: &Counts, wanted: Verdict) -> u64 {
    counts.iter().filter(|(verdict, _, _)| *verdict == wanted).map(|(_, _, count)| count).sum()
}

fn of_states(counts: &Counts, is_wanted: impl Fn(RowState) -> bool) -> u64 {
    counts.iter().filter(|(_, state, _)| is_wanted(*state)).map(|(_, _, count)| count).sum()
}

fn state_figure(import: &ImportRow, counts: &Counts, filter: RowFilter, state: RowState) -> Option<ImportFigure> {
    let count = of_states(counts, |other| other == state);
    (count > 0).then(|| ImportFigure {
        label: row_state_label(state),
        count: grouped(count),
        href: format!("{}?outcome={}", address(import.key), state.name()),
        attention: matches!(state, RowState::Refused | RowState::Invalid),
        shown: filter.state == Some(state),
    })
}

fn verdict_figure(import: &ImportRow, counts: &Counts, filter: RowFilter, verdict: Verdict) -> Option<ImportFigure> {
    let count = of_verdict(counts, verdict);
    (count > 0).then(|| ImportFigure {
        label: verdict_label(verdict),
        count: grouped(count),
        href: format!("{}?verdict={}", address(import.key), verdict.name()),
        attention: matches!(verdict, Verdict::Invalid | Verdict::Declined),
        shown: filter.verdict == Some(verdict),
    })
}
