//! What became of a subscription's deliveries in Catena's eyes.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{Document, Field, MomentView, Notice, NoticeKind, Pages, Paging, Visit};
use domain::timestamp;

/// What the log is narrowed to, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// `success`, `failed`, or nothing.
    pub status: String,
    /// The earliest moment, UTC, as a browser's date and time field gives it, or nothing.
    pub from: String,
    /// The latest moment, likewise.
    pub to: String,
    /// What is wrong with `from`.
    pub from_error: Option<String>,
    /// What is wrong with `to`.
    pub to_error: Option<String>,
}

impl LogFilter {
    fn is_set(&self) -> bool {
        [&self.status, &self.from, &self.to].into_iter().any(|typed| !typed.is_empty())
    }
}

/// One request that Catena made.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// The event's id, as far as it is told.
    pub event_id: Option<String>,
    /// Whether it was answered with 2xx, in Catena's word.
    pub status: String,
    /// The answer's status; none where there was no answer.
    pub status_code: Option<i64>,
    /// Why it failed, in Catena's words.
    pub error: Option<String>,
    /// How long the answer took, in milliseconds.
    pub took_ms: Option<i64>,
}

/// One page of the log.
#[derive(Debug, Clone)]
pub struct LogsView {
    /// The subscription's id.
    pub id: String,
    /// The event that it carries.
    pub event_name: String,
    /// The requests, the newest first; or why they can't be had, and what to do.
    pub rows: Result<Vec<LogRow>, String>,
    /// What it is narrowed to.
    pub filter: LogFilter,
    /// The other pages.
    pub paging: Paging,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
}

/// The log.
#[component]
pub fn LogsPage(
    /// The visit.
    visit: Visit,
    /// The log.
    view: LogsView,
) -> impl IntoView {
    let LogsView { id, event_name, rows, filter, paging, now } = view;
    let nothing = if filter.is_set() {
        "No request fits this filter."
    } else {
        "Catena has made no request in the last 14 days."
    };
    view! {
        <Document visit=visit title=format!("Delivery log of {event_name}")>
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href=format!("/subscriptions/{id}")><code>{event_name}</code></a></p>
                    <h1>"Delivery log"</h1>
                    <p class="lead">"Every request that Catena made for this subscription in the last 14 days, as Catena saw it."</p>
                </div>
            </div>
            <FilterForm id=id filter=filter/>
            {match rows {
                Err(problem) => view! { <Notice kind=NoticeKind::Problem text=problem/> }.into_any(),
                Ok(rows) if rows.is_empty() => view! { <p class="card empty">{nothing}</p> }.into_any(),
                Ok(rows) => view! { <LogTable rows=rows now=now/> }.into_any(),
            }}
            <Pages paging=paging/>
        </Document>
    }
}

#[component]
fn FilterForm(id: String, filter: LogFilter) -> impl IntoView {
    const OUTCOMES: [(&str, &str); 3] = [("", "Any"), ("success", "Answered with 2xx"), ("failed", "Failed")];
    let here = format!("/subscriptions/{id}/logs");
    let clear = filter.is_set().then(|| here.clone());
    let LogFilter { status, from, to, from_error, to_error } = filter;
    let options = OUTCOMES.map(|(value, label)| {
        let selected = status == value;
        view! { <option value=value selected=selected>{label}</option> }
    });
    view! {
        <form class="card filter" method="get" action=here role="search" aria-label="Filter the log">
            <div class="field">
                <label for="status">"Outcome"</label>
                <select id="status" name="status">{options.into_iter().collect_view()}</select>
            </div>
            <Field name="from" label="From (UTC)" kind="datetime-local" value=from error=from_error/>
            <Field name="to" label="Until (UTC)" kind="datetime-local" value=to error=to_error/>
            <div class="buttons">
                <button class="button primary">"Show"</button>
                {clear.map(|here| view! { <a class="button quiet" href=here>"Clear"</a> })}
            </div>
        </form>
    }
}

#[component]
fn LogTable(rows: Vec<LogRow>, now: OffsetDateTime) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Requests, the newest first">
            <table class="cards" data-testid="log">
                <thead>
                    <tr>
                        <th scope="col">"Request"</th>
                        <th scope="col">"Answer"</th>
                        <th scope="col">"Took"</th>
                        <th scope="col">"Event’s id"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| log_row(row, now)).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn log_row(row: LogRow, now: OffsetDateTime) -> impl IntoView {
    let at = MomentView::to_the_second(row.at);
    // Below 500 is delivered and never sent again, whatever the metrics make of it (WEBHOOKS.md 4.1).
    let (tone, answer) = match row.status_code {
        Some(code @ 200..300) => ("badge good", code.to_string()),
        Some(code @ 1..500) => ("badge warning", format!("{code}: counts as delivered")),
        Some(code @ 500..) => ("badge bad", code.to_string()),
        _ => ("badge bad", "no answer".to_owned()),
    };
    view! {
        <tr>
            <th scope="row">
                <time datetime=at.datetime>{at.display}</time>
                <span class="muted ago">{timestamp::relative(row.at, now)}</span>
            </th>
            <td data-label="Answer" data-status=row.status>
                <span class=tone>{answer}</span>
                {row.error.map(|error| view! { <span class="reason">{error}</span> })}
            </td>
            <td data-label="Took">{row.took_ms.map_or_else(|| "not told".into(), |took| format!("{took} ms"))}</td>
            <td data-label="Event’s id">{match row.event_id {
                Some(id) => view! { <code class="address">{id}</code> }.into_any(),
                None => view! { "not told" }.into_any(),
            }}</td>
        </tr>
    }
}
