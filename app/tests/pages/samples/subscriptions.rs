//! The pages about subscriptions with plain data.

use app::{
    components::Paging,
    pages::subscriptions::{
        AcceptedSecret, AddForm, AddPage, Confirmation, LogFilter, LogRow, LogsPage, LogsView, RecoveryView,
        SubscriptionDetail, SubscriptionPage, SubscriptionRow, SubscriptionsPage, SubscriptionsView,
    },
};
use domain::subscription::{
    Ask, Breaker, DeadLetters, DeliveryMetrics, Diagnosis, Finding, Periods, Place, SubscriptionProblem, SuccessRate,
};
use leptos::prelude::*;
use time::Duration;
use uuid::Uuid;

use super::{at, html, visit};

pub const TROUBLES: [SubscriptionProblem; 11] = [
    SubscriptionProblem::Stale,
    SubscriptionProblem::Paused,
    SubscriptionProblem::OddStatus,
    SubscriptionProblem::Misplaced { replaced: false },
    SubscriptionProblem::Misplaced { replaced: true },
    SubscriptionProblem::Duplicate,
    SubscriptionProblem::Filtered,
    SubscriptionProblem::Unverifiable { needless: false },
    SubscriptionProblem::Unverifiable { needless: true },
    SubscriptionProblem::NotNeeded,
    SubscriptionProblem::Foreign,
];

fn row(number: u128) -> SubscriptionRow {
    SubscriptionRow {
        id: Uuid::from_u128(number).to_string(),
        event_name: "invitation.viewed".into(),
        status: "active".into(),
        place: Place::Here,
        address: "https://onramp.example/webhooks/catena".into(),
        rate: Some(SuccessRate::Known(96)),
        breaker: Breaker::Weighted(0.9812),
        dead: Some(DeadLetters { count: 3, oldest: Some(at(0) - Duration::days(5)) }),
    }
}

fn rows() -> Vec<SubscriptionRow> {
    let with = |number, rate, breaker, dead| SubscriptionRow { rate, breaker, dead, ..row(number) };
    vec![
        row(1),
        with(2, None, Breaker::Unknown, None),
        with(
            3,
            Some(SuccessRate::Counted { successes: 12, attempts: 13 }),
            Breaker::Run { failures: 1, more: 9 },
            None,
        ),
        with(4, Some(SuccessRate::Nothing), Breaker::Grace(at(1)), Some(DeadLetters { count: 0, oldest: None })),
        SubscriptionRow { place: Place::Foreign, status: "stale".into(), ..with(5, None, Breaker::Open, None) },
    ]
}

pub fn list(missing: &[&str], may_administer: bool) -> String {
    let findings = TROUBLES.into_iter().enumerate().map(|(at, trouble)| Finding {
        id: Uuid::from_u128(at as u128 + 1),
        event_name: "invitation.viewed".into(),
        trouble,
    });
    let missing = missing.iter().map(|event| Ask { event_name: (*event).to_owned(), watch: false });
    let view = SubscriptionsView {
        rows: rows(),
        diagnosis: Diagnosis { missing: missing.collect(), findings: findings.collect() },
        endpoint: "https://onramp.example/webhooks/catena".into(),
        as_of: Some(at(0)),
        stuck: Some("Try again in a minute.".into()),
        recovery: Some(RecoveryView { at: at(0), dead_letters: 7, replayed: 2, activated: 1, failed: 1 }),
        problem: None,
        notice: None,
        now: at(1),
        may_operate: true,
        may_administer,
    };
    html(move || view! { <SubscriptionsPage visit=visit("/subscriptions") view=view/> })
}

pub fn one(trouble: Option<SubscriptionProblem>, confirmation: Confirmation, may_administer: bool) -> String {
    let periods = Periods { six_hours: Some(1), day: Some(2), week: Some(3), fortnight: None };
    let figures =
        DeliveryMetrics { attempts: periods, success_percent: Periods::default(), ..DeliveryMetrics::default() };
    let detail = SubscriptionDetail {
        row: row(1),
        problems: trouble.into_iter().collect(),
        filtered: false,
        created_at: Some(at(0)),
        updated_at: None,
        figures: Some((figures, at(0))),
        secrets: vec![
            AcceptedSecret { made_at: at(1), until: None },
            AcceptedSecret { made_at: at(0), until: Some(at(24)) },
        ],
        confirmation,
        notice: None,
        problem: None,
        now: at(1),
        may_administer,
    };
    html(move || view! { <SubscriptionPage visit=visit("/subscriptions/1") detail=detail/> })
}

fn logs(rows: Result<Vec<LogRow>, String>) -> String {
    let filter = LogFilter { from: "yesterday".into(), from_error: Some("No.".into()), ..LogFilter::default() };
    let view = LogsView {
        id: Uuid::nil().to_string(),
        event_name: "invitation.viewed".into(),
        rows,
        filter,
        paging: Paging {
            first: Some("/subscriptions/x/logs".into()),
            next: Some("/subscriptions/x/logs?cursor=y".into()),
        },
        now: at(1),
    };
    html(move || view! { <LogsPage visit=visit("/subscriptions/1/logs") view=view/> })
}

fn line(status_code: Option<i64>) -> LogRow {
    let failed = status_code != Some(202);
    LogRow {
        at: at(0),
        event_id: (!failed).then(|| Uuid::nil().to_string()),
        status: if failed { "failed" } else { "success" }.into(),
        status_code,
        error: failed.then(|| "Connection failed".into()),
        took_ms: (!failed).then_some(12),
    }
}

fn add() -> String {
    let form = AddForm { event_name: "vehicle".into(), error: Some("No.".into()), problem: Some("No.".into()) };
    html(move || view! { <AddPage visit=visit("/subscriptions/new") form=form/> })
}

/// Every page about subscriptions, with the title that it promises.
pub fn subscription_pages() -> Vec<(&'static str, String)> {
    let wrong = Confirmation { typed: "yes".into(), error: Some("This is not the event’s name.".into()) };
    let mut pages = vec![
        ("Subscriptions · Onramp", list(&["connection.*"], true)),
        ("Error: invitation.viewed · Onramp", one(None, wrong, true)),
        (
            "Delivery log of invitation.viewed · Onramp",
            logs(Ok([Some(202), Some(404), Some(503), None].map(line).into())),
        ),
        ("Delivery log of invitation.viewed · Onramp", logs(Err("Try again in a minute.".into()))),
        ("Error: Add a subscription · Onramp", add()),
    ];
    pages.extend(
        TROUBLES.map(|trouble| ("invitation.viewed · Onramp", one(Some(trouble), Confirmation::default(), true))),
    );
    pages
}
