//! The webhook route: each bad request gets its documented answer, nothing verified is lost, and the published story ends
//! the same however it is delivered.

use catena::webhook_signature::{BODY_MAX, WIRE_MAX};
use domain::{
    events::delivery::DeliveryState,
    onboarding::stage::{Health, Stage},
    staff::Role,
    timestamp,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Catena, FLEET_REF, TestServer, example, gzip, sign};

const HOOK: Uuid = Uuid::from_u128(1);

async fn server() -> TestServer {
    let server = TestServer::start().await;
    server.subscribe(HOOK, &[crate::support::SECRET]).await;
    server
}

fn changed(event: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(&example(event)).unwrap();
    change(&mut value);
    serde_json::to_vec(&value).unwrap()
}

async fn states(server: &TestServer) -> Vec<DeliveryState> {
    server.processed().await.into_iter().map(|row| row.state).collect()
}

#[tokio::test]
async fn each_bad_request_gets_its_documented_answer_and_never_a_500() {
    let server = server().await;
    let body = example("fleet_connection.created");
    let good = || server.delivery(HOOK, body.clone());
    let old = timestamp::rfc3339(timestamp::parse("2026-03-02T15:26:05Z").unwrap());
    let table = [
        ("wrong signature", good().with("x-catena-signature", "AAAA"), 401),
        ("signed with another secret", good().with("x-catena-signature", &sign("other", "x", &body)), 401),
        ("no signature", good().without("x-catena-signature"), 401),
        ("no timestamp", good().without("x-catena-timestamp"), 401),
        ("no subscription", good().without("x-webhook-id"), 401),
        ("unknown subscription", good().with("x-webhook-id", &Uuid::from_u128(9).to_string()), 401),
        ("subscription that is no id", good().with("x-webhook-id", "'; drop table deliveries"), 401),
        (
            "stale",
            good()
                .with("x-catena-timestamp", &old)
                .with("x-catena-signature", &sign(crate::support::SECRET, &old, &body)),
            401,
        ),
        ("broken gzip", good().wire(gzip(&body)[..40].to_vec()), 400),
        ("gzip bomb", good().wire(gzip(&vec![0; BODY_MAX + 1])), 413),
        ("11 MB", good().wire(vec![b'x'; WIRE_MAX + 1]), 413),
        ("right", good(), 202),
        ("plain though it says gzip", good().wire(body.clone()), 202),
        ("plain and saying so", good().without("content-encoding").wire(body.clone()), 202),
    ];
    for (name, delivery, want) in table {
        assert_eq!(delivery.send(&server).await.as_u16(), want, "{name}");
    }
    // What could not be verified but may be ours is kept in quarantine; what broke the limits is not.
    let quarantined = states(&server).await.into_iter().filter(|state| *state == DeliveryState::Quarantined).count();
    assert_eq!(quarantined, 8);
}

#[tokio::test]
async fn what_is_verified_is_kept_even_if_it_makes_no_sense() {
    let server = server().await;
    let table: [(&str, Vec<u8>, DeliveryState); 6] = [
        ("not JSON", b"<html>".to_vec(), DeliveryState::Parked),
        ("empty data", changed("connection.created", |value| value["data"] = json!([])), DeliveryState::Parked),
        ("no data", changed("connection.created", |value| value["data"] = Value::Null), DeliveryState::Parked),
        (
            "a record without id",
            changed("connection.created", |value| value["data"] = json!([{}])),
            DeliveryState::Parked,
        ),
        (
            "an unknown event",
            br#"{"event_name":"tsp.requested","data":[{"fleet_ref":"FLEET-42","x":1}]}"#.to_vec(),
            DeliveryState::Processed,
        ),
        (
            "an unknown field and status",
            changed("connection.created", |value| {
                value["data"][0]["status"] = json!("cancelled_insufficient_scope");
                value["data"][0]["new_field"] = json!({"deep": true});
            }),
            DeliveryState::Processed,
        ),
    ];
    for (name, body, want) in table {
        assert_eq!(server.delivery(HOOK, body).send(&server).await, StatusCode::ACCEPTED, "{name}");
        let row = &server.processed().await[0];
        assert_eq!(row.state, want, "{name}");
        assert_eq!(row.reason.is_some(), want == DeliveryState::Parked, "{name}");
    }
    let facts = server.facts(FLEET_REF).await;
    assert!(facts.iter().any(|fact| fact.kind.name() == "tsp.requested"), "the unknown event is shown");
}

const STORY: [&str; 6] = [
    "invitation.created",
    "invitation.viewed",
    "invitation.accepted",
    "share_agreement.created",
    "connection.created",
    "fleet_connection.created",
];

async fn play(events: &[&str]) -> (Option<Stage>, Option<Health>, Vec<String>) {
    let server = TestServer::start().await;
    for event in events {
        assert_eq!(server.send_example(event).await, StatusCode::ACCEPTED, "{event}");
    }
    let rows = server.processed().await;
    assert!(
        rows.iter().all(|row| matches!(row.state, DeliveryState::Processed | DeliveryState::Duplicate)),
        "{rows:?}"
    );
    let onboarding = server.onboarding(FLEET_REF).await.unwrap();
    let row = server.state.store.fleet_by_ref(FLEET_REF).await.unwrap().unwrap();
    assert_eq!((row.stage, row.health), (onboarding.stage, onboarding.health), "the list says what the timeline says");
    let kinds = onboarding.timeline.iter().map(|entry| entry.fact.kind.name().to_owned()).collect();
    (onboarding.stage, onboarding.health, kinds)
}

#[tokio::test]
async fn the_published_story_and_its_endings_end_the_same_in_order_reversed_and_doubled() {
    let endings: [(&[&str], Stage); 5] = [
        (&STORY, Stage::Connected),
        (&["invitation.created", "invitation.viewed", "invitation.declined"], Stage::Declined),
        (&["invitation.created", "invitation.viewed", "invitation.rejected"], Stage::Declined),
        (&["invitation.created", "invitation.viewed", "invitation.expired"], Stage::Expired),
        (&["invitation.created", "invitation.viewed", "invitation.deleted"], Stage::Deleted),
    ];
    for (events, want) in endings {
        let in_order = play(events).await;
        assert_eq!(in_order.0, Some(want), "{events:?}");
        assert_eq!(in_order.2.len(), events.len());
        let mut reversed = events.to_vec();
        reversed.reverse();
        assert_eq!(play(&reversed).await, in_order, "reversed: {events:?}");
        let doubled: Vec<&str> = events.iter().flat_map(|event| [*event, *event]).collect();
        assert_eq!(play(&doubled).await, in_order, "doubled: {events:?}");
    }
}

#[tokio::test]
async fn facts_that_name_only_a_fleet_or_a_connection_wait_for_their_fleet() {
    let server = TestServer::start().await;
    // Schedules name only a connection, connections only a fleet id, and the fleet id is known only from the acceptance.
    for event in ["schedule.deactivated", "connection.created", "fleet_connection.created"] {
        server.send_example(event).await;
    }
    server.processed().await;
    assert!(server.onboarding(FLEET_REF).await.is_none());
    server.send_example("invitation.accepted").await;
    server.processed().await;
    let onboarding = server.onboarding(FLEET_REF).await.unwrap();
    assert_eq!((onboarding.stage, onboarding.health), (Some(Stage::Connected), Some(Health::Stopped)));
    assert_eq!(onboarding.timeline.len(), 4);
}

#[tokio::test]
async fn every_record_of_a_delivery_counts() {
    let server = server().await;
    let body = changed("fleet_connection.created", |value| {
        let mut second = value["data"][0].clone();
        second["connection_id"] = json!(Uuid::from_u128(5));
        value["data"].as_array_mut().unwrap().push(second);
    });
    server.send_example("invitation.accepted").await;
    server.delivery(HOOK, body).send(&server).await;
    server.processed().await;
    let facts = server.facts(FLEET_REF).await;
    assert_eq!(facts.iter().filter(|fact| fact.kind.name() == "fleet_connection.created").count(), 2);
}

#[tokio::test]
async fn the_same_event_with_another_id_or_none_is_a_duplicate_by_its_record() {
    let server = server().await;
    let without = |id: Value| changed("invitation.viewed", |value| value["id"] = id);
    for (id, want) in [
        (json!("019caf23-24b1-7b44-af7b-93989e01685e"), DeliveryState::Processed),
        (json!("019caf23-24b1-7b44-af7b-93989e01685e"), DeliveryState::Duplicate),
    ] {
        server.delivery(HOOK, without(id)).send(&server).await;
        assert_eq!(server.processed().await[0].state, want);
    }
    server.delivery(HOOK, without(Value::Null)).send(&server).await;
    server.delivery(HOOK, without(json!("019caf23-24b2-7b44-af7b-93989e01685e"))).send(&server).await;
    server.processed().await;
    assert_eq!(server.facts(FLEET_REF).await.len(), 1, "one view on the timeline");
}

#[tokio::test]
async fn a_second_secret_is_valid_beside_the_first() {
    let server = TestServer::start().await;
    server.subscribe(HOOK, &["old-secret-old-secret", crate::support::SECRET]).await;
    assert_eq!(server.delivery(HOOK, example("connection.created")).send(&server).await, StatusCode::ACCEPTED);
    let body = example("connection.staled");
    let delivery = server.delivery(HOOK, body.clone());
    let timestamp = delivery.headers["x-catena-timestamp"].clone();
    let signature = sign("old-secret-old-secret", &timestamp, &body);
    assert_eq!(delivery.with("x-catena-signature", &signature).send(&server).await, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_delivery_that_outruns_the_answer_to_its_own_creation_is_verified() {
    let server = TestServer::start().await;
    let sealed =
        server.state.vault.seal(server::security::vault::Purpose::SigningSecret, crate::support::SECRET.as_bytes());
    let created_at = platform::clock::Clock::now(&*server.clock);
    let pending =
        server::store::SigningSecret { id: Uuid::from_u128(3), event_name: "invitation.*".into(), sealed, created_at };
    server.state.store.put_secret(&pending).await.unwrap();
    assert_eq!(server.delivery(HOOK, example("invitation.created")).send(&server).await, StatusCode::ACCEPTED);
    server.clock.advance(time::Duration::minutes(11));
    assert_eq!(server.delivery(HOOK, example("invitation.viewed")).send(&server).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_was_acknowledged_is_processed_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let server = TestServer::start_at("2026-03-02T15:31:06Z", Catena::Sandbox, dir).await;
    for event in STORY {
        server.send_example(event).await;
    }
    let dir = server.stop().await;
    let server = TestServer::start_at("2026-03-02T15:31:06Z", Catena::Sandbox, dir).await;
    server.processed().await;
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Connected));
}

#[tokio::test]
async fn the_watch_endpoint_tells_which_subscription_went_stale() {
    let server = TestServer::start().await;
    let stale: Uuid = "019ca945-0a00-748d-8a2a-3a813060eb63".parse().unwrap();
    server.subscribe(stale, &[crate::support::SECRET]).await;
    assert_eq!(server.send_example("webhook.staled").await, StatusCode::ACCEPTED);
    server.processed().await;
    let all = server.state.store.subscriptions().await.unwrap();
    assert_eq!(all.iter().find(|row| row.webhook_id == stale).unwrap().status, "stale");
}

#[tokio::test]
async fn what_is_refused_and_can_not_even_be_kept_is_asked_for_again() {
    let server = TestServer::start().await;
    let webhook_id = Uuid::from_u128(5);
    server.subscribe(webhook_id, &["another secret"]).await;
    let delivery = server.delivery(webhook_id, example("invitation.viewed"));
    let database = format!("sqlite:{}", server.dir.path().join("onramp.db").display());
    let pool = sqlx::SqlitePool::connect(&database).await.unwrap();
    sqlx::query("ALTER TABLE deliveries RENAME TO gone").execute(&pool).await.unwrap();
    assert_eq!(delivery.clone().send(&server).await, StatusCode::SERVICE_UNAVAILABLE);
    sqlx::query("ALTER TABLE gone RENAME TO deliveries").execute(&pool).await.unwrap();
    assert_eq!(delivery.send(&server).await, StatusCode::UNAUTHORIZED);
    assert_eq!(server.deliveries().await.len(), 1);
}

#[tokio::test]
async fn events_about_data_stay_in_the_inbox_and_on_no_timeline() {
    let server = server().await;
    let body = changed("fleet_connection.created", |event| {
        event["event_name"] = json!("vehicle_location.added");
        event["data"] = json!([{"id": 1, "fleet_ref": FLEET_REF}, {"id": 2}, "no object"]);
    });
    for _ in 0..2 {
        assert_eq!(server.delivery(HOOK, body.clone()).send(&server).await, StatusCode::ACCEPTED);
    }
    let mut ends: Vec<_> = server.processed().await.into_iter().map(|row| (row.key, row.state)).collect();
    ends.sort();
    assert_eq!(
        ends.iter().map(|(_, state)| *state).collect::<Vec<_>>(),
        [DeliveryState::Processed, DeliveryState::Duplicate]
    );
    assert!(server.state.store.waiting(10).await.unwrap().is_empty());
    assert!(server.state.store.fleet_by_ref(FLEET_REF).await.unwrap().is_none());
    let browser = server.signed_in(Role::Viewer).await;
    let page = browser.get(&format!("/deliveries/{}", ends[0].0.0)).await.body;
    assert!(page.contains("about a fleet’s data"), "{page}");
}

#[tokio::test]
async fn a_slash_too_many_loses_no_delivery_and_any_other_address_below_is_asked_for_again() {
    let server = server().await;
    let post = async |path: &str, body: Vec<u8>| {
        let delivery = server.delivery(HOOK, body);
        // As it stands: joining would normalize it.
        let url = format!("{}{path}", server.url.as_str().trim_end_matches('/'));
        let request = delivery
            .headers
            .iter()
            .fold(reqwest::Client::new().post(url), |request, (name, value)| request.header(*name, value));
        request.body(delivery.wire).send().await.unwrap().status()
    };
    let there = [
        "/webhooks/catena",
        "/webhooks/catena/",
        "//webhooks/catena",
        "//webhooks//catena//",
        "/webhooks/catena/watch/",
    ];
    for (index, path) in there.into_iter().enumerate() {
        let body = format!(r#"{{"event_name":"tsp.requested","data":[{{"fleet_ref":"F-{index}"}}]}}"#);
        assert_eq!(post(path, body.into_bytes()).await, StatusCode::ACCEPTED, "{path}");
    }
    assert!(states(&server).await.iter().all(|state| *state == DeliveryState::Processed));
    assert_eq!(server.deliveries().await.len(), there.len());
    for path in ["/webhooks", "/webhooks/", "/webhooks/stripe", "/webhooks/catena/x", "//webhooks/Catena"] {
        assert_eq!(post(path, b"{}".to_vec()).await, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
    let metrics = server.browser().get("/metrics").await.body;
    assert!(metrics.contains("onramp_webhooks_misaddressed_total 5"), "{metrics}");
}

#[tokio::test]
async fn gzip_of_several_members_is_verified_whole() {
    let server = server().await;
    let body = example("invitation.viewed");
    let (start, end) = body.split_at(100);
    let members = [gzip(start), gzip(end)].concat();
    assert_eq!(server.delivery(HOOK, body).wire(members).send(&server).await, StatusCode::ACCEPTED);
    assert_eq!(states(&server).await, [DeliveryState::Processed]);
}
