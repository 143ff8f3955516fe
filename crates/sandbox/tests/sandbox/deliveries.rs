//! Retries, dead letters, and replay.

use std::{sync::Arc, time::Duration};

use platform::clock::SystemClock;
use serde_json::{Value, json};

use crate::{
    harness::{World, text},
    receiver::Receiver,
};

async fn counts(world: &World) -> Value {
    world.get("/control/state").await.1["deliveries"].clone()
}

/// Waits until no delivery is pending.
pub async fn settled(world: &World) -> Value {
    let settle = async {
        loop {
            let counts = counts(world).await;
            if counts["pending"] == 0 {
                return counts;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), settle).await.expect("no delivery stays pending")
}

#[tokio::test]
async fn a_failed_attempt_is_repeated_with_the_same_event_and_a_new_request() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.url, &["invitation.created"]).await;
    receiver.answer(&[503, 500]);
    world.invited("F-1").await;
    let got = receiver.wait(3).await;
    let attempts: Vec<_> = got.iter().map(|one| one.body["delivery_attempt"].as_u64().unwrap()).collect();
    assert_eq!(attempts, [1, 2, 3]);
    for (a, b) in [(0, 1), (1, 2)] {
        assert_eq!((&got[a].body["id"], &got[a].body["data"]), (&got[b].body["id"], &got[b].body["data"]));
        assert_ne!(got[a].header("x-request-id"), got[b].header("x-request-id"));
        assert_ne!(got[a].header("x-catena-signature"), got[b].header("x-catena-signature"));
    }
    assert_eq!(settled(&world).await, json!({ "pending": 0, "delivered": 1, "dead": 0 }));
}

#[tokio::test]
async fn no_answer_within_three_seconds_is_a_failed_attempt() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    let ids = world.subscribe(&receiver.url, &["invitation.created"]).await;
    receiver.answer(&[0]);
    world.invited("F-1").await;
    receiver.wait(2).await;
    settled(&world).await;
    let (_, logs) = world.get(&format!("/v2/notifications/webhooks/{}/logs?status=failed", ids[0])).await;
    let line = &logs["items"][0];
    assert_eq!((&line["status_code"], &line["error_message"]), (&json!(0), &json!("No answer within 3 seconds")));
    assert!((2_900..4_000).contains(&line["response_time_ms"].as_u64().unwrap()), "{line}");
}

#[tokio::test]
async fn two_subscriptions_get_the_same_event_id() {
    let (world, one, other) = (World::open().await, Receiver::open().await, Receiver::open().await);
    world.subscribe(&one.url, &["invitation.created"]).await;
    world.subscribe(&other.url, &["invitation.created"]).await;
    world.invited("F-1").await;
    let (one, other) = (one.wait(1).await, other.wait(1).await);
    assert_eq!(one[0].body["id"], other[0].body["id"]);
    assert_ne!(one[0].body["webhook_id"], other[0].body["webhook_id"]);
}

#[tokio::test]
async fn after_the_last_retry_it_is_a_dead_letter_until_it_is_replayed() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    let ids = world.subscribe(&receiver.url, &["invitation.created"]).await;
    let path = format!("/v2/notifications/webhooks/{}", ids[0]);
    receiver.answer(&[503; 4]);
    world.invited("F-1").await;
    let first = receiver.wait(4).await;
    assert_eq!(settled(&world).await, json!({ "pending": 0, "delivered": 0, "dead": 1 }));
    let (_, metrics) = world.get(&format!("{path}/metrics")).await;
    assert_eq!((&metrics["dlq_count"], &metrics["http_attempts"]["6h"]), (&json!(1), &json!(4)));
    assert_eq!((&metrics["message_count"]["6h"], &metrics["message_success_count"]["6h"]), (&json!(1), &json!(0)));

    assert_eq!(world.post(&format!("{path}/replay"), Value::Null).await, (202, Value::Null));
    let all = receiver.wait(5).await;
    assert_eq!((&all[4].body["id"], &all[4].body["delivery_attempt"]), (&first[0].body["id"], &json!(5)));
    assert_eq!(settled(&world).await, json!({ "pending": 0, "delivered": 1, "dead": 0 }));
    let (_, logs) = world.get(&format!("{path}/logs?status=failed&size=2")).await;
    assert_eq!((logs["items"].as_array().unwrap().len(), &logs["items"][0]["status_code"]), (2, &json!(503)));
    assert!(logs["next_page"].is_string());
    let (_, logs) = world.get(&format!("{path}/logs?status=success")).await;
    assert_eq!(logs["items"][0]["message_id"], first[0].body["id"]);
}

#[tokio::test]
async fn anything_below_500_is_delivered_and_a_redirect_is_not_followed() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.url, &["invitation.created"]).await;
    receiver.answer(&[404, 308, 401]);
    for n in 1..=3 {
        world.invited(&format!("F-{n}")).await;
        receiver.wait(n).await;
    }
    assert_eq!(settled(&world).await, json!({ "pending": 0, "delivered": 3, "dead": 0 }));
    assert_eq!(receiver.events().len(), 3);
}

#[tokio::test]
async fn an_invitation_expires_by_itself_when_its_time_comes() {
    let receiver = Receiver::open().await;
    let world = World::open_on(Arc::new(SystemClock), None).await;
    world.subscribe(&receiver.url, &["invitation.expired"]).await;
    world.invited("F-1").await;
    world.advance(24 * 3_600 - 1).await;
    assert_eq!(receiver.events(), [""; 0]);
    let got = receiver.wait(1).await;
    assert_eq!(got[0].record()["fleet_ref"], "F-1");
}

#[tokio::test]
async fn a_paused_subscription_and_filters_for_others_keep_events_away() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    let body = json!({ "url": receiver.url, "event_name": "invitation.created", "secret": crate::harness::SECRET,
        "filters": { "fleet_refs": ["F-2"] } });
    let (_, made) = world.post("/v2/notifications/webhooks", body).await;
    let path = format!("/v2/notifications/webhooks/{}", text(&made["id"]));
    world.invited("F-1").await;
    world.invited("F-2").await;
    let got = receiver.wait(1).await;
    assert_eq!(got[0].record()["fleet_ref"], "F-2");
    world.post(&format!("{path}/pause"), Value::Null).await;
    world.invite(json!({ "fleet_ref": "F-1" })).await;
    assert_eq!(settled(&world).await, json!({ "pending": 0, "delivered": 1, "dead": 0 }));
}
