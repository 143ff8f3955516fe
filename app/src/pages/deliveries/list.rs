//! What Catena sent, the newest first.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{StateBadge, state_label};
use crate::components::{Document, Field, MomentView, Notice, NoticeKind, Pages, Paging, Visit};
use domain::{events::delivery::DeliveryState, timestamp};

/// One delivery in a list.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Our key of it.
    pub id: i64,
    /// When it came, UTC.
    pub received_at: OffsetDateTime,
    /// What became of it.
    pub state: DeliveryState,
    /// The event's name, where one is known.
    pub event_name: Option<String>,
    /// Which attempt of Catena's it was.
    pub attempt: Option<i64>,
    /// Why it is parked or quarantined.
    pub reason: Option<String>,
}

/// What the list is narrowed to, as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// A state's word, or nothing.
    pub state: String,
    /// An event's name, or nothing.
    pub event: String,
    /// The earliest arrival, UTC, as a browser's date and time field gives it, or nothing.
    pub from: String,
    /// The latest arrival, likewise.
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

/// How the inbox stands.
#[derive(Debug, Clone, Default)]
pub struct InboxFigures {
    /// Whether processing keeps up, in words.
    pub worker: String,
    /// Whether that needs a look.
    pub behind: bool,
    /// Deliveries that can't be processed, in words for people (`1,000+`).
    pub parked: Option<String>,
    /// Deliveries that could not be verified.
    pub quarantined: Option<String>,
    /// Facts that wait for a fleet.
    pub waiting: Option<String>,
}

/// What is kept, and what was removed.
#[derive(Debug, Clone, Default)]
pub struct Retained {
    /// Days that processed, duplicate and parked deliveries are kept.
    pub days: i64,
    /// Days that quarantined ones are kept, and how many at the most.
    pub quarantine: (i64, u32),
    /// How many of each state were removed so far, and when last.
    pub removed: Vec<(DeliveryState, u64, OffsetDateTime)>,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct DeliveryList {
    /// The deliveries, the newest first.
    pub rows: Vec<DeliveryRow>,
    /// What it is narrowed to.
    pub filter: Filter,
    /// Names of events to choose from.
    pub event_names: Vec<String>,
    /// How the inbox stands.
    pub figures: InboxFigures,
    /// What is kept.
    pub retained: Retained,
    /// The other pages.
    pub paging: Paging,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
    /// What has just been done.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// Whether the visitor may have deliveries processed or verified again.
    pub may_operate: bool,
}

/// The inbox.
#[component]
pub fn DeliveriesPage(
    /// The visit.
    visit: Visit,
    /// The list.
    list: DeliveryList,
) -> impl IntoView {
    let DeliveryList { rows, filter, figures, retained, paging, now, may_operate, .. } = list;
    let nothing = if filter.is_set() { "No delivery fits this filter." } else { "Catena has not sent anything yet." };
    let all_again = may_operate.then(|| all_again(&filter.state, &figures)).flatten();
    view! {
        <Document visit=visit title="Deliveries">
            <div class="page-head">
                <div>
                    <h1>"Deliveries"</h1>
                    <p class="lead">"Every webhook that reached Onramp, and what became of it."</p>
                </div>
                <div class="buttons">
                    <a class="button" href="/settings/checks">"Checks"</a>
                    <a class="button" href="/deliveries/waiting">"Facts without a fleet"</a>
                </div>
            </div>
            {list.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {list.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            <DeliveryMetrics figures=figures/>
            <FilterForm filter=filter names=list.event_names/>
            {all_again}
            {if rows.is_empty() {
                view! { <p class="card empty">{nothing}</p> }.into_any()
            } else {
                view! { <DeliveryTable rows=rows now=now label="Deliveries, the newest first"/> }.into_any()
            }}
            <Pages paging=paging/>
            <RetainedNote retained=retained/>
        </Document>
    }
}

/// The button that gives everything of the chosen state another chance, where there is something.
fn all_again(state: &str, figures: &InboxFigures) -> Option<AnyView> {
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
            "For example after an update of Onramp. What still can’t be processed is parked again.",
        )),
        DeliveryState::Quarantined if figures.quarantined.is_some() => Some(button(
            "/deliveries/verify-again",
            "Verify all again",
            "For example after a secret or this machine’s clock was corrected. What fits now is processed.",
        )),
        _ => None,
    }
}

#[component]
fn DeliveryMetrics(figures: InboxFigures) -> impl IntoView {
    let InboxFigures { worker, behind, parked, quarantined, waiting } = figures;
    view! {
        <dl class="figures" data-testid="figures">
            <div class:attention=behind><dt>"Processing"</dt><dd>{worker}</dd></div>
            <Figure label="Parked" href="/deliveries?state=parked" count=parked/>
            <Figure label="Quarantined" href="/deliveries?state=quarantined" count=quarantined/>
            <Figure label="Without a fleet" href="/deliveries/waiting" count=waiting/>
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
    // A name that is asked for stays to be chosen, whether or not there is a delivery of it.
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
                <button class="button primary">"Show"</button>
                {is_set.then(|| view! { <a class="button quiet" href="/deliveries">"Clear"</a> })}
            </div>
        </form>
    }
}

/// Deliveries as rows.
#[component]
pub(super) fn DeliveryTable(rows: Vec<DeliveryRow>, now: OffsetDateTime, label: &'static str) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=label>
            <table class="cards" data-testid="deliveries">
                <thead>
                    <tr>
                        <th scope="col">"Event"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Received"</th>
                        <th scope="col">"Attempt"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| delivery_row(row, now)).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn delivery_row(row: DeliveryRow, now: OffsetDateTime) -> impl IntoView {
    let at = MomentView::to_the_second(row.received_at);
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
                <time datetime=at.datetime>{at.display}</time>
                <span class="muted ago">{timestamp::relative(row.received_at, now)}</span>
            </td>
            <td data-label="Attempt">{row.attempt.map_or_else(|| "not said".into(), |attempt| attempt.to_string())}</td>
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
        "Nothing was removed so far.".into()
    } else {
        format!("Removed so far: {}.", removed.join(", "))
    };
    view! {
        <p class="hint retained" data-testid="retained">
            {format!(
                "Deliveries are kept for {days} days, quarantined ones for {quarantine_days} days and {quarantine_max} at the most. \
                 What they told stays on timelines for good. {removed}"
            )}
        </p>
    }
}
