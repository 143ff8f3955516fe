//! The checks that ask Catena for what no webhook reported: recent ones, and what they found.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{Document, LoggedTime, Notice, NoticeKind, RecordTable, Visit};
use domain::timestamp;

/// A finished check of all fleets.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// When it started, UTC.
    pub started_at: OffsetDateTime,
    /// What triggered it, for people.
    pub cause: &'static str,
    /// Whether it completed.
    pub complete: bool,
    /// How many new facts it found.
    pub found: u32,
    /// How many of them a webhook should have reported.
    pub missed: u32,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
}

/// A fleet with facts that only a check found.
#[derive(Debug, Clone)]
pub struct RepairedFleet {
    /// Our reference for it.
    pub fleet_ref: String,
    /// Its name as people write it.
    pub name: Option<String>,
    /// How many facts.
    pub count: u32,
}

/// The state of the checks.
#[derive(Debug, Clone)]
pub struct ChecksView {
    /// When the running check of all fleets started, UTC; none if none is running.
    pub running_since: Option<OffsetDateTime>,
    /// When the next one is due, UTC; none without a schedule.
    pub next_at: Option<OffsetDateTime>,
    /// Recent checks, newest first.
    pub lines: Vec<CheckLine>,
    /// Facts of the last 24 hours that no webhook reported, as text; none if there are none.
    pub day: Option<String>,
    /// The same for the last 7 days.
    pub week: Option<String>,
    /// The same for all time.
    pub ever: Option<String>,
    /// Fleets with such facts in the last 7 days, those with the most first.
    pub fleets: Vec<RepairedFleet>,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// Whether the visitor may start a check.
    pub may_operate: bool,
}

/// The checks.
#[component]
pub fn ChecksPage(
    /// The visit.
    visit: Visit,
    /// Their state.
    view: ChecksView,
) -> impl IntoView {
    let ChecksView { running_since, next_at, lines, fleets, now, .. } = view;
    let stopped = lines.first().filter(|last| !last.complete && running_since.is_none());
    let stopped = stopped.map(|last| {
        let problem = last.problem.clone().unwrap_or_default();
        let on = match next_at {
            Some(next) => format!("It continues {}.", timestamp::relative(next, now)),
            None => "Start it again to continue.".to_owned(),
        };
        format!("The last check stopped halfway: {problem} {on}")
    });
    let refused = lines.first().filter(|last| last.complete).and_then(|last| last.problem.clone());
    view! {
        <Document visit=visit title="Checks">
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/deliveries">"Deliveries"</a></p>
                    <h1>"Checks"</h1>
                    <p class="lead">
                        "Onramp regularly asks Catena for the state of all fleets and fills in what no webhook reported. Timelines mark these \
                        facts as “found by check”. No webhook ever reports that a connection has recovered; only a check finds that."
                    </p>
                </div>
                {view.may_operate.then(|| view! {
                    <form method="post" action="/settings/checks">
                        <button class="button primary">"Check everything now"</button>
                    </form>
                })}
            </div>
            {view.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {stopped.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {refused.map(|problem| {
                view! { <Notice kind=NoticeKind::Problem text=format!("The last check couldn’t read everything: {problem}")/> }
            })}
            <CheckFigures running_since=running_since next_at=next_at last=lines.first().cloned() day=view.day week=view.week ever=view.ever now=now/>
            {(!fleets.is_empty()).then(|| view! { <Fleets fleets=fleets/> })}
            <Lines lines=lines now=now/>
        </Document>
    }
}

#[component]
fn CheckFigures(
    running_since: Option<OffsetDateTime>,
    next_at: Option<OffsetDateTime>,
    last: Option<CheckLine>,
    day: Option<String>,
    week: Option<String>,
    ever: Option<String>,
    now: OffsetDateTime,
) -> impl IntoView {
    let running = running_since.map(|since| format!("running, started {}", timestamp::relative(since, now)));
    let last = running
        .unwrap_or_else(|| last.map_or_else(|| "none yet".into(), |last| timestamp::relative(last.started_at, now)));
    let next = match next_at {
        Some(next) if next <= now => "now".to_owned(),
        Some(next) => timestamp::relative(next, now),
        None => "on demand only".to_owned(),
    };
    let attention = day.is_some();
    let none = || "none".to_owned();
    view! {
        <dl class="figures" data-testid="check-figures">
            <div><dt>"Last check"</dt><dd>{last}</dd></div>
            <div><dt>"Next check"</dt><dd>{next}</dd></div>
            <div class:attention=attention><dt>"Missed in 24 hours"</dt><dd data-testid="holes-day">{day.unwrap_or_else(none)}</dd></div>
            <div><dt>"Missed in 7 days"</dt><dd>{week.unwrap_or_else(none)}</dd></div>
            <div><dt>"Missed in total"</dt><dd>{ever.unwrap_or_else(none)}</dd></div>
        </dl>
    }
}

#[component]
fn Fleets(fleets: Vec<RepairedFleet>) -> impl IntoView {
    let row = |fleet: RepairedFleet| {
        let reference = fleet
            .name
            .is_some()
            .then(|| view! { " "<code translate="no" class="reference">{fleet.fleet_ref.clone()}</code> });
        view! {
            <tr>
                <th scope="row">{fleet.name.unwrap_or(fleet.fleet_ref)}{reference}</th>
                <td data-label="Facts found in 7 days">{fleet.count}</td>
            </tr>
        }
    };
    view! {
        <h2 class="table-title">"Fleets with missed webhooks"</h2>
        <RecordTable
            label="Fleets with facts that only a check found, in the last 7 days"
            testid="repaired-fleets"
            columns=["Fleet", "Facts found in 7 days"]
            rows=fleets
            row=row
        />
    }
}

#[component]
fn Lines(lines: Vec<CheckLine>, now: OffsetDateTime) -> impl IntoView {
    view! {
        <h2 class="table-title">"Last checks"</h2>
        <RecordTable
            label="Checks, newest first"
            testid="checks"
            columns=["Started", "Result", "Facts found", "Missed by webhooks", "Reason"]
            rows=lines
            row=move |line| row(line, now)
            empty="No check has finished yet."
        />
    }
}

fn row(line: CheckLine, now: OffsetDateTime) -> impl IntoView {
    let badge = if line.complete {
        view! { <span class="badge good">"complete"</span> }.into_any()
    } else {
        view! { <span class="badge warning">"stopped"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <LoggedTime at=line.started_at now=now/>
                {line.problem.map(|problem| view! { <span class="reason">{problem}</span> })}
            </th>
            <td data-label="Result">{badge}</td>
            <td data-label="Facts found">{line.found}</td>
            <td data-label="Missed by webhooks">{line.missed}</td>
            <td data-label="Reason">{line.cause}</td>
        </tr>
    }
}
