//! Catena's delivery log of a subscription.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{Document, Field, LoggedTime, Notice, NoticeKind, Pages, Paging, RecordTable, Visit};

/// The log's filter, as typed.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// `success`, `failed`, or empty.
    pub status: String,
    /// The earliest time, UTC, in the format of `<input type="datetime-local">`, or empty.
    pub from: String,
    /// The latest time, in the same format.
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

/// A request that Catena made.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// The event's id, if Catena gives it.
    pub event_id: Option<String>,
    /// Whether the response was 2xx, in Catena's word.
    pub status: String,
    /// The response's status; none without a response.
    pub status_code: Option<i64>,
    /// Why it failed, in Catena's words.
    pub error: Option<String>,
    /// Time until the response, in milliseconds.
    pub took_ms: Option<i64>,
}

/// One page of the log.
#[derive(Debug, Clone)]
pub struct LogsView {
    /// The subscription's id.
    pub id: String,
    /// The event that it delivers.
    pub event_name: String,
    /// The requests, newest first; or why they can't be loaded, and what to do.
    pub rows: Result<Vec<LogRow>, String>,
    /// The filter.
    pub filter: LogFilter,
    /// The other pages.
    pub paging: Paging,
    /// Now, UTC; relative times count from here.
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
        "No requests match this filter."
    } else {
        "Catena has made no requests in the last 14 days."
    };
    view! {
        <Document visit=visit title=format!("Delivery log of {event_name}")>
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href=format!("/subscriptions/{id}")><code translate="no">{event_name}</code></a></p>
                    <h1>"Delivery log"</h1>
                    <p class="lead">"Every request that Catena made for this subscription in the last 14 days, from Catena’s point of view."</p>
                </div>
            </div>
            <FilterForm id=id filter=filter/>
            {match rows {
                Err(problem) => view! { <Notice kind=NoticeKind::Problem text=problem/> }.into_any(),
                Ok(rows) => view! {
                    <RecordTable
                        label="Requests, newest first"
                        testid="log"
                        columns=["Request", "Response", "Duration", "Event ID"]
                        rows=rows
                        row=move |row| log_row(row, now)
                        empty=nothing
                    />
                }
                .into_any(),
            }}
            <Pages paging=paging/>
        </Document>
    }
}

#[component]
fn FilterForm(id: String, filter: LogFilter) -> impl IntoView {
    const OUTCOMES: [(&str, &str); 3] = [("", "Any"), ("success", "2xx response"), ("failed", "Failed")];
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
                <button class="button primary">"Apply"</button>
                {clear.map(|here| view! { <a class="button quiet" href=here>"Clear"</a> })}
            </div>
        </form>
    }
}

fn log_row(row: LogRow, now: OffsetDateTime) -> impl IntoView {
    // Below 500 counts as delivered and is never sent again, whatever the metrics say (WEBHOOKS.md 4.1).
    let (tone, response) = match row.status_code {
        Some(code @ 200..300) => ("badge good", code.to_string()),
        Some(code @ 1..500) => ("badge warning", format!("{code}: counts as delivered")),
        Some(code @ 500..) => ("badge bad", code.to_string()),
        _ => ("badge bad", "no response".to_owned()),
    };
    view! {
        <tr>
            <th scope="row">
                <LoggedTime at=row.at now=now/>
            </th>
            <td data-label="Response" data-status=row.status>
                <span class=tone>{response}</span>
                {row.error.map(|error| view! { <span class="reason">{error}</span> })}
            </td>
            <td data-label="Duration">{row.took_ms.map_or_else(|| "not available".into(), |took| format!("{took} ms"))}</td>
            <td data-label="Event ID">{match row.event_id {
                Some(id) => view! { <code translate="no" class="address">{id}</code> }.into_any(),
                None => view! { "not available" }.into_any(),
            }}</td>
        </tr>
    }
}
