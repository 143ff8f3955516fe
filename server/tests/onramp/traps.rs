//! Traps of WEBHOOKS.md 8 that no other test is about. `docs/traps.md` lists all of them, each with its test.

use std::path::Path;

use domain::{
    events::delivery::DeliveryState,
    onboarding::stage::{Health, Stage},
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{FLEET_REF, SECRET, TestServer, example, gzip};

const HOOK: Uuid = Uuid::from_u128(1);

async fn server() -> TestServer {
    let server = TestServer::start().await;
    server.subscribe(HOOK, &[SECRET]).await;
    server
}

fn changed(event: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(&example(event)).unwrap();
    change(&mut value);
    serde_json::to_vec(&value).unwrap()
}

async fn take(server: &TestServer, body: Vec<u8>) -> DeliveryState {
    assert_eq!(server.delivery(HOOK, body).send(server).await, StatusCode::ACCEPTED);
    server.processed().await[0].state
}

#[tokio::test]
async fn trap_4_no_verified_delivery_is_answered_with_4xx_or_a_redirect() {
    let server = server().await;
    let bodies = [
        changed("invitation.viewed", |value| value["event_name"] = json!("vehicle.*")),
        changed("invitation.viewed", |value| value["data"] = json!({"id": 1})),
        changed("invitation.viewed", |value| value["data"][0]["expires_at"] = json!("soon")),
        changed("invitation.viewed", |value| value["id"] = json!("not an id")),
        b"null".to_vec(),
        Vec::new(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body).chars().take(60).collect::<String>();
        for content_type in ["application/json", "text/html", "multipart/form-data"] {
            let delivery = server.delivery(HOOK, body.clone()).with("content-type", content_type);
            let answer = delivery.with("origin", "https://elsewhere.example").with("sec-fetch-site", "cross-site");
            assert_eq!(answer.send(&server).await, StatusCode::ACCEPTED, "{content_type}: {shown}");
        }
    }
    assert_eq!(server.processed().await.len(), 18, "and all of them are kept");
}

#[tokio::test]
async fn trap_12_the_fleets_name_is_read_under_the_events_name_for_it() {
    let server = server().await;
    take(&server, example("invitation.created")).await;
    let fleet = server.state.store.fleet_by_ref(FLEET_REF).await.unwrap().unwrap();
    assert_eq!(fleet.name.as_deref(), Some("Acme Trucking"));
}

#[tokio::test]
async fn trap_14_that_it_was_viewed_is_read_from_the_event_not_from_the_status() {
    let server = server().await;
    take(&server, changed("invitation.viewed", |value| value["data"][0]["status"] = json!("active"))).await;
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Viewed));
}

#[tokio::test]
async fn trap_18_one_failed_fetch_is_noise_and_two_of_one_schedule_are_not() {
    let server = server().await;
    for event in ["invitation.accepted", "fleet_connection.created", "execution.failed"] {
        take(&server, example(event)).await;
    }
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().health, Some(Health::Flowing));
    let again = changed("execution.failed", |value| {
        value["id"] = Value::Null;
        value["data"][0]["id"] = json!(Uuid::from_u128(77));
    });
    take(&server, again).await;
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().health, Some(Health::FetchFailing));
}

#[tokio::test]
async fn trap_23_what_a_callback_url_brings_is_kept_unbelieved_and_counts_once_its_secret_is_known() {
    let server = TestServer::start().await;
    let unknown = Uuid::from_u128(23);
    let body = changed("invitation.viewed", |value| value["webhook_id"] = json!(unknown));
    assert_eq!(server.delivery(unknown, body.clone()).send(&server).await, StatusCode::UNAUTHORIZED);
    assert_eq!(server.processed().await[0].state, DeliveryState::Quarantined);
    assert!(server.onboarding(FLEET_REF).await.is_none());
    server.subscribe(unknown, &[SECRET]).await;
    server.state.reprocessor.verify_all_again().await.unwrap();
    server.send_example("invitation.viewed").await;
    server.processed().await;
    assert_eq!(server.facts(FLEET_REF).await.len(), 1, "once, though it came through two subscriptions");
}

#[tokio::test]
async fn trap_27_a_replay_of_an_old_event_is_fresh_by_its_header() {
    let server = server().await;
    let body = changed("invitation.viewed", |value| value["timestamp"] = json!("2025-01-01T00:00:00Z"));
    assert_eq!(take(&server, body).await, DeliveryState::Processed);
}

#[tokio::test]
async fn trap_28_the_attempt_may_differ_between_body_and_header_or_be_missing() {
    let server = server().await;
    for (attempt, header) in [(json!(0), Some("1")), (json!(3), Some("2")), (Value::Null, None)] {
        let body = changed("invitation.viewed", |value| value["delivery_attempt"] = attempt);
        let delivery = server.delivery(HOOK, body);
        let delivery = match header {
            Some(header) => delivery.with("x-delivery-attempt", header),
            None => delivery.without("x-delivery-attempt"),
        };
        assert_eq!(delivery.send(&server).await, StatusCode::ACCEPTED);
    }
    assert!(server.processed().await.iter().all(|row| row.state != DeliveryState::Parked));
    assert_eq!(server.facts(FLEET_REF).await.len(), 1);
}

#[tokio::test]
async fn trap_30_unsigned_headers_do_not_decide_what_happened() {
    let server = server().await;
    let delivery = server.delivery(HOOK, example("invitation.viewed"));
    let lying = delivery.with("x-event-type", "invitation.deleted").with("x-request-id", "1").with("x-source", "me");
    assert_eq!(lying.send(&server).await, StatusCode::ACCEPTED);
    let row = &server.processed().await[0];
    assert_eq!(row.event_name.as_deref(), Some("invitation.viewed"));
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Viewed));
    // Another subscription of ours in the header picks another secret, with which it doesn't fit.
    server.subscribe(Uuid::from_u128(2), &["another-secret-of-ours"]).await;
    let lying =
        server.delivery(HOOK, example("invitation.deleted")).with("x-webhook-id", &Uuid::from_u128(2).to_string());
    assert_eq!(lying.send(&server).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn trap_31_what_inflates_without_end_costs_a_bounded_answer() {
    let server = server().await;
    // Two layers of gzip around zeros: only the outer one is ever inflated.
    let bomb = gzip(&gzip(&vec![0; 30 * 1024 * 1024]));
    assert_eq!(server.delivery(HOOK, Vec::new()).wire(bomb).send(&server).await, StatusCode::UNAUTHORIZED);
    let bomb = gzip(&vec![0; 30 * 1024 * 1024]);
    assert_eq!(server.delivery(HOOK, Vec::new()).wire(bomb).send(&server).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn every_trap_has_its_row_and_every_row_names_a_test_that_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table = std::fs::read_to_string(root.join("docs/traps.md")).unwrap();
    for (list, traps) in [("C", 27), ("W", 36)] {
        let start = format!("| {list}");
        let rows: Vec<_> = table.lines().filter(|line| line.starts_with(&start)).collect();
        let number = |row: &&str| row[start.len()..].split(' ').next().unwrap().parse::<usize>().unwrap();
        assert_eq!(rows.iter().map(number).collect::<Vec<_>>(), (1..=traps).collect::<Vec<_>>(), "{list}");
        for row in rows {
            assert_names_its_tests(&root, row);
        }
    }
}

fn assert_names_its_tests(root: &Path, row: &str) {
    let links: Vec<_> = row.split("](../").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    let names: Vec<_> = row.split("[`").skip(1).map(|rest| rest.split('`').next().unwrap()).collect();
    assert_eq!(links.len(), names.len(), "{row}");
    assert!(!links.is_empty() || row.contains("Can’t reach us:"), "neither a test nor a reason: {row}");
    for (link, name) in links.into_iter().zip(names) {
        let text = std::fs::read_to_string(root.join(link)).unwrap_or_else(|_| panic!("no such file: {link}"));
        assert!(text.contains(&format!("fn {name}(")), "{link} has no test {name}");
    }
}
