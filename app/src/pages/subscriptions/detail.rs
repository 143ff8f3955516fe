//! One subscription: its state, its problems, and everything that can be done with it.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    action_buttons::remedy_button,
    actions::Actions,
    data::{AcceptedSecret, SubscriptionDetail},
    labels::{self, StatusBadge},
    metrics::metrics_card,
};
use crate::components::{Document, ErrorSummary, Notice, NoticeKind, Visit};
use domain::{
    subscription::{Place, SubscriptionProblem},
    timestamp,
};

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
                    <h1><code translate="no">{name}</code></h1>
                    <p class="lead"><StatusBadge status=detail.row.status.clone()/></p>
                </div>
                <a class="button" href=format!("/subscriptions/{id}/logs")>"Delivery log"</a>
            </div>
            <ErrorSummary errors=errors.into_iter().collect()/>
            {detail.problem.clone().map(|problem| view! { <Notice kind=NoticeKind::Problem text=problem/> })}
            {detail.notice.clone().map(|notice| view! { <Notice kind=NoticeKind::Success text=notice/> })}
            <Problems detail=detail.clone()/>
            <About detail=detail.clone()/>
            {metrics_card(detail.figures.as_ref(), detail.now)}
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
                <div><dt>"Posts to"</dt><dd><code translate="no">{row.address}</code></dd></div>
                {fact("Fleets", if detail.filtered { "some only".into() } else { "all, including future ones".into() })}
                {fact("Dead letters", labels::dead_letters(row.dead, detail.now))}
                {when("Created", detail.created_at)}
                {when("Last changed", detail.updated_at)}
                <div><dt>"Catena’s ID"</dt><dd><code translate="no">{row.id}</code></dd></div>
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
