//! One subscription: how it fares, what is wrong with it, and every move that there is.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    list::SubscriptionRow,
    moves::{MoveButton, remedy},
    words::{self, StatusBadge},
};
use crate::components::{Document, ErrorSummary, Field, MomentView, Notice, NoticeKind, Visit};
use domain::{
    subscription::{DeliveryMetrics, Periods, Place, SubscriptionProblem},
    timestamp,
};

/// A secret with which deliveries are verified; the secret itself is never shown.
#[derive(Debug, Clone, Copy)]
pub struct AcceptedSecret {
    /// When it was made, UTC.
    pub made_at: OffsetDateTime,
    /// Until when it is accepted, UTC, since another one took its place.
    pub until: Option<OffsetDateTime>,
}

/// What was typed to confirm a deletion.
#[derive(Debug, Clone, Default)]
pub struct Confirmation {
    /// As it was typed.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// One subscription.
#[derive(Debug, Clone)]
pub struct SubscriptionDetail {
    /// What a list shows.
    pub row: SubscriptionRow,
    /// What is wrong with it, or worth knowing.
    pub troubles: Vec<SubscriptionProblem>,
    /// Whether it carries the events of some fleets only.
    pub filtered: bool,
    /// When it was made, UTC.
    pub created_at: Option<OffsetDateTime>,
    /// When it was last changed, UTC.
    pub updated_at: Option<OffsetDateTime>,
    /// Catena's figures, and when they were asked for, UTC.
    pub figures: Option<(DeliveryMetrics, OffsetDateTime)>,
    /// The secrets that are accepted, the newest first; none if it isn't ours.
    pub secrets: Vec<AcceptedSecret>,
    /// What was typed to confirm a deletion.
    pub confirmation: Confirmation,
    /// What has just been done.
    pub notice: Option<String>,
    /// What went wrong, and what to do.
    pub problem: Option<String>,
    /// The moment from which distances in time are said, UTC.
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
    let errors = wrong.clone().map(|error| ("confirm".to_owned(), "The event’s name".to_owned(), error));
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
            <Troubles detail=detail.clone()/>
            <About detail=detail.clone()/>
            <FiguresCard figures=detail.figures now=detail.now/>
            {detail.may_administer.then(|| view! { <Moves detail=detail.clone()/> })}
        </Document>
    }
}

#[component]
fn Troubles(detail: SubscriptionDetail) -> impl IntoView {
    if detail.troubles.is_empty() {
        return None;
    }
    let line = |trouble: SubscriptionProblem| {
        let (id, name) = (detail.row.id.clone(), detail.row.event_name.clone());
        let button = detail.may_administer.then(|| remedy(trouble.remedy(), id, name)).flatten();
        view! { <li><p>{words::trouble(trouble)}</p>{button}</li> }
    };
    let serious = detail.troubles.iter().any(|trouble| trouble.is_serious());
    Some(view! {
        <section class="card" class:attention-card=serious aria-labelledby="attention" data-testid="attention">
            <h2 id="attention">{if serious { "Needs a move" } else { "Worth knowing" }}</h2>
            <ul class="needed">{detail.troubles.iter().copied().map(line).collect_view()}</ul>
        </section>
    })
}

#[component]
fn About(detail: SubscriptionDetail) -> impl IntoView {
    let row = detail.row.clone();
    let whose = match row.place {
        Place::Here => "Onramp’s",
        Place::Formerly => "Onramp’s, to a former address",
        Place::LooksLikeHere => "not made by Onramp, but it seems to post here",
        Place::Foreign => "somebody else’s",
    };
    let fact = |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let when = |name: &'static str, at: Option<OffsetDateTime>| at.map(|at| fact(name, timestamp::display(at)));
    view! {
        <section class="card facts" aria-labelledby="about">
            <h2 id="about">"How it stands"</h2>
            <p>{words::breaker_sentence(row.breaker)}</p>
            <dl class="headers">
                {fact("Whose", whose.into())}
                <div><dt>"Posts to"</dt><dd><code>{row.address}</code></dd></div>
                {fact("Fleets", if detail.filtered { "some only".into() } else { "all, those to come included".into() })}
                {fact("Dead letters", words::dead_letters(row.dead, detail.now))}
                {when("Made", detail.created_at)}
                {when("Last changed", detail.updated_at)}
                <div><dt>"Catena’s id"</dt><dd><code>{row.id}</code></dd></div>
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
            None => format!("Made on {made}."),
            Some(until) => format!("Made on {made}; replaced, and accepted until {}.", timestamp::display(until)),
        }
    };
    view! {
        <section class="card" aria-labelledby="secrets">
            <h2 id="secrets">"Secrets that are accepted"</h2>
            <ul class="plain" data-testid="secrets">{secrets.into_iter().map(|secret| view! { <li>{line(secret)}</li> }).collect_view()}</ul>
        </section>
    }
}

#[component]
fn FiguresCard(figures: Option<(DeliveryMetrics, OffsetDateTime)>, now: OffsetDateTime) -> impl IntoView {
    let Some((figures, at)) = figures else {
        return view! {
            <section class="card" aria-labelledby="figures">
                <h2 id="figures">"Figures"</h2>
                <p>"Catena was not asked for its figures yet: refresh the list of subscriptions."</p>
            </section>
        }
        .into_any();
    };
    let lines: [(&str, Periods, &str); 7] = [
        ("Events", figures.messages, ""),
        ("Delivered in the end", figures.delivered, ""),
        ("Requests", figures.attempts, ""),
        ("Answered with 2xx", figures.successes, ""),
        ("Failed or answered otherwise", figures.failures, ""),
        ("Success rate as Catena tells it", figures.success_percent, " %"),
        ("Mean time of an answer", figures.response_ms, " ms"),
    ];
    let asked = MomentView::to_the_second(at);
    view! {
        <div class="card">
            <h2 id="figures">"Figures"</h2>
            <p class="hint">
                "As Catena told "<time datetime=asked.datetime title=asked.display>{timestamp::relative(at, now)}</time>
                ". It tells no success rate before there were 200 events."
            </p>
            <div class="table-scroll plain" tabindex="0" role="region" aria-labelledby="figures">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col"><span class="visually-hidden">"What"</span></th>
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
        None => view! { <td><span class="muted">"not told"</span></td> }.into_any(),
    };
    view! { <tr><th scope="row">{name}</th>{periods.each().map(cell).into_iter().collect_view()}</tr> }
}

#[component]
fn Moves(detail: SubscriptionDetail) -> impl IntoView {
    let ours = detail.is_ours();
    let SubscriptionRow { id, event_name, status, dead, .. } = detail.row.clone();
    let active = status == "active";
    let waiting = dead.map_or(0, |dead| dead.count);
    let switch = if active {
        view! { <MoveButton id=id.clone() action="pause" label="Pause" about=event_name.clone()/> }.into_any()
    } else {
        view! { <MoveButton id=id.clone() action="activate" label="Activate" about=event_name.clone()/> }.into_any()
    };
    let about_switch = if active {
        "Catena stops delivering. Whether it keeps what happens meanwhile isn’t known, so expect to miss it."
    } else {
        "Catena delivers again from now on. What waits in the queue comes only when it is fetched."
    };
    let about_replay = match waiting {
        0 => "No event waits in the queue as far as is known.".to_owned(),
        count => format!("{count} in the queue are sent again, all of them, in any order."),
    };
    view! {
        <section class="card" aria-labelledby="moves">
            <h2 id="moves">"Moves"</h2>
            {(!ours).then(|| view! { <p>"Onramp didn’t make it: another system of yours may rely on how it stands."</p> })}
            <div class="moves">
                <div>{switch}<p class="hint">{about_switch}</p></div>
                <div>
                    <MoveButton id=id.clone() action="replay" label="Fetch the dead letters" about=event_name.clone()/>
                    <p class="hint">{about_replay}" What came already changes nothing."</p>
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
            <h2 id="rotate">"Replace the secret"</h2>
            <p>"Catena signs with a new secret at once. The old one is still accepted for what was signed before, so no delivery is lost: for 14 days, as long as Catena keeps dead letters."</p>
            <form method="post" action=format!("/subscriptions/{id}/rotate")>
                <div class="field">
                    <input type="checkbox" id="leaked" name="leaked" value="yes" aria-describedby="leaked-hint"/>
                    <label for="leaked">"Somebody else may know the old one"</label>
                    <p class="hint" id="leaked-hint">"Then it is accepted for 10 minutes only, which covers what is under way. Fetch dead letters first."</p>
                </div>
                <p class="actions"><button class="button">"Replace the secret"</button></p>
            </form>
        </section>
    }
}

#[component]
fn Delete(id: String, event_name: String, ours: bool, waiting: u64, confirmation: Confirmation) -> impl IntoView {
    let lost = match waiting {
        0 => "Its log and its queue are gone for good.".to_owned(),
        1 => "Its log is gone for good, and so is the event that waits in its queue.".to_owned(),
        count => format!("Its log is gone for good, and so are the {count} events that wait in its queue."),
    };
    let whose = if ours {
        "Onramp doesn’t hear of this event any more, unless another subscription carries it."
    } else {
        "Onramp didn’t make it: another system of yours may rely on it, and nobody can bring it back."
    };
    view! {
        <section class="card" aria-labelledby="delete">
            <h2 id="delete">"Delete"</h2>
            <p>{whose}" "{lost}</p>
            <form class="narrow-form" method="post" action=format!("/subscriptions/{id}/delete")>
                <Field
                    name="confirm"
                    label="The event’s name"
                    value=confirmation.typed
                    error=confirmation.error
                    hint=format!("Type {event_name} to confirm.")
                    required=true
                />
                <p class="actions"><button class="button danger">"Delete this subscription"</button></p>
            </form>
        </section>
    }
}
