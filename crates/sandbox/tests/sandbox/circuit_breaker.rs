//! The circuit breaker, over business time (WEBHOOKS.md 4.4).

use serde_json::{Value, json};

use crate::{
    deliveries::settled,
    harness::{World, text},
    receiver::Receiver,
};

async fn status(world: &World, id: &str) -> String {
    text(&world.get(&format!("/v2/notifications/webhooks/{id}")).await.1["status"])
}

#[tokio::test]
async fn ten_failures_in_a_row_turn_it_off_after_the_grace_period_and_a_replay_delivers_everything() {
    let (world, receiver, watch) = (World::open().await, Receiver::open().await, Receiver::open().await);
    let ids = world.subscribe(&receiver.url, &["invitation.created"]).await;
    let news = world.subscribe(&watch.url, &["webhook.staled"]).await;
    let path = format!("/v2/notifications/webhooks/{}", ids[0]);
    receiver.answer(&[503; 40]);
    for n in 1..=10 {
        world.invited(&format!("F-{n}")).await;
    }
    assert_eq!(settled(&world).await["dead"], 10);
    assert_eq!(status(&world, &ids[0]).await, "active", "not checked within the first 15 minutes");
    world.advance(14 * 60).await;
    assert_eq!(status(&world, &ids[0]).await, "active");
    world.advance(60).await;
    assert_eq!(status(&world, &ids[0]).await, "stale");

    let told = watch.wait(1).await;
    assert_eq!((told[0].event(), told[0].header("x-webhook-id")), ("webhook.staled", news[0].as_str()));
    assert_eq!((&told[0].record()["id"], &told[0].record()["url"]), (&json!(ids[0]), &json!(receiver.url)));
    let (_, metrics) = world.get(&format!("{path}/metrics")).await;
    assert_eq!((&metrics["ewma_success_rate"], &metrics["dlq_count"]), (&json!(0.0), &json!(10)));

    world.invited("F-11").await;
    assert_eq!(settled(&world).await["dead"], 11, "later events become dead letters too");
    assert_eq!(receiver.events().len(), 40, "and aren't sent");
    assert_eq!(world.post(&format!("{path}/replay"), Value::Null).await.0, 409, "it has to be activated first");
    assert_eq!(world.post(&format!("{path}/activate"), Value::Null).await.0, 200);
    assert_eq!(world.post(&format!("{path}/replay"), Value::Null).await.0, 202);
    let all = receiver.wait(51).await;
    let mut refs: Vec<_> = all.iter().map(|got| text(&got.record()["fleet_ref"])).collect();
    refs.sort();
    refs.dedup();
    assert_eq!(refs.len(), 11);
    settled(&world).await;
    assert_eq!(world.get("/control/state").await.1["deliveries"]["dead"], 0);
    let (_, metrics) = world.get(&format!("{path}/metrics")).await;
    assert_eq!(metrics["ewma_success_rate"], 1.0, "activating restarts the count");
}

#[tokio::test]
async fn refusing_faulty_deliveries_does_not_turn_a_receiver_off() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    let ids = world.subscribe(&receiver.careless(), &["invitation.created"]).await;
    world.set_webhook_faults(json!({ "wrong_secret": true })).await;
    receiver.answer(&[401; 12]);
    for n in 1..=12 {
        world.invited(&format!("F-{n}")).await;
    }
    settled(&world).await;
    world.advance(16 * 60).await;
    assert_eq!(status(&world, &ids[0]).await, "active");
    world.set_webhook_faults(json!({})).await;
    receiver.answer(&[401; 10]);
    for n in 21..=30 {
        world.invited(&format!("F-{n}")).await;
    }
    settled(&world).await;
    assert_eq!(status(&world, &ids[0]).await, "stale", "refusing correct deliveries does: only 2xx is a success");
}

#[tokio::test]
async fn events_about_subscriptions_reach_the_others() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    let events = ["webhook.created", "webhook.updated", "webhook.deleted"];
    let news = world.subscribe(&receiver.url, &events).await;
    let ids = world.subscribe("http://127.0.0.1:1/nobody", &["tsp.created"]).await;
    let path = format!("/v2/notifications/webhooks/{}", ids[0]);
    let change = json!({ "url": "http://127.0.0.1:1/elsewhere" });
    assert_eq!(world.call(reqwest::Method::PATCH, &path, Some(change)).await.0, 200);
    assert_eq!(world.call(reqwest::Method::DELETE, &path, None).await.0, 204);
    // The three subscriptions are created one after another, so the first hears of the others.
    let got = receiver.wait(5).await;
    let told: Vec<_> = got.iter().map(|one| (one.event(), text(&one.record()["id"]))).collect();
    let expected = [
        ("webhook.created", &news[1]),
        ("webhook.created", &news[2]),
        ("webhook.created", &ids[0]),
        ("webhook.updated", &ids[0]),
        ("webhook.deleted", &ids[0]),
    ];
    assert_eq!(told, expected.map(|(event, id)| (event, id.clone())));
    assert_eq!(got[4].record()["status"], "deleted");
}
