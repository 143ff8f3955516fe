//! The control page: gathers what `pages::control` shows.

use app::html::to_html;
use axum::{
    extract::{self, Query, rejection::QueryRejection},
    http::{HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use domain::timestamp;
use leptos::prelude::*;
use serde::Deserialize;
use time::OffsetDateTime;

use crate::{
    engine::story::STORIES,
    pages::control::{
        ApiFaultForm, ConnectionRow, Connections, ControlPage, ControlView, PageUrls, StoryForm, StoryOption,
        SubscriptionRow, WebhookFaultRow,
    },
    sandbox::Sandbox,
    state::{
        State,
        faults::{API_FAULTS, ApiFaults, FaultyCall, WEBHOOK_FAULTS},
        records::{Connection, ConnectionStatus, Subscription, SubscriptionStatus},
    },
    webhooks::circuit_breaker,
};

/// The most connections on the page.
const MAX_CONNECTIONS: usize = 20;

/// The page runs no script and loads only the style sheet.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageQuery {
    /// What was just done: one of [`CONFIRMATIONS`].
    done: String,
    /// How many fleets were involved.
    n: Option<u64>,
    /// The fleet whose connections are searched for.
    fleet: String,
}

/// What was just done, by the name that the forms' redirects give it.
pub(crate) const CONFIRMATIONS: [(&str, &str); 9] = [
    ("clock", "The clock was moved forward."),
    ("story", "Story played."),
    ("demo", "Demo played."),
    ("disorders", "Webhook faults saved."),
    ("faults", "API fault set."),
    ("faults-off", "The API answers correctly again."),
    ("subscription", "Subscription updated."),
    ("connection", "Connection updated."),
    ("reset", "The sandbox was reset."),
];

/// `GET` of the page.
pub(crate) async fn show(
    extract::State(sandbox): extract::State<Sandbox>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Response {
    // An invalid query counts as none.
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let mut view = sandbox.control_view(query.fleet.trim());
    let sentence =
        CONFIRMATIONS.iter().find(|(name, _)| *name == query.done).map(|(_, sentence)| (*sentence).to_owned());
    view.done = sentence.map(|sentence| match query.n {
        Some(1) => format!("{sentence} One fleet took part."),
        Some(count) => format!("{sentence} {count} fleets took part."),
        None => sentence,
    });
    page(StatusCode::OK, view)
}

/// The page with this view.
pub(crate) fn page(status: StatusCode, view: ControlView) -> Response {
    (status, HEADERS, Html(to_html(None, || view! { <ControlPage view/> }))).into_response()
}

impl Sandbox {
    /// The current view, with the connections of the fleet that is searched for, or of all.
    pub(crate) fn control_view(&self, search: &str) -> ControlView {
        let settings = self.settings();
        let urls = PageUrls {
            stylesheet: settings.stylesheet.clone(),
            page: settings.control_page().to_owned(),
            forms: format!("{}/control/page", settings.base_path()),
            onramp: (!settings.base_path().is_empty()).then(|| "/".to_owned()),
        };
        self.read(|state, now| ControlView {
            urls,
            done: None,
            counts: counts(state),
            now: timestamp::display_to_the_second(now),
            ahead: ahead(state.clock_offset_seconds),
            next_expiry: state.next_expiry().map(timestamp::display),
            hours: (String::new(), None),
            stories: STORIES.iter().map(|(_, name, about)| StoryOption { name, about }).collect(),
            story: StoryForm { count: "1".into(), ..StoryForm::default() },
            webhook_faults: webhook_faults(state),
            api_faults: api_faults(&state.api_faults),
            subscriptions: subscriptions(state, now),
            connections: connections(state, search),
            reset_problem: None,
        })
    }
}

fn number(count: usize) -> u64 {
    count as u64
}

fn counts(state: &State) -> Vec<(&'static str, u64)> {
    vec![
        ("Invitations", number(state.invitations.len())),
        ("Fleets", number(state.fleets.len())),
        ("Agreements", number(state.agreements.len())),
        ("Connections", number(state.connections.len())),
        ("Planned steps", number(state.planned_steps.len())),
        ("Delivered", state.deliveries.delivered),
        ("Pending", number(state.deliveries.pending.len())),
        ("Dead letters", number(state.deliveries.dead.len())),
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

fn webhook_faults(state: &State) -> Vec<WebhookFaultRow> {
    let row = |(fault, name, about)| {
        let setting = state.webhook_faults.setting(fault);
        let events: Vec<_> = setting.events.into_iter().collect();
        WebhookFaultRow { name, about, percent: setting.percent.to_string(), events: events.join(", "), error: None }
    };
    WEBHOOK_FAULTS.into_iter().map(row).collect()
}

fn api_faults(faults: &ApiFaults) -> ApiFaultForm {
    let mut active = Vec::new();
    let only = |faulty: &FaultyCall| faulty.call.as_ref().map(|call| format!(" to {call}")).unwrap_or_default();
    if let Some(faulty) = faults.next.front() {
        let (count, name, only) = (faults.next.len(), faulty.fault.name(), only(faulty));
        active.push(match count {
            1 => format!("The next call{only} gets a wrong answer: {name}."),
            _ => format!("The next {count} calls get wrong answers, the first one{only} {name}."),
        });
    }
    if let Some((faulty, percent)) = &faults.share {
        active.push(format!("{percent}% of all calls{} get the answer {}.", only(faulty), faulty.fault.name()));
    }
    let options = API_FAULTS.iter().map(|(name, _, label)| (*name, *label)).collect();
    ApiFaultForm { options, amount: "1".into(), active, ..ApiFaultForm::default() }
}

fn subscriptions(state: &State, now: OffsetDateTime) -> Vec<SubscriptionRow> {
    let row = |one: &Subscription| {
        let deliveries = &state.deliveries;
        let outcomes = deliveries.outcomes(one.id, circuit_breaker::counted_since(one, now));
        let success = circuit_breaker::weighted_success_rate(&outcomes);
        SubscriptionRow {
            id: one.id.to_string(),
            event_name: one.event_name.clone(),
            status: one.status.name().to_owned(),
            success: success.map_or("–".to_owned(), |rate| format!("{:.0}%", rate * 100.0)),
            pending: deliveries.pending.values().filter(|delivery| delivery.subscription_id == one.id).count(),
            dead: deliveries.dead_letter_count(one.id),
        }
    };
    state.subscriptions.values().filter(|one| one.status != SubscriptionStatus::Deleted).map(row).collect()
}

fn connections(state: &State, search: &str) -> Connections {
    let matches = |one: &&Connection| search.is_empty() || one.fleet_ref.as_deref() == Some(search);
    let mut found: Vec<_> = state.connections.values().filter(matches).collect();
    found.sort_by_key(|one| std::cmp::Reverse((one.updated_at, one.id)));
    let row = |one: &Connection| {
        let schedules = state.schedules.values().filter(|schedule| schedule.connection_id == one.id);
        let fetched = schedules
            .fold((0, 0), |(fetched, all), schedule| (fetched + usize::from(schedule.halted_at.is_none()), all + 1));
        ConnectionRow {
            id: one.id.to_string(),
            fleet_ref: one.fleet_ref.clone().unwrap_or_default(),
            provider: state.tsps.get(&one.tsp_id).map_or_else(|| one.source_name.clone(), |tsp| tsp.name.clone()),
            status: if one.status == ConnectionStatus::Active { "active" } else { "stale" }.to_owned(),
            fetched,
        }
    };
    Connections {
        search: search.to_owned(),
        total: found.len(),
        rows: found.into_iter().take(MAX_CONNECTIONS).map(row).collect(),
    }
}
