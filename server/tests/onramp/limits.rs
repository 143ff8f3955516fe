//! What strangers, fleets, and uploads may cost.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::State, http::StatusCode as Status, routing::get};
use domain::{events::delivery::DeliveryState, staff::Role};
use reqwest::StatusCode;

use crate::support::{Catena, FLEET_REF, INVITATION, SECRET, TestServer, example, until};

/// As in `webhooks/refusals.rs`.
const KEPT_MAX: usize = 120;

#[tokio::test]
async fn of_strangers_deliveries_so_many_a_minute_are_kept_and_the_others_counted() {
    let server = TestServer::start().await;
    let ours = "019caf10-331c-7fc1-b466-44073a4d3b01".parse().unwrap();
    server.subscribe(ours, &[SECRET]).await;
    let stranger = server.delivery(server.state.random.uuid_v4(), example("invitation.created"));
    let client = reqwest::Client::new();
    let flood = (0..KEPT_MAX + 30).map(|_| async {
        let mut request = client.post(server.url.join("/webhooks/catena").unwrap()).body(stranger.wire.clone());
        for (name, value) in &stranger.headers {
            request = request.header(*name, value);
        }
        request.send().await.unwrap().status()
    });
    for status in futures::future::join_all(flood).await {
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    let kept = async || server.deliveries().await.len();
    assert_eq!(kept().await, KEPT_MAX);
    let metrics = server.browser().get("/metrics").await.body;
    assert!(metrics.contains("onramp_webhook_refusals_not_kept_total 30\n"), "{metrics}");

    // Catena signs with a secret that we don't have: never lost, whatever strangers do.
    let wrong = server.delivery(ours, example("invitation.created")).with("x-catena-signature", "d3Jvbmc=");
    assert_eq!(wrong.send(&server).await, StatusCode::UNAUTHORIZED);
    assert_eq!(kept().await, KEPT_MAX + 1);
    assert_eq!(server.delivery(ours, example("invitation.created")).send(&server).await, StatusCode::ACCEPTED);
    assert!(server.processed().await.iter().any(|row| row.state == DeliveryState::Processed));

    server.clock.advance(time::Duration::minutes(1));
    assert_eq!(stranger.send(&server).await, StatusCode::UNAUTHORIZED);
    assert_eq!(kept().await, KEPT_MAX + 3);
}

/// A Catena that takes its time with invitations, counts the calls, and knows how many there were at once.
#[derive(Clone, Default)]
struct Slow {
    calls: Arc<AtomicUsize>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Slow {
    fn routes(&self) -> Router {
        let answer = async |State(slow): State<Self>| {
            slow.calls.fetch_add(1, Ordering::SeqCst);
            let now = slow.now.fetch_add(1, Ordering::SeqCst) + 1;
            slow.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            slow.now.fetch_sub(1, Ordering::SeqCst);
            Status::NOT_FOUND
        };
        let token = async || {
            axum::Json(serde_json::json!({ "access_token": "t", "expires_in": 300, "scope": "invitation:read" }))
        };
        Router::new()
            .route("/v2/orgs/invitations/{id}", get(answer))
            .route("/realms/catena/protocol/openid-connect/token", axum::routing::post(token))
            .fallback(async || Status::SERVICE_UNAVAILABLE)
            .with_state(self.clone())
    }
}

#[tokio::test]
async fn a_fleet_that_reloads_its_landing_page_costs_one_call_to_catena_and_one_fact() {
    let slow = Slow::default();
    let server = TestServer::start_with(Catena::Routes(slow.routes())).await;
    server.send_example("invitation.created").await;
    server.processed().await;
    let before = slow.calls.load(Ordering::SeqCst);
    let path = format!("/onboarding/failure?invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=failure");
    let browser = server.browser();
    let reloads = futures::future::join_all((0..30).map(|_| browser.get(&path))).await;
    assert!(reloads.iter().all(|answer| answer.status == StatusCode::SEE_OTHER));
    for _ in 0..170 {
        browser.get(&path).await;
    }
    assert!(!browser.get("/onboarding/failure").await.body.contains("still works"), "Catena doesn't know it any more");
    assert_eq!(slow.calls.load(Ordering::SeqCst) - before, 1);
    assert_eq!(server.facts(FLEET_REF).await.len(), 2);
    server.clock.advance(time::Duration::seconds(5));
    browser.get(&path).await;
    assert_eq!(slow.calls.load(Ordering::SeqCst) - before, 2, "later it is asked again");
}

#[tokio::test]
async fn only_navigations_count_as_a_return() {
    let server = TestServer::start().await;
    server.send_example("invitation.created").await;
    server.processed().await;
    let path = format!("/onboarding/success?invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=success");
    let browser = server.browser();
    let ask = async |method: reqwest::Method, name: &'static str, value: &'static str| {
        let answer = browser.send(browser.request(method, &path).header(name, value)).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{name}: {value}");
        (answer.status, server.facts(FLEET_REF).await.len())
    };
    let (get, head) = (reqwest::Method::GET, reqwest::Method::HEAD);
    assert_eq!(ask(head, "accept", "*/*").await, (StatusCode::SEE_OTHER, 1));
    assert_eq!(ask(get.clone(), "sec-fetch-mode", "no-cors").await, (StatusCode::SEE_OTHER, 1));
    for purpose in ["prefetch", "prefetch;prerender"] {
        let answered = ask(get.clone(), "sec-purpose", purpose).await;
        assert_eq!(answered, (StatusCode::SERVICE_UNAVAILABLE, 1), "so that the browser asks again on a click");
    }
    let navigation = browser.request(get, &path).header("sec-fetch-mode", "navigate");
    assert_eq!(browser.send(navigation).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.facts(FLEET_REF).await.len(), 2);
}

#[tokio::test]
async fn uploads_take_turns() {
    let server = TestServer::start().await;
    let browser = Arc::new(server.signed_in(Role::Operator).await);
    let uploads = server.state.uploads.clone();
    let reading = uploads.read.clone().acquire_owned().await.unwrap();
    let first = tokio::spawn({
        let browser = browser.clone();
        async move { browser.upload("/invitations/import", "a.csv", b"fleet_ref\nA-1\n", "").await }
    });
    until("the first to be received", async || (uploads.receive.available_permits() == 3).then_some(())).await;
    let others = uploads.receive.clone().acquire_many_owned(3).await.unwrap();
    let second = browser.upload("/invitations/import", "b.csv", b"fleet_ref\nB-1\n", "");
    tokio::pin!(second);
    let waits = tokio::time::timeout(std::time::Duration::from_millis(100), &mut second).await;
    assert!(waits.is_err(), "the second upload waits for the first");
    drop(reading);
    assert_eq!(first.await.unwrap().status, StatusCode::SEE_OTHER);
    assert_eq!(second.await.status, StatusCode::SEE_OTHER);

    drop(others);
    // Nobody's turn comes any more.
    uploads.receive.close();
    let refused = browser.upload("/invitations/import", "c.csv", b"fleet_ref\nC-1\n", "").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.body.contains("Other files are being uploaded right now."), "{}", refused.body);
}
