//! Each webhook fault by itself, as a receiver sees it.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    deliveries::settled,
    harness::{LONGEST_DELAY, World, text},
    receiver::{Raw, Receiver},
};

/// What arrives for two invitations while one fault is on for all deliveries.
async fn disturbed(fault: &str) -> Vec<Raw> {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.careless(), &["invitation.created", "invitation.viewed"]).await;
    world.set_webhook_faults(json!({ fault: 100 })).await;
    for fleet in ["F-1", "F-2"] {
        world.invited(fleet).await;
        settled(&world).await;
    }
    receiver.raw()
}

fn ids(all: &[Raw]) -> usize {
    let mut ids: Vec<_> = all.iter().map(|raw| text(&raw.body["id"])).collect();
    ids.sort();
    ids.dedup();
    ids.len()
}

#[tokio::test]
async fn some_send_too_much_and_one_too_little() {
    let all = disturbed("duplicate").await;
    assert_eq!((all.len(), ids(&all)), (4, 2));
    let all = disturbed("twin_same_id").await;
    assert_eq!((all.len(), ids(&all)), (4, 2));
    assert_ne!(all[0].body["webhook_id"], all[1].body["webhook_id"]);
    let all = disturbed("twin_new_id").await;
    assert_eq!((all.len(), ids(&all)), (4, 4));
    assert!(all.iter().all(|raw| raw.is_signed));
    let all = disturbed("unknown_event").await;
    let unknown = all.iter().filter(|raw| raw.body["event_name"] == "fleet_info.modified").count();
    assert_eq!((all.len(), unknown, ids(&all)), (4, 2, 4));
    let all = disturbed("bomb").await;
    assert_eq!((all.len(), all.iter().filter(|raw| raw.inflated == 64 * 1024 * 1024).count()), (4, 2));
    assert_eq!(disturbed("drop").await.len(), 0);
}

#[tokio::test]
async fn some_change_the_body_before_it_is_signed() {
    for (fault, field) in [("no_id", "id"), ("no_timestamp", "timestamp"), ("no_event_name", "event_name")] {
        let all = disturbed(fault).await;
        assert!(all.len() == 2 && all.iter().all(|raw| raw.body[field].is_null() && raw.is_signed), "{fault}");
        assert_eq!(all[0].headers["x-event-type"], "invitation.created");
    }
    let all = disturbed("unknown_field").await;
    assert!(all.iter().all(|raw| raw.body["dispatch_region"].is_string() && raw.is_signed));
    assert!(all.iter().all(|raw| raw.body["data"][0]["telematics_score"].is_object()));
    let all = disturbed("unknown_enum").await;
    assert!(all.iter().all(|raw| raw.body["data"][0]["status"] == "cancelled_insufficient_scope"));
    let all = disturbed("two_records").await;
    let refs =
        |raw: &Raw| raw.body["data"].as_array().unwrap().iter().map(|one| text(&one["fleet_ref"])).collect::<Vec<_>>();
    assert_eq!((refs(&all[0]), refs(&all[1])), (vec!["F-1".into(), "F-1".into()], vec!["F-1".into(), "F-2".into()]));
    let all = disturbed("plain_body").await;
    assert!(all.iter().all(|raw| !raw.is_gzip && !raw.headers.contains_key("content-encoding") && raw.is_signed));
}

#[tokio::test]
async fn some_change_what_is_signed() {
    let stamp = async |fault| {
        let all = disturbed(fault).await;
        assert!(all.iter().all(|raw| raw.is_signed), "{fault}");
        all[0].headers["x-catena-timestamp"].to_str().unwrap().to_owned()
    };
    assert_eq!(stamp("zulu").await, "2026-03-02T15:00:00Z");
    assert_eq!(stamp("fraction").await, "2026-03-02T15:00:00.000000+00:00");
    assert_eq!(stamp("stale_timestamp").await, "2026-03-02T14:54:00+00:00");
    let all = disturbed("wrong_secret").await;
    assert!(all.len() == 2 && all.iter().all(|raw| !raw.is_signed));
}

#[tokio::test]
async fn some_change_when_deliveries_arrive() {
    // Held back for a while, but otherwise complete.
    for fault in ["shuffle", "delay"] {
        assert_eq!(disturbed(fault).await.len(), 2, "{fault}");
    }
    let all = disturbed("stall").await;
    assert!(all.len() == 2 && all.iter().all(|raw| raw.is_signed && raw.body["delivery_attempt"] == 1));
}

#[tokio::test]
async fn shuffled_deliveries_arrive_in_another_order_and_delayed_ones_late() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.careless(), &["invitation.created"]).await;
    world.set_webhook_faults(json!({ "shuffle": 100 })).await;
    for number in 0..16 {
        world.invited(&format!("F-{number}")).await;
    }
    settled(&world).await;
    let came: Vec<_> = receiver.raw().iter().map(|raw| text(&raw.body["id"])).collect();
    let mut in_order = came.clone();
    in_order.sort();
    assert_eq!(came.len(), 16);
    assert_ne!(came, in_order);

    world.set_webhook_faults(json!({ "shuffle": 0, "delay": 100 })).await;
    let asked = Instant::now();
    world.invited("F-late").await;
    settled(&world).await;
    assert!(asked.elapsed() >= LONGEST_DELAY);
}

#[tokio::test]
async fn some_apply_to_a_single_event() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    let events = ["invitation.*", "share_agreement.created", "connection.created", "fleet_connection.created"];
    world.subscribe(&receiver.careless(), &events).await;
    world
        .set_webhook_faults(json!({ "swap_agreement": true, "skip_connection_created": true, "rejected_twin": true }))
        .await;
    world.post("/control/stories", json!({ "story": "happy_path", "fleet_ref": "F-1" })).await;
    world.post("/control/stories", json!({ "story": "declined", "fleet_ref": "F-2" })).await;
    settled(&world).await;
    let mut all = receiver.raw();
    all.sort_by_key(|raw| text(&raw.body["id"]));
    let of = |fleet: &str, event: &str| {
        all.iter().position(|raw| raw.body["event_name"] == event && raw.body["data"][0]["fleet_ref"] == fleet)
    };
    assert!(of("F-1", "share_agreement.created") < of("F-1", "invitation.accepted"), "in the order of their ids");
    assert!(of("F-1", "share_agreement.created").is_some());
    let names: Vec<_> = all.iter().map(|raw| text(&raw.body["event_name"])).collect();
    assert!(
        names.contains(&"fleet_connection.created".to_owned()) && !names.contains(&"connection.created".to_owned())
    );
    assert!(of("F-2", "invitation.rejected") > of("F-2", "invitation.declined"));
}

#[tokio::test]
async fn put_accepts_what_get_returns_and_refuses_invalid_settings() {
    let world = World::open().await;
    let (status, off) = world.get("/control/disorders").await;
    assert_eq!((status, off.as_object().unwrap().len()), (200, 23));
    assert!(off.as_object().unwrap().values().all(|setting| *setting == json!({ "percent": 0, "events": [] })));
    let set =
        json!({ "drop": { "percent": 30, "events": ["invitation.viewed"] }, "zulu": true, "delay": 5, "bomb": false });
    let on = world.set_webhook_faults(set).await;
    assert_eq!(on["drop"], json!({ "percent": 30, "events": ["invitation.viewed"] }));
    assert_eq!(
        (&on["zulu"]["percent"], &on["delay"]["percent"], &on["bomb"]["percent"]),
        (&json!(100), &json!(5), &json!(0))
    );
    assert_eq!(world.set_webhook_faults(on.clone()).await, on, "PUT accepts what GET returns");
    for wrong in
        [json!({ "drop": 101 }), json!({ "drop": -1 }), json!({ "drop": "much" }), json!({ "eaten": 5 }), json!([])]
    {
        let (status, body) = world.call(reqwest::Method::PUT, "/control/disorders", Some(wrong.clone())).await;
        assert_eq!(status, 422, "{wrong}: {body}");
    }
    assert_eq!(world.get("/control/disorders").await.1, on, "a refused PUT changes nothing");
    assert_eq!(world.set_webhook_faults(Value::Object(serde_json::Map::new())).await, off);
}

#[tokio::test]
async fn the_same_seed_and_the_same_calls_lead_to_the_same_faults() {
    let run = async || {
        let (world, receiver) = (World::open().await, Receiver::open().await);
        world.subscribe(&receiver.careless(), &["invitation.created"]).await;
        world.set_webhook_faults(json!({ "duplicate": 40, "drop": 30, "no_id": 50 })).await;
        for n in 0..20 {
            world.invited(&format!("F-{n}")).await;
        }
        settled(&world).await;
        let mut all: Vec<_> =
            receiver.raw().iter().map(|raw| raw.body["data"].to_string().replace(&world.base, "")).collect();
        all.sort();
        all
    };
    let (one, other) = (run().await, run().await);
    assert_eq!(one, other);
    assert!((10..30).contains(&one.len()), "{}", one.len());
}
