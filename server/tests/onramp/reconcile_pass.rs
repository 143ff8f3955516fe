//! A check of everything against a scripted Catena: it fails half-way, does not allow a part, and its webhooks come late.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Json, Router,
    extract::Query,
    http::StatusCode as Status,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::{
    events::fact::Source,
    onboarding::stage::{Health, Stage},
    staff::Role,
    timestamp,
};
use serde_json::{Value, json};
use server::{config::ReconcileSettings, services::reconcile::Reconciler, store::Cause};
use time::Duration;

use crate::support::{Catena, FLEET_REF, TestServer, example};

/// What was asked, in order, and what is allowed to succeed.
#[derive(Default)]
struct Script {
    asked: Mutex<Vec<String>>,
    second_page_fails: AtomicBool,
    connections_forbidden: AtomicBool,
}

impl Script {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn note(&self, what: &str) {
        self.asked.lock().unwrap().push(what.to_owned());
    }
}

#[derive(serde::Deserialize)]
struct Page {
    cursor: Option<String>,
}

fn page(items: Vec<Value>, next: Option<&str>) -> Response {
    Json(json!({ "items": items, "total": 2, "next_page": next })).into_response()
}

fn refusal(status: u16, detail: Value) -> Response {
    (Status::from_u16(status).unwrap(), Json(json!({ "code": status, "message": "x", "detail": detail })))
        .into_response()
}

/// The record of a published event, as the API has it.
fn record(event: &str, more: &[(&str, Value)]) -> Value {
    let body: Value = serde_json::from_slice(&example(event)).unwrap();
    let mut record = body["data"][0].clone();
    for (field, value) in more {
        record[*field] = value.clone();
    }
    record
}

fn invitation() -> Value {
    record("invitation.accepted", &[("permissions", json!({}))])
}

fn other_invitation() -> Value {
    let id = "019caf10-331c-7fc1-b466-44073a4d3b3c";
    record("invitation.created", &[("id", json!(id)), ("fleet_ref", json!("FLEET-43")), ("permissions", json!({}))])
}

fn connection() -> Value {
    let times = json!("2026-03-02T15:31:04.000000Z");
    record("connection.created", &[("created_at", times.clone()), ("updated_at", times)])
}

/// A Catena that has the published story's records, in two pages of invitations.
fn routes(script: &Arc<Script>) -> Router {
    let token = async || Json(json!({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}));
    let invitations = {
        let script = script.clone();
        async move |Query(Page { cursor }): Query<Page>| match cursor {
            None => {
                script.note("invitations");
                page(vec![invitation()], Some("two"))
            }
            Some(cursor) => {
                script.note(&format!("invitations {cursor}"));
                if script.second_page_fails.load(Ordering::SeqCst) {
                    return refusal(429, json!({ "retry_after_seconds": 3600, "message": "slow" }));
                }
                page(vec![other_invitation()], None)
            }
        }
    };
    let agreements = {
        let script = script.clone();
        async move || {
            script.note("agreements");
            page(vec![record("share_agreement.created", &[])], None)
        }
    };
    let connections = {
        let script = script.clone();
        async move || {
            script.note("connections");
            if script.connections_forbidden.load(Ordering::SeqCst) {
                return refusal(403, json!(null));
            }
            page(vec![connection()], None)
        }
    };
    let freshness = {
        let script = script.clone();
        async move || {
            script.note("freshness");
            Json(json!([]))
        }
    };
    Router::new()
        .route("/realms/catena/protocol/openid-connect/token", post(token))
        .route("/v2/orgs/tsps", get(async || Json(json!([]))))
        .route("/v2/orgs/invitations", get(invitations))
        .route("/v2/orgs/invitations/{id}", get(async || Json(invitation())))
        .route("/v2/orgs/share-agreements", get(agreements))
        .route("/v2/integrations/connections", get(connections))
        .route("/v2/integrations/connections/data-freshness", get(freshness))
}

async fn server() -> (TestServer, Arc<Script>) {
    let script = Arc::new(Script::default());
    let server = TestServer::start_with(Catena::Routes(routes(&script))).await;
    (server, script)
}

#[tokio::test]
async fn a_check_that_fails_half_way_says_so_and_goes_on_where_it_stood() {
    let (server, script) = server().await;
    script.second_page_fails.store(true, Ordering::SeqCst);
    let first = server.state.reconciler.everything(Cause::Schedule).await.unwrap();
    assert!(!first.complete && first.problem.as_deref().unwrap().contains("3600 s"), "{:?}", first.problem);
    assert_eq!(first.found, 2, "what came before the failure is told");
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Accepted));
    let staff = server.signed_in(Role::Viewer).await;
    let shown = staff.get("/settings/checks").await.body;
    assert!(shown.contains("The last check stopped halfway") && shown.contains("3600 seconds"), "{shown}");
    script.asked();

    script.second_page_fails.store(false, Ordering::SeqCst);
    let second = server.state.reconciler.everything(Cause::Schedule).await.unwrap();
    assert_eq!((second.complete, second.problem), (true, None));
    let asked = script.asked();
    assert_eq!(
        asked,
        ["invitations two", "agreements", "connections", "freshness"],
        "the first page is not asked again"
    );
    assert_eq!(server.onboarding("FLEET-43").await.unwrap().stage, Some(Stage::Created));
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Connected));
    assert!(!staff.get("/settings/checks").await.body.contains("halfway"));

    server.state.reconciler.everything(Cause::Schedule).await.unwrap();
    assert_eq!(script.asked()[0], "invitations", "the next one begins anew");
}

#[tokio::test]
async fn what_is_not_allowed_is_named_and_the_rest_is_checked() {
    let (server, script) = server().await;
    script.connections_forbidden.store(true, Ordering::SeqCst);
    let row = server.state.reconciler.everything(Cause::Schedule).await.unwrap();
    assert!(row.complete && row.problem.as_deref().unwrap().contains("connection:read"), "{:?}", row.problem);
    let fleet = server.state.store.fleet_by_ref(FLEET_REF).await.unwrap().unwrap();
    assert_eq!(fleet.stage, Some(Stage::Agreement));
    let row = server.state.reconciler.one_fleet(&fleet, Cause::Staff).await.unwrap();
    assert!(row.complete && row.problem.as_deref().unwrap().contains("connection:read"), "{:?}", row.problem);
}

#[tokio::test]
async fn webhooks_that_come_after_the_check_add_nothing_twice_and_fill_its_holes() {
    let (server, _) = server().await;
    // Known here before it is accepted, so that webhooks could have told of it.
    server.clock.advance(Duration::minutes(-31));
    server.send_example("invitation.created").await;
    server.processed().await;
    server.clock.advance(Duration::minutes(31));
    let row = server.state.reconciler.everything(Cause::Schedule).await.unwrap();
    assert_eq!((row.found, row.holes), (5, 4), "{row:?}");
    let since = timestamp::from_micros(0);
    assert_eq!(server.state.store.holes(since, 100).await.unwrap(), 4);
    let before = server.onboarding(FLEET_REF).await.unwrap();
    assert_eq!((before.stage, before.health), (Some(Stage::Connected), Some(Health::Flowing)));
    let found: Vec<_> = before.timeline.iter().filter(|entry| entry.fact.source == Source::Check).collect();
    assert_eq!(found.len(), 4);

    for event in ["fleet_connection.created", "connection.created", "invitation.accepted", "share_agreement.created"] {
        server.send_example(event).await;
    }
    server.processed().await;
    let after = server.onboarding(FLEET_REF).await.unwrap();
    assert_eq!(after.timeline.len(), before.timeline.len(), "nothing twice: {:?}", after.timeline);
    assert!(after.timeline.iter().all(|entry| entry.fact.source == Source::Webhook), "and the webhooks’ word counts");
    assert_eq!(server.state.store.holes(since, 100).await.unwrap(), 0, "late is not lost");
    let attached = &after.timeline.last().unwrap().fact;
    assert_eq!(attached.about.provider.as_deref(), Some("samsara"), "what only the check knows stays");
    assert_eq!(server.state.reconciler.everything(Cause::Schedule).await.unwrap().found, 0);
}

#[tokio::test]
async fn checks_come_by_themselves_a_tenth_earlier_or_later_and_not_before_catena_wants_them() {
    let (server, script) = server().await;
    let onramp = &server.state;
    let reconciler = Reconciler::new(
        onramp.catena.clone(),
        onramp.store.clone(),
        onramp.timeline.clone(),
        onramp.vault.clone(),
        (onramp.clock.clone(), onramp.random.clone()),
        onramp.providers.clone(),
        ReconcileSettings { every: Some(Duration::minutes(15)), pause: std::time::Duration::ZERO },
    );
    let now = || platform::clock::Clock::now(&*server.clock);
    let a_moment = Duration::MILLISECOND;
    let wait = || reconciler.status().next_at.unwrap() - now();
    reconciler.plan_first();
    assert!((Duration::seconds(30)..=Duration::seconds(60)).contains(&wait()), "{}", wait());
    reconciler.check_what_is_due().await;
    assert!(script.asked().is_empty(), "it is not due");
    server.clock.advance(wait() + a_moment);
    reconciler.check_what_is_due().await;
    assert!(!script.asked().is_empty());
    assert!((Duration::seconds(810)..=Duration::seconds(990)).contains(&wait()), "{}", wait());
    script.second_page_fails.store(true, Ordering::SeqCst);
    server.clock.advance(wait() + a_moment);
    reconciler.check_what_is_due().await;
    assert_eq!(wait(), Duration::hours(1), "Catena asked for an hour");
}
