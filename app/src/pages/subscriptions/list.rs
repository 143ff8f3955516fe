//! Which webhooks Catena sends us, how that goes, and what is to be done about it.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    findings::Findings,
    words::{self, StatusBadge},
};
use crate::components::{Document, Notice, NoticeKind, Visit};
use domain::{
    subscription::{Breaker, DeadLetters, Diagnosis, Place, SuccessRate},
    timestamp,
};

/// One subscription at Catena.
#[derive(Debug, Clone)]
pub struct SubscriptionRow {
    /// Catena's id of it: no secret.
    pub id: String,
    /// The event that it carries.
    pub event_name: String,
    /// Its status, in Catena's word.
    pub status: String,
    /// Where it posts to, as far as one can know.
    pub place: Place,
    /// The address: ours as we recorded it, others' as far as Catena shows it.
    pub address: String,
    /// How many deliveries succeeded in the last 24 hours; none while it was never measured.
    pub rate: Option<SuccessRate>,
    /// How far it is from being switched off.
    pub breaker: Breaker,
    /// Its dead letters; none while it was never measured.
    pub dead: Option<DeadLetters>,
}

/// What was found and done after the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Dead letters that were found.
    pub dead_letters: u64,
    /// Queues that were replayed.
    pub replayed: u32,
    /// Subscriptions that were switched on again.
    pub activated: u32,
    /// Moves that failed.
    pub failed: u32,
}

/// All subscriptions, and what is wrong with them.
#[derive(Debug, Clone)]
pub struct SubscriptionsView {
    /// Those that exist, by event name.
    pub rows: Vec<SubscriptionRow>,
    /// What is missing and what is wrong.
    pub judgement: Diagnosis,
    /// Our own endpoint.
    pub endpoint: String,
    /// When Catena last told, UTC.
    pub as_of: Option<OffsetDateTime>,
    /// Why Catena couldn't be asked since, and what to do.
    pub stuck: Option<String>,
    /// What was found after the start, once it was looked.
    pub missed: Option<Missed>,
    /// What went wrong just now, and what to do.
    pub problem: Option<String>,
    /// What has just been done.
    pub notice: Option<String>,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
    /// Whether the visitor may have Catena asked.
    pub may_operate: bool,
    /// Whether the visitor may change subscriptions.
    pub may_administer: bool,
}

/// The subscriptions.
#[component]
pub fn SubscriptionsPage(
    /// The visit.
    visit: Visit,
    /// The subscriptions.
    view: SubscriptionsView,
) -> impl IntoView {
    let SubscriptionsView { rows, judgement, endpoint, as_of, stuck, missed, now, may_operate, may_administer, .. } =
        view;
    let ours = |row: &&SubscriptionRow| row.place == Place::Here;
    let dead_letters = rows.iter().filter(ours).filter_map(|row| row.dead).map(|dead| dead.count).sum();
    view! {
        <Document visit=visit title="Subscriptions">
            <div class="page-head">
                <div>
                    <h1>"Subscriptions"</h1>
                    <p class="lead">"Catena tells Onramp what fleets do by webhook. Each subscription carries one kind of event to "<code>{endpoint}</code>"."</p>
                </div>
                {may_administer.then(|| view! { <a class="button" href="/subscriptions/new">"Add a subscription"</a> })}
            </div>
            {view.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {view.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {stuck.map(|stuck| view! {
                <Notice kind=NoticeKind::Problem text=format!("Catena could not be asked, so this is what it said before. {stuck}")/>
            })}
            <Findings judgement=judgement dead_letters=dead_letters may_administer=may_administer/>
            <AsOf as_of=as_of missed=missed now=now may_operate=may_operate/>
            {if rows.is_empty() {
                view! { <p class="card empty">"No subscription at Catena yet."</p> }.into_any()
            } else {
                view! { <SubscriptionTable rows=rows now=now/> }.into_any()
            }}
        </Document>
    }
}

#[component]
fn AsOf(
    as_of: Option<OffsetDateTime>,
    missed: Option<Missed>,
    now: OffsetDateTime,
    may_operate: bool,
) -> impl IntoView {
    view! {
        <div class="as-of">
            <p class="hint" data-testid="as-of">
                {match as_of {
                    Some(at) => view! {
                        "As Catena told "<time datetime=timestamp::rfc3339(at) title=timestamp::display(at)>{timestamp::relative(at, now)}</time>"."
                    }.into_any(),
                    None => view! { "Catena was not asked yet." }.into_any(),
                }}
                {missed.map(|missed| format!(" {}", after_start(missed)))}
            </p>
            {may_operate.then(|| view! {
                <form method="post" action="/subscriptions/refresh"><button class="button quiet">"Refresh"</button></form>
            })}
        </div>
    }
}

fn after_start(missed: Missed) -> String {
    let Missed { at, dead_letters, replayed, activated, failed } = missed;
    let counted =
        |count: u64, one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    let found = match dead_letters {
        0 => "no event waited".to_owned(),
        count => format!("{} waited", counted(count, "event", "events")),
    };
    let mut done = Vec::new();
    if activated > 0 {
        done.push(format!("{} activated", counted(activated.into(), "subscription was", "subscriptions were")));
    }
    if replayed > 0 {
        done.push(format!("{} fetched", counted(replayed.into(), "queue was", "queues were")));
    }
    if failed > 0 {
        done.push(format!("{} failed (the log says why)", counted(failed.into(), "move", "moves")));
    }
    let done = if done.is_empty() { String::new() } else { format!("; {}", done.join(", ")) };
    format!("After the start on {}, {found}{done}.", timestamp::display(at))
}

#[component]
fn SubscriptionTable(rows: Vec<SubscriptionRow>, now: OffsetDateTime) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Subscriptions at Catena">
            <table class="cards" data-testid="subscriptions">
                <thead>
                    <tr>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Success, 24 h"</th>
                        <th scope="col">"Breaker"</th>
                        <th scope="col">"Dead letters"</th>
                        <th scope="col">"Endpoint"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| subscription_row(row, now)).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn subscription_row(row: SubscriptionRow, now: OffsetDateTime) -> impl IntoView {
    let SubscriptionRow { id, event_name, status, place, address, rate, breaker, dead } = row;
    let ours = matches!(place, Place::Here | Place::Formerly);
    let waits = dead.is_some_and(|dead| dead.count > 0);
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=format!("/subscriptions/{id}")>{event_name}</a>
                {(!ours).then(|| view! { <span class="reason">"not Onramp’s"</span> })}
            </th>
            <td data-label="Status"><StatusBadge status=status/></td>
            <td data-label="Success, 24 h">{words::rate(rate)}</td>
            <td data-label="Breaker"><span class:alarming=breaker.is_near()>{words::breaker(breaker)}</span></td>
            <td data-label="Dead letters"><span class:alarming=waits>{words::dead_letters(dead, now)}</span></td>
            <td data-label="Endpoint"><code class="address">{address}</code></td>
        </tr>
    }
}
