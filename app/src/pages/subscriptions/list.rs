//! The webhook subscriptions, their state, and what needs attention.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    diagnosis::DiagnosisCards,
    labels::{self, StatusBadge},
};
use crate::components::{Document, Notice, NoticeKind, RecordTable, RelativeTime, Visit};
use domain::{
    subscription::{Breaker, DeadLetters, Diagnosis, Place, SuccessRate},
    timestamp,
};

/// One subscription at Catena.
#[derive(Debug, Clone)]
pub struct SubscriptionRow {
    /// Catena's id of it; not a secret.
    pub id: String,
    /// The event that it delivers.
    pub event_name: String,
    /// Its status, in Catena's word.
    pub status: String,
    /// Where it posts to, as far as Onramp can tell.
    pub place: Place,
    /// The address: ours as we recorded it, others as far as Catena shows it.
    pub address: String,
    /// The success rate of the last 24 hours; none before the first measurement.
    pub rate: Option<SuccessRate>,
    /// How far it is from being switched off.
    pub breaker: Breaker,
    /// Its dead letters; none before the first measurement.
    pub dead: Option<DeadLetters>,
}

/// What Onramp found and did about missed events after it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryView {
    /// When, UTC.
    pub at: OffsetDateTime,
    /// Dead letters that were found.
    pub dead_letters: u64,
    /// Queues that were replayed.
    pub replayed: u32,
    /// Subscriptions that were activated again.
    pub activated: u32,
    /// Actions that failed.
    pub failed: u32,
}

/// All subscriptions and their problems.
#[derive(Debug, Clone)]
pub struct SubscriptionsView {
    /// The existing subscriptions, by event name.
    pub rows: Vec<SubscriptionRow>,
    /// What is missing, and what is wrong.
    pub diagnosis: Diagnosis,
    /// Our own endpoint.
    pub endpoint: String,
    /// When Catena was last asked, UTC.
    pub as_of: Option<OffsetDateTime>,
    /// Why Catena couldn't be asked since then, and what to do.
    pub stuck: Option<String>,
    /// The recovery after startup, once it has run.
    pub recovery: Option<RecoveryView>,
    /// What went wrong just now, and what to do.
    pub problem: Option<String>,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// Whether the visitor may refresh the list.
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
    let SubscriptionsView {
        rows, diagnosis, endpoint, as_of, stuck, recovery, now, may_operate, may_administer, ..
    } = view;
    let ours = |row: &&SubscriptionRow| row.place == Place::Here;
    let dead_letters = rows.iter().filter(ours).filter_map(|row| row.dead).map(|dead| dead.count).sum();
    view! {
        <Document visit=visit title="Subscriptions">
            <div class="page-head">
                <div>
                    <h1>"Subscriptions"</h1>
                    <p class="lead">"Catena reports what fleets do by webhook. Each subscription delivers one kind of event to "<code translate="no">{endpoint}</code>"."</p>
                </div>
                {may_administer.then(|| view! { <a class="button" href="/subscriptions/new">"Add a subscription"</a> })}
            </div>
            {view.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {view.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            {stuck.map(|stuck| view! {
                <Notice kind=NoticeKind::Problem text=format!("Catena couldn’t be reached, so this list may be out of date. {stuck}")/>
            })}
            <DiagnosisCards diagnosis=diagnosis dead_letters=dead_letters may_administer=may_administer/>
            <AsOf as_of=as_of recovery=recovery now=now may_operate=may_operate/>
            <SubscriptionTable rows=rows now=now/>
        </Document>
    }
}

#[component]
fn AsOf(
    as_of: Option<OffsetDateTime>,
    recovery: Option<RecoveryView>,
    now: OffsetDateTime,
    may_operate: bool,
) -> impl IntoView {
    view! {
        <div class="as-of">
            <p class="hint" data-testid="as-of">
                {match as_of {
                    Some(at) => view! {
                        "Updated "<RelativeTime at now/>"."
                    }.into_any(),
                    None => view! { "Not loaded from Catena yet." }.into_any(),
                }}
                {recovery.map(|recovery| format!(" {}", after_start(recovery)))}
            </p>
            {may_operate.then(|| view! {
                <form method="post" action="/subscriptions/refresh"><button class="button quiet">"Refresh"</button></form>
            })}
        </div>
    }
}

fn after_start(recovery: RecoveryView) -> String {
    let RecoveryView { at, dead_letters, replayed, activated, failed } = recovery;
    let counted =
        |count: u64, one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    let found = match dead_letters {
        0 => "no events were waiting at startup".to_owned(),
        count => format!("{} waiting at startup", counted(count, "event was", "events were")),
    };
    let mut done = Vec::new();
    if activated > 0 {
        done.push(format!("{} activated", counted(activated.into(), "subscription was", "subscriptions were")));
    }
    if replayed > 0 {
        done.push(format!("{} fetched", counted(replayed.into(), "queue was", "queues were")));
    }
    if failed > 0 {
        done.push(format!("{} failed (see the log)", counted(failed.into(), "action", "actions")));
    }
    let done = if done.is_empty() { String::new() } else { format!("; {}", done.join(", ")) };
    format!("On {}, {found}{done}.", timestamp::display(at))
}

#[component]
fn SubscriptionTable(rows: Vec<SubscriptionRow>, now: OffsetDateTime) -> impl IntoView {
    view! {
        <RecordTable
            label="Subscriptions at Catena"
            testid="subscriptions"
            columns=["Event", "Status", "Success, 24 h", "Breaker", "Dead letters", "Endpoint"]
            rows=rows
            row=move |row| subscription_row(row, now)
            empty="No subscriptions at Catena yet."
        />
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
            <td data-label="Success, 24 h">{labels::rate(rate)}</td>
            <td data-label="Breaker"><span class:alarming=breaker.is_near()>{labels::breaker(breaker)}</span></td>
            <td data-label="Dead letters"><span class:alarming=waits>{labels::dead_letters(dead, now)}</span></td>
            <td data-label="Endpoint"><code translate="no" class="address">{address}</code></td>
        </tr>
    }
}
