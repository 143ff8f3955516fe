//! The page of one import.

use app::{
    components::{ImportFigure, ImportProgress},
    pages::imports::{
        ImportDetail, ImportPage, ImportedRowView, LinksTakenView, grouped, row_state_label, verdict_label,
    },
};
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use domain::{
    import::{Column, ImportState, RowState, Verdict},
    invitation::request::FieldErrors,
};
use leptos::view;
use serde::Deserialize;

use super::{address, columns, find};
use crate::{
    state::AppState,
    store::{ImportRow, ImportedRow, RowFilter, StoreError},
    web::{
        errors::PageError,
        extract::{page, session::Viewer},
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
    behind: u32,
    cancel: String,
}

pub(super) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    viewer.may_invite()?;
    let import = find(&state, &id).await?;
    if import.state == ImportState::Uploaded {
        return Ok(columns::show(viewer, StatusCode::OK, import, FieldErrors::new()));
    }
    let key = import.key;
    let filter =
        RowFilter { verdict: Verdict::from_name(&params.verdict), state: RowState::from_name(&params.outcome) };
    let counts = state.store.import_counts(key).await?;
    let mut rows = state.store.import_rows(key, filter, params.behind, page::ASKED).await?;
    let filtered_by = filter.verdict.map(verdict_label).or(filter.state.map(row_state_label));
    let with = |behind: u32| {
        let query = match (filter.verdict, filter.state) {
            (Some(verdict), _) => format!("verdict={}&", verdict.name()),
            (None, Some(state)) => format!("outcome={}&", state.name()),
            (None, None) => String::new(),
        };
        format!("{}?{query}behind={behind}", address(key))
    };
    let first = (params.behind > 0).then(|| with(0));
    let paging = page::cut(&mut rows, first, |last| with(last.number));
    let sum = |wanted: &dyn Fn(RowState) -> bool| {
        counts.iter().filter(|(_, state, _)| wanted(*state)).map(|(_, _, count)| count).sum::<u64>()
    };
    let taken = state.store.links_taken(key, TAKEN).await?.into_iter().map(|taken| LinksTakenView {
        at: taken.at,
        actor: taken.actor,
        count: taken.count.into(),
    });
    let detail = ImportDetail {
        id: key.0,
        progress: progress(&state, &import, &counts, filter),
        verdicts: Verdict::ALL.map(|verdict| (verdict, of_verdict(&counts, verdict))).to_vec(),
        waiting: sum(&|state| !state.is_final()),
        invited: sum(&|state| matches!(state, RowState::Created | RowState::Refreshed | RowState::Unchanged)),
        paging,
        rows: rows.into_iter().map(shown).collect(),
        filtered_by,
        taken: taken.collect(),
        days: state.settings.retention.ended.whole_days(),
        confirming: !params.cancel.is_empty() && !matches!(import.state, ImportState::Done | ImportState::Cancelled),
        file_name: import.file_name,
        state: import.state,
        reason: import.reason,
        actor: import.started_by.unwrap_or(import.actor),
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <ImportPage visit=visit detail=detail/> }))
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

/// How far it is, as an open page is told.
pub(super) async fn look(state: &AppState, import: &ImportRow) -> Result<ImportProgress, StoreError> {
    let counts = state.store.import_counts(import.key).await?;
    Ok(progress(state, import, &counts, RowFilter::default()))
}

fn progress(state: &AppState, import: &ImportRow, counts: &Counts, filter: RowFilter) -> ImportProgress {
    let sum = |wanted: &dyn Fn(RowState) -> bool| {
        counts.iter().filter(|(_, state, _)| wanted(*state)).map(|(_, _, count)| count).sum::<u64>()
    };
    let here = address(import.key);
    let started = import.state.was_started() && import.started_at.is_some();
    let (done, total) = if started {
        (sum(&|state| state.is_final() && state != RowState::Invalid), sum(&|state| state != RowState::Invalid))
    } else {
        (sum(&|_| true), import.reading.row_count.into())
    };
    let mut words = format!("{} of {} rows", grouped(done), grouped(total));
    if import.state == ImportState::Running && done < total {
        let minutes = (total - done).div_ceil(state.settings.imports.per_minute.max(1).into());
        let plural = if minutes == 1 { "" } else { "s" };
        words = format!("{words}, at most {} minute{plural} to go at this pace", grouped(minutes));
    }
    let figures = if started {
        let figure = |state: RowState| {
            let count = sum(&|other| other == state);
            (count > 0).then(|| ImportFigure {
                label: row_state_label(state),
                count: grouped(count),
                href: format!("{here}?outcome={}", state.name()),
                attention: matches!(state, RowState::Refused | RowState::Invalid),
                shown: filter.state == Some(state),
            })
        };
        RowState::ALL.into_iter().filter_map(figure).collect()
    } else {
        let figure = |verdict: Verdict| {
            let count = of_verdict(counts, verdict);
            (count > 0).then(|| ImportFigure {
                label: verdict_label(verdict),
                count: grouped(count),
                href: format!("{here}?verdict={}", verdict.name()),
                attention: matches!(verdict, Verdict::Invalid | Verdict::Declined),
                shown: filter.verdict == Some(verdict),
            })
        };
        Verdict::ALL.into_iter().filter_map(figure).collect()
    };
    ImportProgress { done, total, words, figures }
}
