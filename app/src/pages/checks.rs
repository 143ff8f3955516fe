//! What Onramp finds by asking Catena: how the checks go, and what no webhook told.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::components::{Document, MomentView, Notice, NoticeKind, Visit};
use domain::timestamp;

/// A check of everything that ended.
#[derive(Debug, Clone)]
pub struct CheckLine {
    /// When it began, UTC.
    pub started_at: OffsetDateTime,
    /// Why, in words.
    pub cause: &'static str,
    /// Whether it came to its end.
    pub complete: bool,
    /// Facts that were new.
    pub found: u32,
    /// Those among them that a webhook should have told.
    pub holes: u32,
    /// What went wrong and what to do.
    pub problem: Option<String>,
}

/// A fleet of whom a check had to find facts.
#[derive(Debug, Clone)]
pub struct RepairedFleet {
    /// Our reference for it.
    pub fleet_ref: String,
    /// Its name as people write it.
    pub name: Option<String>,
    /// How many facts.
    pub count: u32,
}

/// How the checks go.
#[derive(Debug, Clone)]
pub struct ChecksView {
    /// Since when a check of everything runs, UTC.
    pub running_since: Option<OffsetDateTime>,
    /// When the next one is due, UTC; none when there is no schedule.
    pub next_at: Option<OffsetDateTime>,
    /// The last ones, the newest first.
    pub lines: Vec<CheckLine>,
    /// Facts found in the last 24 hours that no webhook has told of, in words; none for nothing.
    pub day: Option<String>,
    /// The same for the last 7 days.
    pub week: Option<String>,
    /// The same since ever.
    pub ever: Option<String>,
    /// The fleets of the last 7 days, those with the most such facts first.
    pub fleets: Vec<RepairedFleet>,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
    /// What has just been done.
    pub notice: Option<String>,
    /// Whether the visitor may start a check.
    pub may_operate: bool,
}

/// The checks.
#[component]
pub fn ChecksPage(
    /// The visit.
    visit: Visit,
    /// How they go.
    view: ChecksView,
) -> impl IntoView {
    let ChecksView { running_since, next_at, lines, fleets, now, .. } = view;
    let stopped = lines.first().filter(|last| !last.complete && running_since.is_none());
    let stopped = stopped.map(|last| {
        let problem = last.problem.clone().unwrap_or_default();
        let on = match next_at {
            Some(next) => format!("It goes on {}.", timestamp::relative(next, now)),
            None => "It goes on when it is started again.".to_owned(),
        };
        format!("The last check stopped half-way: {problem} {on}")
    });
    let refused = lines.first().filter(|last| last.complete).and_then(|last| last.problem.clone());
    view! {
        <Document visit=visit title="Checks">
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/deliveries">"Deliveries"</a></p>
                    <h1>"Checks"</h1>
                    <p class="lead">
                        "Now and then Onramp asks Catena how all fleets stand, and fills in what no webhook told. What it finds is marked on \
                        timelines as found by check; that a connection works again is never told in another way."
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
                view! { <Notice kind=NoticeKind::Problem text=format!("The last check could not ask for everything: {problem}")/> }
            })}
            <DeliveryMetrics running_since=running_since next_at=next_at last=lines.first().cloned() day=view.day week=view.week ever=view.ever now=now/>
            {(!fleets.is_empty()).then(|| view! { <Fleets fleets=fleets/> })}
            {if lines.is_empty() {
                view! { <p class="card empty">"No check has ended yet."</p> }.into_any()
            } else {
                view! { <Lines lines=lines now=now/> }.into_any()
            }}
        </Document>
    }
}

#[component]
fn DeliveryMetrics(
    running_since: Option<OffsetDateTime>,
    next_at: Option<OffsetDateTime>,
    last: Option<CheckLine>,
    day: Option<String>,
    week: Option<String>,
    ever: Option<String>,
    now: OffsetDateTime,
) -> impl IntoView {
    let running = running_since.map(|since| format!("running, begun {}", timestamp::relative(since, now)));
    let last = running
        .unwrap_or_else(|| last.map_or_else(|| "none yet".into(), |last| timestamp::relative(last.started_at, now)));
    let next = match next_at {
        Some(next) if next <= now => "at once".to_owned(),
        Some(next) => timestamp::relative(next, now),
        None => "on demand only".to_owned(),
    };
    let attention = day.is_some();
    let none = || "none".to_owned();
    view! {
        <dl class="figures" data-testid="check-figures">
            <div><dt>"Last check"</dt><dd>{last}</dd></div>
            <div><dt>"Next check"</dt><dd>{next}</dd></div>
            <div class:attention=attention><dt>"Repaired in 24 hours"</dt><dd data-testid="holes-day">{day.unwrap_or_else(none)}</dd></div>
            <div><dt>"Repaired in 7 days"</dt><dd>{week.unwrap_or_else(none)}</dd></div>
            <div><dt>"Repaired in all"</dt><dd>{ever.unwrap_or_else(none)}</dd></div>
        </dl>
    }
}

#[component]
fn Fleets(fleets: Vec<RepairedFleet>) -> impl IntoView {
    let row = |fleet: RepairedFleet| {
        let reference =
            fleet.name.is_some().then(|| view! { " "<code class="reference">{fleet.fleet_ref.clone()}</code> });
        view! {
            <tr>
                <th scope="row">{fleet.name.unwrap_or(fleet.fleet_ref)}{reference}</th>
                <td data-label="Facts">{fleet.count}</td>
            </tr>
        }
    };
    view! {
        <h2 class="table-title">"Fleets of whom webhooks did not tell"</h2>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Fleets whose facts a check had to find, in the last 7 days">
            <table class="cards" data-testid="repaired-fleets">
                <thead><tr><th scope="col">"Fleet"</th><th scope="col">"Facts found in 7 days"</th></tr></thead>
                <tbody>{fleets.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Lines(lines: Vec<CheckLine>, now: OffsetDateTime) -> impl IntoView {
    view! {
        <h2 class="table-title">"Last checks"</h2>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Checks, the newest first">
            <table class="cards" data-testid="checks">
                <thead>
                    <tr>
                        <th scope="col">"Began"</th>
                        <th scope="col">"Result"</th>
                        <th scope="col">"Facts found"</th>
                        <th scope="col">"Not told by webhook"</th>
                        <th scope="col">"Why"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| row(line, now)).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn row(line: CheckLine, now: OffsetDateTime) -> impl IntoView {
    let at = MomentView::to_the_second(line.started_at);
    let badge = if line.complete {
        view! { <span class="badge good">"complete"</span> }.into_any()
    } else {
        view! { <span class="badge warning">"stopped"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row">
                <time datetime=at.datetime>{at.display}</time>
                <span class="muted ago">{timestamp::relative(line.started_at, now)}</span>
                {line.problem.map(|problem| view! { <span class="reason">{problem}</span> })}
            </th>
            <td data-label="Result">{badge}</td>
            <td data-label="Facts found">{line.found}</td>
            <td data-label="Not told by webhook">{line.holes}</td>
            <td data-label="Why">{line.cause}</td>
        </tr>
    }
}
