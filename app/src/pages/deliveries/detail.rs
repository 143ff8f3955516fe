//! One delivery: what happened to it, what it changed, its content, and other deliveries of the same event.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    list::{DeliveryRow, DeliveryTable},
    state_badge::StateBadge,
};
use crate::components::{Document, MomentView, Notice, NoticeKind, Visit, fact_title};
use domain::events::{
    delivery::{DeliveryState, Effect},
    fact::Fact,
    record::is_about_data,
};

/// What a delivery did to a fact.
#[derive(Debug, Clone)]
pub struct DeliveryChange {
    /// What it did.
    pub effect: Effect,
    /// The fact.
    pub fact: Fact,
    /// Reference of the fleet; none while the fact is unassigned.
    pub fleet_ref: Option<String>,
}

/// One delivery.
#[derive(Debug, Clone)]
pub struct DeliveryDetail {
    /// What the list shows.
    pub row: DeliveryRow,
    /// The event's id.
    pub event_id: Option<String>,
    /// When its processing finished, UTC.
    pub ended_at: Option<OffsetDateTime>,
    /// The documented headers: name and value.
    pub headers: Vec<(String, String)>,
    /// The redacted payload once it is processed, or why there is none.
    pub payload: Result<String, &'static str>,
    /// What it changed.
    pub changes: Vec<DeliveryChange>,
    /// Other deliveries of the same event or facts.
    pub siblings: Vec<DeliveryRow>,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// Whether the visitor may process or verify it again.
    pub may_operate: bool,
}

/// One delivery in detail.
#[component]
pub fn DeliveryPage(
    /// The visit.
    visit: Visit,
    /// The delivery.
    detail: DeliveryDetail,
) -> impl IntoView {
    let DeliveryDetail { row, event_id, ended_at, headers, payload, changes, siblings, now, may_operate, .. } = detail;
    let title = row.event_name.clone().unwrap_or_else(|| "Unnamed event".into());
    let is_about_data = is_about_data(&title);
    view! {
        <Document visit=visit title=title.clone()>
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/deliveries">"Deliveries"</a></p>
                    <h1><code translate="no">{title}</code></h1>
                    <p class="lead"><StateBadge state=row.state/></p>
                </div>
            </div>
            {detail.problem.map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {detail.notice.map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            <Outcome row=row.clone() ended_at=ended_at may_operate=may_operate/>
            <Changes state=row.state is_about_data=is_about_data changes=changes/>
            <section class="card facts" aria-labelledby="headers">
                <h2 id="headers">"Headers"</h2>
                <p class="hint">"Of these headers, the signature covers only the timestamp. The others are unverified."</p>
                <dl class="headers">
                    {headers.into_iter().map(header).collect_view()}
                    {event_id.map(|id| header(("Event ID (from the body)".into(), id)))}
                </dl>
            </section>
            <section class="card" aria-labelledby="payload">
                <h2 id="payload">"Payload"</h2>
                {match payload {
                    Ok(text) => view! {
                        <p class="hint">"Only fields that Catena documents, and no secrets: the rest is [redacted] before the payload is stored."</p>
                        <pre translate="no" class="payload" tabindex="0" aria-labelledby="payload"><code>{text}</code></pre>
                    }.into_any(),
                    Err(why) => view! { <p>{why}</p> }.into_any(),
                }}
            </section>
            <section aria-labelledby="siblings">
                <h2 class="between" id="siblings">"Related deliveries"</h2>
                <DeliveryTable rows=siblings now=now label="Other deliveries of the same event or facts" empty="No other deliveries of this event."/>
            </section>
        </Document>
    }
}

fn header((name, value): (String, String)) -> impl IntoView {
    view! { <div><dt>{name}</dt><dd><code translate="no">{value}</code></dd></div> }
}

#[component]
fn Outcome(row: DeliveryRow, ended_at: Option<OffsetDateTime>, may_operate: bool) -> impl IntoView {
    let DeliveryRow { id, state, received_at, reason, .. } = row;
    let received = MomentView::to_the_second(received_at);
    let (sentence, again) = match state {
        DeliveryState::Received => ("Verified and stored. It will be processed shortly.", None),
        DeliveryState::Processed => ("Processed. What it reported is on the timeline.", None),
        DeliveryState::Duplicate => ("It contained nothing new, so it isn’t shown on timelines again.", None),
        DeliveryState::Parked => (
            "Not all of it can be processed, so it was set aside and doesn’t block others. Its body is stored encrypted.",
            Some(("process-again", "Process again")),
        ),
        DeliveryState::Quarantined => (
            "It couldn’t be verified, so its content is ignored. Its body is stored encrypted for a while.",
            Some(("verify-again", "Verify again")),
        ),
    };
    let took = ended_at.map(|ended| format!("{} ms later", (ended - received_at).whole_milliseconds().max(0)));
    let stuck = again.is_some();
    view! {
        <section class="card outcome" class:stuck=stuck aria-labelledby="outcome">
            <h2 id="outcome">"Outcome"</h2>
            <p>{sentence}</p>
            {reason.map(|reason| view! { <p class="reason" data-testid="reason">"Reason: "{reason}</p> })}
            <p class="hint">
                "Received "<time datetime=received.datetime>{received.display}</time>
                {took.map(|took| view! { ", processed "<span data-testid="lag">{took}</span> })}
            </p>
            {again.filter(|_| may_operate).map(|(action, label)| view! {
                <form class="actions" method="post" action=format!("/deliveries/{id}/{action}")>
                    <button class="button primary">{label}</button>
                </form>
            })}
        </section>
    }
}

#[component]
fn Changes(state: DeliveryState, is_about_data: bool, changes: Vec<DeliveryChange>) -> impl IntoView {
    let nothing = match state {
        DeliveryState::Duplicate => "Nothing. An earlier delivery reported all of it.",
        DeliveryState::Processed if is_about_data => "No timeline. It is about a fleet’s data, not its onboarding.",
        DeliveryState::Processed => "No timeline. It is about one of Onramp’s own subscriptions.",
        _ => "Nothing yet.",
    };
    view! {
        <section class="card" aria-labelledby="changes">
            <h2 id="changes">"What it changed"</h2>
            {if changes.is_empty() {
                view! { <p>{nothing}</p> }.into_any()
            } else {
                view! { <ul class="changes" data-testid="changes">{changes.into_iter().map(change).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

fn change(change: DeliveryChange) -> impl IntoView {
    let DeliveryChange { effect, fact, fleet_ref } = change;
    let (badge, word) = match effect {
        Effect::New => ("badge good", "New"),
        Effect::Enriched => ("badge moving", "Confirmed"),
        Effect::Known => ("badge neutral", "Already known"),
    };
    let at = MomentView::to_the_second(fact.at);
    view! {
        <li>
            <span class=badge>{word}</span>
            <span class="what">{fact_title(&fact.kind)}</span>
            <span class="muted">
                {match fleet_ref {
                    Some(fleet_ref) => view! { "of "<code translate="no">{fleet_ref}</code> }.into_any(),
                    None => view! { <a href="/deliveries/waiting">"unassigned"</a> }.into_any(),
                }}
                ", "<time datetime=at.datetime>{at.display}</time>
            </span>
        </li>
    }
}
