//! The control page: gathers what it shows.

use app::html::to_html;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::timestamp;
use leptos::prelude::*;
use serde::Deserialize;
use time::OffsetDateTime;

use crate::{
    Sandbox,
    api::{
        fault_injection::{FAULTS, Faults},
        subscriptions::{Subscription, SubscriptionStatus},
    },
    engine::story::STORIES,
    pages::control::{
        Connections, DisorderRow, FaultForm, Places, SandboxConnection, SandboxPage, SandboxSubscription, SandboxView,
        StoryChoice, StoryForm,
    },
    state::{Connection, ConnectionStatus, State as World},
    webhooks::{circuit_breaker, fault_injection::DISORDERS},
};

/// Connections on the page.
const SHOWN: usize = 20;

/// The page runs no script and loads nothing but the style sheet.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// What has just been done.
    done: String,
    /// How many that concerned.
    n: Option<u64>,
    /// The fleet whose connections are looked for.
    fleet: String,
}

/// What has just been done, as the forms' answers name it.
pub(crate) const DONE: [(&str, &str); 9] = [
    ("clock", "Time went on."),
    ("story", "The story is played."),
    ("demo", "The demo is played."),
    ("disorders", "Disorder is set."),
    ("faults", "The wrong answers are ordered."),
    ("faults-off", "The API answers rightly again."),
    ("subscription", "The subscription is seen to."),
    ("connection", "It happened to the connection."),
    ("reset", "Everything is forgotten."),
];

/// `GET` of the page.
pub(crate) async fn show(State(sandbox): State<Sandbox>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    // What can't be read asks for nothing.
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let mut view = sandbox.control_view(asked.fleet.trim());
    let sentence = DONE.iter().find(|(word, _)| *word == asked.done).map(|(_, sentence)| (*sentence).to_owned());
    view.done = sentence.map(|sentence| match asked.n {
        Some(1) => format!("{sentence} One fleet is in it."),
        Some(count) => format!("{sentence} {count} fleets are in it."),
        None => sentence,
    });
    page(StatusCode::OK, view)
}

/// The page with this view.
pub(crate) fn page(status: StatusCode, view: SandboxView) -> Response {
    (status, HEADERS, Html(to_html(None, || view! { <SandboxPage view/> }))).into_response()
}

impl Sandbox {
    /// The page as it stands, for connections of the fleet that is searched for.
    pub(crate) fn control_view(&self, search: &str) -> SandboxView {
        let settings = self.settings();
        let places = Places {
            stylesheet: settings.stylesheet.clone(),
            page: settings.control_page().to_owned(),
            forms: format!("{}/control/page", settings.base_path()),
            onramp: (!settings.base_path().is_empty()).then(|| "/".to_owned()),
        };
        self.read(|world, now| SandboxView {
            places,
            done: None,
            counts: counts(world),
            now: timestamp::display_to_the_second(now),
            ahead: ahead(world.clock_offset_seconds),
            next_expiry: world.next_expiry().map(timestamp::display),
            hours: (String::new(), None),
            stories: STORIES.iter().map(|(_, name, about)| StoryChoice { name, about }).collect(),
            story: StoryForm { count: "1".into(), ..StoryForm::default() },
            disorders: disorders(world),
            faults: faults(&world.faults),
            subscriptions: subscriptions(world, now),
            connections: connections(world, search),
            reset_problem: None,
        })
    }
}

fn number(count: usize) -> u64 {
    count as u64
}

fn counts(world: &World) -> Vec<(&'static str, u64)> {
    vec![
        ("Invitations", number(world.invitations.len())),
        ("Fleets", number(world.fleets.len())),
        ("Agreements", number(world.agreements.len())),
        ("Connections", number(world.connections.len())),
        ("Steps to come", number(world.script.len())),
        ("Deliveries made", world.deliveries.delivered),
        ("On the way", number(world.deliveries.pending.len())),
        ("Dead letters", number(world.deliveries.dead.len())),
    ]
}

fn ahead(seconds: i64) -> Option<String> {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => (seconds > 0).then(|| format!("{seconds} s")),
        (0, 0, minutes) => Some(format!("{minutes} min")),
        (0, hours, minutes) => Some(format!("{hours} h {minutes} min")),
        (days, hours, _) => Some(format!("{days} d {hours} h")),
    }
}

fn disorders(world: &World) -> Vec<DisorderRow> {
    let row = |(disorder, name, about)| {
        let setting = world.disorders.setting(disorder);
        let events: Vec<_> = setting.events.into_iter().collect();
        DisorderRow { name, about, percent: setting.percent.to_string(), events: events.join(", "), error: None }
    };
    DISORDERS.into_iter().map(row).collect()
}

fn faults(faults: &Faults) -> FaultForm {
    let mut ordered = Vec::new();
    if let Some(fault) = faults.next.front() {
        let count = faults.next.len();
        let sentence = match count {
            1 => format!("The next call is answered wrongly: {}.", fault.name()),
            _ => format!("The next {count} calls are answered wrongly, first with {}.", fault.name()),
        };
        ordered.push(sentence);
    }
    if let Some((fault, percent)) = faults.share {
        ordered.push(format!("{percent} of a hundred calls are answered with {}.", fault.name()));
    }
    let choices = FAULTS.iter().map(|(name, _, label)| (*name, *label)).collect();
    FaultForm { choices, amount: "1".into(), ordered, ..FaultForm::default() }
}

fn subscriptions(world: &World, now: OffsetDateTime) -> Vec<SandboxSubscription> {
    let row = |one: &Subscription| {
        let deliveries = &world.deliveries;
        let outcomes = deliveries.outcomes(one.id, circuit_breaker::counted_since(one, now));
        let success = circuit_breaker::weighted_success(&outcomes);
        SandboxSubscription {
            id: one.id.to_string(),
            event_name: one.event_name.clone(),
            status: one.status.word().to_owned(),
            success: success.map_or("–".to_owned(), |rate| format!("{:.0} %", rate * 100.0)),
            pending: deliveries.pending.values().filter(|delivery| delivery.subscription_id == one.id).count(),
            dead: deliveries.dead_of(one.id),
        }
    };
    world.subscriptions.values().filter(|one| one.status != SubscriptionStatus::Deleted).map(row).collect()
}

fn connections(world: &World, search: &str) -> Connections {
    let fits = |one: &&Connection| search.is_empty() || one.fleet_ref.as_deref() == Some(search);
    let mut found: Vec<_> = world.connections.values().filter(fits).collect();
    found.sort_by_key(|one| std::cmp::Reverse((one.updated_at, one.id)));
    let row = |one: &Connection| {
        let schedules = world.schedules.values().filter(|schedule| schedule.connection_id == one.id);
        let fetched = schedules
            .fold((0, 0), |(fetched, all), schedule| (fetched + usize::from(schedule.halted_at.is_none()), all + 1));
        SandboxConnection {
            id: one.id.to_string(),
            fleet_ref: one.fleet_ref.clone().unwrap_or_default(),
            provider: world.tsps.get(&one.tsp_id).map_or_else(|| one.source_name.clone(), |tsp| tsp.name.clone()),
            status: if one.status == ConnectionStatus::Active { "active" } else { "stale" }.to_owned(),
            fetched,
        }
    };
    Connections {
        search: search.to_owned(),
        total: found.len(),
        rows: found.into_iter().take(SHOWN).map(row).collect(),
    }
}
