//! What Catena could not deliver: dead letters and subscriptions that it switched off, and how both come back.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::Method,
    routing::{get, post},
};
use catena::{CreateInvitation, UpdateSubscription};
use domain::{events::delivery::DeliveryState, staff::Role};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::{
    jobs::subscriptions::SubscriptionMonitor,
    security::vault::Purpose,
    store::{SigningSecret, SubscriptionRow},
};
use uuid::Uuid;

use crate::support::{Catena, TestServer, until};

/// Lets one subscription of ours post to nowhere, as while Onramp is away.
async fn cut_off(server: &TestServer, event: &str) -> Uuid {
    server.state.subscriptions.ensure().await.unwrap();
    let ours = server.state.store.subscriptions().await.unwrap();
    let id = ours.into_iter().find(|row| row.event_name == event).unwrap().webhook_id;
    point(server, id, "http://127.0.0.1:9/webhooks/catena").await;
    id
}

async fn point(server: &TestServer, id: Uuid, url: &str) {
    let url = server.url.join(url).unwrap();
    let change = UpdateSubscription { url: Some(url), ..UpdateSubscription::default() };
    server.state.catena.update_subscription(id, &change).await.unwrap();
}

async fn dead_letters(server: &TestServer, id: Uuid) -> u64 {
    server.state.catena.subscription_metrics(id).await.unwrap().dlq_count
}

/// Two events that could not be delivered.
async fn missed(server: &TestServer) -> Uuid {
    let id = cut_off(server, "invitation.created").await;
    for fleet in ["FLEET-1", "FLEET-2"] {
        server.state.catena.create_invitation(&CreateInvitation::new(fleet)).await.unwrap();
    }
    until("two dead letters", async || (dead_letters(server, id).await == 2).then_some(())).await;
    point(server, id, "/webhooks/catena").await;
    let came = server.deliveries().await;
    assert!(came.iter().all(|row| row.event_name.as_deref() != Some("invitation.created")), "{came:?}");
    id
}

async fn both_came(server: &TestServer) {
    until("both events", async || {
        let all = server.deliveries().await;
        let created = all.iter().filter(|row| row.event_name.as_deref() == Some("invitation.created"));
        (created.count() == 2).then_some(())
    })
    .await;
    let all = server.processed().await;
    let mut created = all.iter().filter(|row| row.event_name.as_deref() == Some("invitation.created"));
    assert!(created.all(|row| row.state == DeliveryState::Processed), "{all:?}");
    assert!(server.onboarding("FLEET-1").await.is_some() && server.onboarding("FLEET-2").await.is_some());
}

#[tokio::test]
async fn dead_letters_are_shown_with_the_days_left_and_fetched_by_a_press() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    let id = missed(&server).await;
    server.clock.advance(time::Duration::hours(73));
    browser.post("/subscriptions/refresh", &[]).await;
    let list = browser.get("/subscriptions").await.body;
    assert!(list.contains("2, at most 11 days left"), "{list}");
    assert!(list.contains("2 events are waiting in queues at Catena"), "{list}");
    let page = browser.get(&format!("/subscriptions/{id}")).await.body;
    assert!(page.contains("Catena sends all 2 queued events again"), "{page}");
    assert!(page.contains("the 2 events waiting in its queue are lost"), "what a deletion would lose");
    assert!(page.contains("There were 0 in the last 6 hours"), "{page}");

    let answer = browser.post(&format!("/subscriptions/{id}/replay"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    both_came(&server).await;
    assert!(
        !browser.get("/subscriptions").await.body.contains("days left"),
        "the queue was looked at after its replay"
    );
}

#[tokio::test]
async fn all_queues_are_fetched_at_once() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    missed(&server).await;
    let answer = browser.post("/subscriptions/fetch-missed", &[]).await;
    assert_eq!(answer.header("location"), "/subscriptions?done=fetched&replayed=1&activated=0");
    both_came(&server).await;
}

#[tokio::test]
async fn trap_6_after_a_start_dead_letters_are_counted_replayed_and_shown() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Viewer).await;
    missed(&server).await;
    SubscriptionMonitor::new(&server.state.subscriptions, true).turn().await;
    both_came(&server).await;
    let page = browser.get("/subscriptions").await.body;
    assert!(
        page.contains("On 2 Mar 2026, 15:31 UTC, 2 events were waiting at startup; 1 queue was fetched."),
        "{page}"
    );
}

#[tokio::test]
async fn trap_6_who_wants_to_fetch_them_by_hand_only_has_them_counted() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Viewer).await;
    let id = missed(&server).await;
    SubscriptionMonitor::new(&server.state.subscriptions, false).turn().await;
    let page = browser.get("/subscriptions").await.body;
    assert!(page.contains("On 2 Mar 2026, 15:31 UTC, 2 events were waiting at startup."), "{page}");
    assert_eq!(dead_letters(&server, id).await, 2);
    let came = server.deliveries().await;
    assert!(came.iter().all(|row| row.event_name.as_deref() != Some("invitation.created")), "{came:?}");
}

/// A Catena with three subscriptions of ours that it switched off or not.
#[derive(Clone)]
struct Script(Arc<Mutex<Played>>);

struct Played {
    statuses: [String; 3],
    calls: Vec<String>,
    /// Whether activating fails.
    stubborn: bool,
}

const NAMES: [&str; 3] = ["invitation.created", "invitation.viewed", "invitation.sent"];

fn id(at: usize) -> Uuid {
    Uuid::from_u128(at as u128 + 1)
}

impl Script {
    fn new(statuses: [&str; 3]) -> Self {
        let played = Played { statuses: statuses.map(str::to_owned), calls: Vec::new(), stubborn: false };
        Self(Arc::new(Mutex::new(played)))
    }

    fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().calls.clone()
    }

    fn record(&self, at: usize) -> Value {
        json!({
            "id": id(at), "url": "https://x.example/*****", "event_name": NAMES[at], "filters": null, "secret": "*****",
            "status": self.0.lock().unwrap().statuses[at], "created_at": "2026-03-01T00:00:00Z",
            "updated_at": "2026-03-01T00:00:00Z",
        })
    }

    fn routes(&self) -> Router {
        const ONE: &str = "/v2/notifications/webhooks/{id}";
        let token = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 300});
        Router::new()
            .route("/realms/catena/protocol/openid-connect/token", post(async move || Json(token)))
            .route(
                "/v2/notifications/webhooks",
                get(async |State(script): State<Self>| {
                    let items = [0, 1, 2].map(|at| script.record(at));
                    Json(json!({ "items": items }))
                }),
            )
            .route(&format!("{ONE}/metrics"), get(Self::metrics))
            .route(&format!("{ONE}/logs"), get(async || Json(json!({"items": []}))))
            .route(&format!("{ONE}/{{move}}"), post(Self::make_move))
            .with_state(self.clone())
    }

    #[expect(clippy::unused_async, reason = "a handler")]
    async fn metrics(Path(of): Path<Uuid>) -> Json<Value> {
        let zeros = json!({"6h": 0, "24h": 0, "7d": 0, "14d": 0});
        let nulls = json!({"6h": null, "24h": null, "7d": null, "14d": null});
        Json(json!({
            "webhook_id": of, "http_attempts": zeros, "http_success_attempts": zeros, "http_failure_attempts": zeros,
            "message_count": zeros, "message_success_count": zeros, "success_rate": nulls, "avg_response_time_ms": nulls,
            "ewma_success_rate": 0.41, "dlq_count": if of == id(2) { 0 } else { 3 },
        }))
    }

    #[expect(clippy::unused_async, reason = "a handler")]
    async fn make_move(
        State(script): State<Self>,
        method: Method,
        Path((of, what)): Path<(Uuid, String)>,
    ) -> (StatusCode, Json<Value>) {
        assert_eq!(method, Method::POST);
        let at = (0..3).find(|at| id(*at) == of).unwrap();
        let mut played = script.0.lock().unwrap();
        played.calls.push(format!("{what} {}", NAMES[at]));
        match what.as_str() {
            "activate" if played.stubborn => {
                return (StatusCode::FORBIDDEN, Json(json!({"code": 403, "message": "Forbidden"})));
            }
            "activate" => "active".clone_into(&mut played.statuses[at]),
            "pause" => "paused".clone_into(&mut played.statuses[at]),
            _ => return (StatusCode::ACCEPTED, Json(Value::Null)),
        }
        drop(played);
        (StatusCode::OK, Json(script.record(at)))
    }
}

async fn scripted(script: &Script) -> TestServer {
    let server = TestServer::start_with(Catena::Routes(script.routes())).await;
    for (at, name) in NAMES.iter().enumerate() {
        let sealed = server.state.vault.seal(Purpose::SigningSecret, b"a-secret-of-ours");
        let created_at = server.state.clock.now();
        let secret =
            SigningSecret { id: Uuid::from_u128(at as u128 + 50), event_name: (*name).into(), sealed, created_at };
        let row = SubscriptionRow {
            webhook_id: id(at),
            event_name: (*name).into(),
            url: server.state.subscriptions.endpoints().main,
            status: "active".into(),
            created_at,
        };
        server.state.store.put_secret(&secret).await.unwrap();
        server.state.store.put_subscriptions(secret.id, &[row]).await.unwrap();
    }
    server
}

#[tokio::test]
async fn trap_25_after_a_start_what_catena_switched_off_is_activated_before_its_queue_is_replayed() {
    let script = Script::new(["stale", "active", "paused"]);
    let server = scripted(&script).await;
    let mut care = SubscriptionMonitor::new(&server.state.subscriptions, true);
    care.turn().await;
    assert_eq!(
        script.calls(),
        ["activate invitation.created", "replay invitation.created", "replay invitation.viewed"]
    );
    let recovery = server.state.subscriptions.recovery().unwrap();
    assert_eq!((recovery.dead_letters, recovery.activated, recovery.replayed, recovery.failed), (6, 1, 2, 0));
    care.turn().await;
    assert_eq!(script.calls().len(), 3, "once after a start, not at every look");
}

#[tokio::test]
async fn a_move_that_fails_after_the_start_holds_up_no_other() {
    let script = Script::new(["stale", "active", "active"]);
    script.0.lock().unwrap().stubborn = true;
    let server = scripted(&script).await;
    let browser = server.signed_in(Role::Administrator).await;
    SubscriptionMonitor::new(&server.state.subscriptions, true).turn().await;
    assert_eq!(script.calls(), ["activate invitation.created", "replay invitation.viewed"]);
    let page = browser.get("/subscriptions").await.body;
    assert!(
        page.contains("6 events were waiting at startup; 1 queue was fetched, 1 action failed (see the log)."),
        "{page}"
    );
    let answer = browser.post("/subscriptions/fetch-missed", &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("Catena refused 1 of the actions"), "{}", answer.body);
}

#[tokio::test]
async fn a_stale_one_is_called_out_until_it_is_brought_back() {
    let script = Script::new(["stale", "active", "active"]);
    let server = scripted(&script).await;
    let browser = server.signed_in(Role::Administrator).await;
    server.state.subscriptions.refresh().await.unwrap();
    let page = browser.get("/subscriptions").await.body;
    assert!(page.contains("Catena switched it off after too many failures."), "{page}");
    assert!(page.contains("switched off</span>"), "the breaker: {page}");
    assert!(page.contains("3, at most 14 days left"), "nothing tells how old they are: {page}");

    let path = format!("/subscriptions/{}/bring-back", id(0));
    let answer = browser.post(&path, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(script.calls(), ["activate invitation.created", "replay invitation.created"]);
    let page = browser.get(answer.header("location")).await.body;
    assert!(page.contains("It is active again, and missed deliveries arrive in the next moments."), "{page}");
    assert!(!browser.get("/subscriptions").await.body.contains("after too many failures"));
}

#[tokio::test]
async fn until_catena_answers_after_a_start_nothing_counts_as_looked_at() {
    let server = TestServer::start_with(Catena::Routes(Router::new())).await;
    let mut care = SubscriptionMonitor::new(&server.state.subscriptions, true);
    care.turn().await;
    assert_eq!(server.state.subscriptions.recovery(), None);
    let look = server.state.store.last_look().await.unwrap();
    assert!(look.ended_at.is_none() && look.problem.is_some(), "{look:?}");
}
