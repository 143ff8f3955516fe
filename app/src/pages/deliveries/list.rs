//! The webhook deliveries, newest first.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::state_badge::{StateBadge, state_label};
use crate::components::{Document, Field, LoggedTime, Notice, NoticeKind, Pages, Paging, RecordTable, Visit};
use domain::{events::delivery::DeliveryState, timestamp};

/// One delivery in a list.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Our key for it.
    pub id: i64,
    /// When it arrived, UTC.
    pub received_at: OffsetDateTime,
    /// What became of it.
    pub state: DeliveryState,
    /// The event's name, if known.
    pub event_name: Option<String>,
    /// Number of Catena's attempt.
    pub attempt: Option<i64>,
    /// Why it is parked or quarantined.
    pub reason: Option<String>,
}

/// The list's filter, as typed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name of a state, or empty.
    pub state: String,
    /// Name of an event, or empty.
    pub event: String,
    /// The earliest arrival, UTC, in the format of `<input type="datetime-local">`, or empty.
    pub from: String,
    /// The latest arrival, in the same format.
    pub to: String,
    /// What is wrong with `from`.
    pub from_error: Option<String>,
    /// What is wrong with `to`.
    pub to_error: Option<String>,
}

impl Filter {
    fn is_set(&self) -> bool {
        [&self.state, &self.event, &self.from, &self.to].into_iter().any(|typed| !typed.is_empty())
    }
}

/// The state of the inbox.
#[derive(Debug, Clone, Default)]
pub struct InboxFigures {
    /// Whether processing keeps up, as text.
    pub worker: String,
    /// Whether processing is falling behind.
    pub lagging: bool,
    /// How many deliveries can't be processed, as text (`1,000+`); none if there are none.
    pub parked: Option<String>,
    /// How many could not be verified.
    pub quarantined: Option<String>,
    /// How many facts belong to no known fleet.
    pub unassigned: Option<String>,
}

/// How long deliveries are kept, and what was removed.
#[derive(Debug, Clone, Default)]
pub struct Retained {
    /// Days to keep processed, duplicate, and parked deliveries.
    pub days: i64,
    /// Days to keep quarantined ones, and how many at most.
    pub quarantine: (i64, u32),
    /// How many were removed so far by state, and when the last one was, UTC.
    pub removed: Vec<(DeliveryState, u64, OffsetDateTime)>,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct DeliveryList {
    /// The deliveries, newest first.
    pub rows: Vec<DeliveryRow>,
    /// The filter.
    pub filter: Filter,
    /// Events to choose from.
    pub event_names: Vec<String>,
    /// The state of the inbox.
    pub figures: InboxFigures,
    /// How long deliveries are kept.
    pub retained: Retained,
    /// The other pages.
    pub paging: Paging,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// Whether the visitor may process or verify deliveries again.
    pub may_operate: bool,
}

/// The list of deliveries.
#[component]
pub fn DeliveriesPage(
    /// The visit.
    visit: Visit,
    /// The list.
    list: DeliveryList,
) -> impl IntoView {
    let DeliveryList { rows, filter, figures, retained, paging, now, may_operate, .. } = list;
    let nothing =
        if filter.is_set() { "No deliveries match this filter." } else { "Catena hasn’t sent anything yet." };
    let retry_all = may_operate.then(|| retry_all(&filter.state, &figures)).flatten();
    view! {
        <Document visit=visit title="Deliveries">
            <div class="page-head">
                <div>
                    <h1>"Deliveries"</h1>
                    <p class="lead">"Every webhook that reached Onramp, and what happened to it."</p>
                </div>
                <div class="buttons">
                    <a class="button" href="/settings/checks">"Checks"</a>
                    <a class="button" href="/deliveries/waiting">"Unassigned facts"</a>
                </div>
            </div>
            {list.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {list.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            <InboxFigureList figures=figures/>
            <FilterForm filter=filter names=list.event_names/>
            {retry_all}
            <DeliveryTable rows=rows now=now label="Deliveries, newest first" empty=nothing/>
            <Pages paging=paging/>
            <RetainedNote retained=retained/>
        </Document>
    }
}

/// The button that processes or verifies all deliveries of the filtered state again, if there are any.
fn retry_all(state: &str, figures: &InboxFigures) -> Option<AnyView> {
    let button = |action: &'static str, label: &'static str, about: &'static str| {
        view! {
            <form class="all-again" method="post" action=action>
                <button class="button">{label}</button>
                <p class="hint">{about}</p>
            </form>
        }
        .into_any()
    };
    match DeliveryState::from_name(state)? {
        DeliveryState::Parked if figures.parked.is_some() => Some(button(
            "/deliveries/process-again",
            "Process all parked again",
            "For example, after an update of Onramp. Deliveries that still can’t be processed are parked again.",
        )),
        DeliveryState::Quarantined if figures.quarantined.is_some() => Some(button(
            "/deliveries/verify-again",
            "Verify all again",
            "For example, after correcting a secret or this machine’s clock. Deliveries that now verify are processed.",
        )),
        _ => None,
    }
}

#[component]
fn InboxFigureList(figures: InboxFigures) -> impl IntoView {
    let InboxFigures { worker, lagging, parked, quarantined, unassigned } = figures;
    view! {
        <dl class="figures" data-testid="figures">
            <div class:attention=lagging><dt>"Processing"</dt><dd>{worker}</dd></div>
            <Figure label="Parked" href="/deliveries?state=parked" count=parked/>
            <Figure label="Quarantined" href="/deliveries?state=quarantined" count=quarantined/>
            <Figure label="Unassigned facts" href="/deliveries/waiting" count=unassigned/>
        </dl>
    }
}

#[component]
fn Figure(label: &'static str, href: &'static str, count: Option<String>) -> impl IntoView {
    let attention = count.is_some();
    view! {
        <div class:attention=attention>
            <dt>{label}</dt>
            <dd>
                {match count {
                    Some(count) => view! { <a href=href>{count}</a> }.into_any(),
                    None => view! { "none" }.into_any(),
                }}
            </dd>
        </div>
    }
}

#[component]
fn FilterForm(filter: Filter, names: Vec<String>) -> impl IntoView {
    let is_set = filter.is_set();
    let Filter { state, event, from, to, from_error, to_error } = filter;
    // The filter's event stays selectable even if no delivery has it.
    let unlisted = (!event.is_empty() && !names.contains(&event)).then(|| event.clone());
    let states = DeliveryState::ALL.map(|each| {
        view! { <option value=each.name() selected=state == each.name()>{state_label(each)}</option> }
    });
    let events = names.into_iter().chain(unlisted).map(|name| {
        let selected = name == event;
        view! { <option value=name.clone() selected=selected>{name.clone()}</option> }
    });
    let events = events.collect_view();
    view! {
        <form class="card filter" method="get" action="/deliveries" role="search" aria-label="Filter deliveries">
            <div class="field">
                <label for="state">"State"</label>
                <select id="state" name="state"><option value="">"Any"</option>{states.into_iter().collect_view()}</select>
            </div>
            <div class="field">
                <label for="event">"Event"</label>
                <select id="event" name="event"><option value="">"Any"</option>{events}</select>
            </div>
            <Field name="from" label="From (UTC)" kind="datetime-local" value=from error=from_error/>
            <Field name="to" label="Until (UTC)" kind="datetime-local" value=to error=to_error/>
            <div class="buttons">
                <button class="button primary">"Apply"</button>
                {is_set.then(|| view! { <a class="button quiet" href="/deliveries">"Clear"</a> })}
            </div>
        </form>
    }
}

/// A table of deliveries.
#[component]
pub(super) fn DeliveryTable(
    rows: Vec<DeliveryRow>,
    now: OffsetDateTime,
    label: &'static str,
    empty: &'static str,
) -> impl IntoView {
    let columns = ["Event", "State", "Received", "Attempt"];
    view! { <RecordTable label=label testid="deliveries" columns=columns rows=rows row=move |row| delivery_row(row, now) empty=empty/> }
}

fn delivery_row(row: DeliveryRow, now: OffsetDateTime) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=format!("/deliveries/{}", row.id)>
                    {row.event_name.unwrap_or_else(|| "unnamed event".into())}
                </a>
                {row.reason.map(|reason| view! { <span class="reason">{reason}</span> })}
            </th>
            <td data-label="State"><StateBadge state=row.state/></td>
            <td data-label="Received">
                <LoggedTime at=row.received_at now=now/>
            </td>
            <td data-label="Attempt">{row.attempt.map_or_else(|| "unknown".into(), |attempt| attempt.to_string())}</td>
        </tr>
    }
}

#[component]
fn RetainedNote(retained: Retained) -> impl IntoView {
    let Retained { days, quarantine: (quarantine_days, quarantine_max), removed } = retained;
    let removed = removed
        .into_iter()
        .map(|(state, count, last_at)| format!("{count} {} (last on {})", state.name(), timestamp::display(last_at)))
        .collect::<Vec<_>>();
    let removed = if removed.is_empty() {
        "Nothing has been removed so far.".into()
    } else {
        format!("Removed so far: {}.", removed.join(", "))
    };
    view! {
        <p class="hint retained" data-testid="retained">
            {format!(
                "Deliveries are kept for {days} days, quarantined ones for {quarantine_days} days and at most {quarantine_max} of them. \
                 What they reported stays on timelines. {removed}"
            )}
        </p>
    }
}
