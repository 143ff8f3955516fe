//! The rows of an import.

use leptos::prelude::*;

use super::{
    data::{ImportDetail, ImportedRowView},
    labels::{grouped, row_state_label, verdict_label},
};
use crate::components::{Columns, ExactTime, Pages, RecordTable};
use domain::import::{RowState, Verdict};

/// The rows of this page, with their outcome once the import was started.
#[component]
pub(super) fn RowTable(detail: ImportDetail, started: bool) -> impl IntoView {
    let ImportDetail { rows, filtered_by, paging, id, .. } = detail;
    let all = filtered_by.map(|label| {
        view! {
            <p class="hint narrowed">
                {format!("Showing only “{label}”. ")}<a href=format!("/invitations/import/{id}")>"Show all rows"</a>
            </p>
        }
    });
    let columns = Columns::from(["Fleet", "Line", "Verdict"]);
    let columns = if started { columns.plus(["Outcome", "Link expires"]) } else { columns };
    view! {
        <h2 class="between">"Rows"</h2>
        {all}
        <RecordTable
            label="Rows, in the order of the file"
            testid="rows"
            columns=columns
            rows=rows
            row=move |row| imported(row, started)
            empty="No rows of this kind."
        />
        <Pages paging=paging first="First rows" next="Next rows"/>
    }
}

fn imported(row: ImportedRowView, started: bool) -> impl IntoView {
    let ImportedRowView { line, fleet_ref, name, verdict, state, reason, invitation, expires_at } = row;
    let named = if fleet_ref.is_empty() { "no reference".to_owned() } else { fleet_ref };
    let outcome = started.then(|| {
        let expiry = expires_at.map_or_else(
            || view! { <span class="muted">"—"</span> }.into_any(),
            |at| view! { <ExactTime at=at/> }.into_any(),
        );
        view! {
            <td data-label="Outcome"><span class=state_tone(state) data-state=state.name()>{row_state_label(state)}</span></td>
            <td data-label="Link expires">{expiry}</td>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {match invitation {
                    Some(id) => view! { <a class="row-link" href=format!("/invitations/{id}")>{named}</a> }.into_any(),
                    None => view! { <strong>{named}</strong> }.into_any(),
                }}
                {name.map(|name| view! { <span class="reference">{name}</span> })}
                {reason.map(|reason| view! { <span class="reason">{reason}</span> })}
            </th>
            <td data-label="Line">{grouped(line)}</td>
            <td data-label="Verdict"><span class=tone(verdict) data-verdict=verdict.name()>{verdict_label(verdict)}</span></td>
            {outcome}
        </tr>
    }
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::New => "badge good",
        Verdict::RefreshActive | Verdict::RefreshAccepted => "badge moving",
        Verdict::Declined | Verdict::Unrecognized => "badge warning",
        Verdict::Unchanged => "badge neutral",
        Verdict::Invalid => "badge bad",
    }
}

fn state_tone(state: RowState) -> &'static str {
    match state {
        RowState::Created => "badge good",
        RowState::Refreshed | RowState::Doing => "badge moving",
        RowState::Waiting | RowState::Unchanged => "badge neutral",
        RowState::LeftOut => "badge warning",
        RowState::Refused | RowState::Invalid => "badge bad",
    }
}
