//! One subscription: its state, its problems, and everything that can be done with it.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    action_buttons::{ActionButton, remedy_button},
    labels::{self, StatusBadge},
    list::SubscriptionRow,
};
use crate::components::{Document, ErrorSummary, Field, MomentView, Notice, NoticeKind, Visit};
use domain::{
    subscription::{DeliveryMetrics, Periods, Place, SubscriptionProblem},
    timestamp,
};

/// A secret that verifies deliveries; the secret itself is never shown.
#[derive(Debug, Clone, Copy)]
pub struct AcceptedSecret {
    /// When it was created, UTC.
    pub made_at: OffsetDateTime,
    /// Until when it is accepted after being replaced, UTC; none for the current one.
    pub until: Option<OffsetDateTime>,
}

/// The confirmation typed to delete it.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// As typed.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// One subscription.
#[derive(Debug, Clone)]
pub struct SubscriptionDetail {
    /// What the list shows.
    pub row: SubscriptionRow,
    /// Its problems and notes.
    pub problems: Vec<SubscriptionProblem>,
    /// Whether it covers only some fleets.
    pub filtered: bool,
    /// When it was created, UTC.
    pub created_at: Option<OffsetDateTime>,
    /// When it was last changed, UTC.
    pub updated_at: Option<OffsetDateTime>,
    /// Catena's metrics, and when they were fetched, UTC.
    pub figures: Option<(DeliveryMetrics, OffsetDateTime)>,
    /// The accepted secrets, newest first; none if it isn't ours.
    pub secrets: Vec<AcceptedSecret>,
    /// The confirmation typed to delete it.
    pub confirmation: Confirmation,
    /// What the visitor just did.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// Now, UTC; relative times count from here.
    pub now: OffsetDateTime,
    /// Whether the visitor may change it.
    pub may_administer: bool,
}

impl SubscriptionDetail {
    fn is_ours(&self) -> bool {
        matches!(self.row.place, Place::Here | Place::Formerly)
    }
}

/// One subscription in detail.
#[component]
pub fn SubscriptionPage(
    /// The visit.
    visit: Visit,
    /// The subscription.
    detail: SubscriptionDetail,
) -> impl IntoView {
    let name = detail.row.event_name.clone();
    let wrong = detail.confirmation.error.clone();
    let errors = wrong.clone().map(|error| ("confirm".to_owned(), "Event name".to_owned(), error));
    let title = if wrong.is_some() { format!("Error: {name}") } else { name.clone() };
    let id = detail.row.id.clone();
    view! {
        <Document visit=visit title=title>
            <div class="page-head">
                <div>
                    <p class="crumbs"><a href="/subscriptions">"Subscriptions"</a></p>
                    <h1><code>{name}</code></h1>
                    <p class="lead"><StatusBadge status=detail.row.status.clone()/></p>
                </div>
                <a class="button" href=format!("/subscriptions/{id}/logs")>"Delivery log"</a>
            </div>
            <ErrorSummary errors=errors.into_iter().collect()/>
            {detail.problem.clone().map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {detail.notice.clone().map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            <Problems detail=detail.clone()/>
            <About detail=detail.clone()/>
            <FiguresCard figures=detail.figures now=detail.now/>
            {detail.may_administer.then(|| view! { <Actions detail=detail.clone()/> })}
        </Document>
    }
}

#[component]
fn Problems(detail: SubscriptionDetail) -> impl IntoView {
    if detail.problems.is_empty() {
        return None;
    }
    let line = |problem: SubscriptionProblem| {
        let (id, name) = (detail.row.id.clone(), detail.row.event_name.clone());
        let button = detail.may_administer.then(|| remedy_button(problem.remedy(), id, name)).flatten();
        view! { <li><p>{labels::problem(problem)}</p>{button}</li> }
    };
    let serious = detail.problems.iter().any(|problem| problem.is_serious());
    Some(view! {
        <section class="card" class:attention-card=serious aria-labelledby="attention" data-testid="attention">
            <h2 id="attention">{if serious { "Needs attention" } else { "Good to know" }}</h2>
            <ul class="needed">{detail.problems.iter().copied().map(line).collect_view()}</ul>
        </section>
    })
}

#[component]
fn About(detail: SubscriptionDetail) -> impl IntoView {
    let row = detail.row.clone();
    let owner = match row.place {
        Place::Here => "Onramp",
        Place::Formerly => "Onramp, at an old address",
        Place::LooksLikeHere => "unknown; it seems to post here",
        Place::Foreign => "another system",
    };
    let fact = |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let when = |name: &'static str, at: Option<OffsetDateTime>| at.map(|at| fact(name, timestamp::display(at)));
    view! {
        <section class="card facts" aria-labelledby="about">
            <h2 id="about">"Status"</h2>
            <p>{labels::breaker_sentence(row.breaker)}</p>
            <dl class="headers">
                {fact("Owner", owner.into())}
                <div><dt>"Posts to"</dt><dd><code>{row.address}</code></dd></div>
                {fact("Fleets", if detail.filtered { "some only".into() } else { "all, including future ones".into() })}
                {fact("Dead letters", labels::dead_letters(row.dead, detail.now))}
                {when("Created", detail.created_at)}
                {when("Last changed", detail.updated_at)}
                <div><dt>"Catena’s ID"</dt><dd><code>{row.id}</code></dd></div>
            </dl>
        </section>
        {(!detail.secrets.is_empty()).then(|| view! { <Secrets secrets=detail.secrets/> })}
    }
}

#[component]
fn Secrets(secrets: Vec<AcceptedSecret>) -> impl IntoView {
    let line = |secret: AcceptedSecret| {
        let made = timestamp::display(secret.made_at);
        match secret.until {
            None => format!("Created {made}."),
            Some(until) => format!("Created {made}; replaced, but accepted until {}.", timestamp::display(until)),
        }
    };
    view! {
        <section class="card" aria-labelledby="secrets">
            <h2 id="secrets">"Accepted secrets"</h2>
            <ul class="plain" data-testid="secrets">{secrets.into_iter().map(|secret| view! { <li>{line(secret)}</li> }).collect_view()}</ul>
        </section>
    }
}

#[component]
fn FiguresCard(figures: Option<(DeliveryMetrics, OffsetDateTime)>, now: OffsetDateTime) -> impl IntoView {
    let Some((figures, at)) = figures else {
        return view! {
            <section class="card" aria-labelledby="figures">
                <h2 id="figures">"Metrics"</h2>
                <p>"Not loaded from Catena yet. Refresh the list of subscriptions to load metrics."</p>
            </section>
        }
        .into_any();
    };
    let lines: [(&str, Periods, &str); 7] = [
        ("Events", figures.messages, ""),
        ("Delivered eventually", figures.delivered, ""),
        ("Requests", figures.attempts, ""),
        ("2xx responses", figures.successes, ""),
        ("Other responses and failures", figures.failures, ""),
        ("Success rate (from Catena)", figures.success_percent, "%"),
        ("Mean response time", figures.response_ms, " ms"),
    ];
    let asked = MomentView::to_the_second(at);
    view! {
        <div class="card">
            <h2 id="figures">"Metrics"</h2>
            <p class="hint">
                "Updated "<time datetime=asked.datetime title=asked.display>{timestamp::relative(at, now)}</time>
                ". Catena gives a success rate only after 200 events."
            </p>
            <div class="table-scroll plain" tabindex="0" role="region" aria-labelledby="figures">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col"><span class="visually-hidden">"Metric"</span></th>
                            <th scope="col">"6 hours"</th>
                            <th scope="col">"24 hours"</th>
                            <th scope="col">"7 days"</th>
                            <th scope="col">"14 days"</th>
                        </tr>
                    </thead>
                    <tbody>{lines.map(figure_row).into_iter().collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn figure_row((name, periods, unit): (&'static str, Periods, &'static str)) -> impl IntoView {
    let cell = |count: Option<i64>| match count {
        Some(count) => view! { <td>{format!("{count}{unit}")}</td> }.into_any(),
        None => view! { <td><span class="muted">"not available"</span></td> }.into_any(),
    };
    view! { <tr><th scope="row">{name}</th>{periods.each().map(cell).into_iter().collect_view()}</tr> }
}

#[component]
fn Actions(detail: SubscriptionDetail) -> impl IntoView {
    let ours = detail.is_ours();
    let SubscriptionRow { id, event_name, status, dead, .. } = detail.row.clone();
    let active = status == "active";
    let waiting = dead.map_or(0, |dead| dead.count);
    let switch = if active {
        view! { <ActionButton id=id.clone() action="pause" label="Pause" about=event_name.clone()/> }.into_any()
    } else {
        view! { <ActionButton id=id.clone() action="activate" label="Activate" about=event_name.clone()/> }.into_any()
    };
    let about_switch = if active {
        "Catena stops delivering and may not keep events for later, so expect to miss some."
    } else {
        "Catena resumes delivery. Events waiting in the queue arrive only when you fetch them."
    };
    let about_replay = match waiting {
        0 => "No events are known to be waiting in the queue.".to_owned(),
        1 => "Catena sends the queued event again.".to_owned(),
        count => format!("Catena sends all {count} queued events again, in any order."),
    };
    view! {
        <section class="card" aria-labelledby="moves">
            <h2 id="moves">"Actions"</h2>
            {(!ours).then(|| view! { <p>"Onramp didn’t create this subscription. Another system of yours may rely on it."</p> })}
            <div class="moves">
                <div>{switch}<p class="hint">{about_switch}</p></div>
                <div>
                    <ActionButton id=id.clone() action="replay" label="Fetch dead letters" about=event_name.clone()/>
                    <p class="hint">{about_replay}" Events that already arrived have no effect."</p>
                </div>
            </div>
        </section>
        {ours.then(|| view! { <Rotate id=id.clone()/> })}
        <Delete id=id event_name=event_name ours=ours waiting=waiting confirmation=detail.confirmation/>
    }
}

#[component]
fn Rotate(id: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="rotate">
            <h2 id="rotate">"Replace secret"</h2>
            <p>"Catena starts signing with a new secret immediately. The old one stays valid for 14 days, as long as Catena keeps dead letters, so no delivery is lost."</p>
            <form method="post" action=format!("/subscriptions/{id}/rotate")>
                <div class="field">
                    <input type="checkbox" id="leaked" name="leaked" value="yes" aria-describedby="leaked-hint"/>
                    <label for="leaked">"Someone else may know the old secret"</label>
                    <p class="hint" id="leaked-hint">"The old secret then stays valid for only 10 minutes, enough for deliveries in transit. Fetch dead letters first."</p>
                </div>
                <p class="actions"><button class="button">"Replace secret"</button></p>
            </form>
        </section>
    }
}

#[component]
fn Delete(id: String, event_name: String, ours: bool, waiting: u64, confirmation: Confirmation) -> impl IntoView {
    let lost = match waiting {
        0 => "Its log and queue are lost permanently.".to_owned(),
        1 => "Its log and the 1 event waiting in its queue are lost permanently.".to_owned(),
        count => format!("Its log and the {count} events waiting in its queue are lost permanently."),
    };
    let warning = if ours {
        "Onramp no longer receives this event unless another subscription delivers it."
    } else {
        "Onramp didn’t create this subscription. Another system of yours may rely on it, and it can’t be restored."
    };
    view! {
        <section class="card" aria-labelledby="delete">
            <h2 id="delete">"Delete"</h2>
            <p>{warning}" "{lost}</p>
            <form class="narrow-form" method="post" action=format!("/subscriptions/{id}/delete")>
                <Field
                    name="confirm"
                    label="Event name"
                    value=confirmation.typed
                    error=confirmation.error
                    hint=format!("Type {event_name} to confirm.")
                    required=true
                />
                <p class="actions"><button class="button danger">"Delete subscription"</button></p>
            </form>
        </section>
    }
}
