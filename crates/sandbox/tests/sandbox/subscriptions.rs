//! The subscription API and its oddities (WEBHOOKS.md 5).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{SECRET, World, text, wrong};

const PATH: &str = "/v2/notifications/webhooks";
const URL: &str = "https://partner.example/webhooks/catena";

#[tokio::test]
async fn a_create_answers_200_with_the_secret_once_and_the_url_masked() {
    let world = World::open().await;
    let (status, made) = world.post(PATH, json!({ "url": URL, "event_name": "invitation.accepted" })).await;
    assert_eq!((status, &made["url"]), (200, &json!("https://partner.example/webhooks/*****")));
    assert_eq!(made["secret"].as_str().unwrap().len(), 16);
    assert!(made["partner_id"].is_string());
    let (status, read) = world.get(&format!("{PATH}/{}", text(&made["id"]))).await;
    assert_eq!((status, &read["secret"], &read["url"]), (200, &json!("*****"), &made["url"]));
    assert!(read.get("partner_id").is_none());
}

#[tokio::test]
async fn a_wildcard_answers_an_array_with_one_subscription_per_action() {
    let world = World::open().await;
    let (_, made) = world.post(PATH, json!({ "url": URL, "event_name": "invitation.*", "secret": SECRET })).await;
    let made = made.as_array().unwrap();
    assert_eq!(made.len(), 8);
    assert!(made.iter().all(|one| one["secret"] == SECRET && one["status"] == "active"));
    let (_, page) = world.get(&format!("{PATH}?event_name=invitation.viewed")).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert!(page.get("total").is_none());
}

#[tokio::test]
async fn the_same_event_url_and_filters_are_a_conflict_and_create_nothing() {
    let world = World::open().await;
    let create =
        |event: &str, filters: Value| world.post(PATH, json!({ "url": URL, "event_name": event, "filters": filters }));
    assert_eq!(create("invitation.viewed", Value::Null).await.0, 200);
    let (status, body) = create("invitation.viewed", json!({ "fleet_ids": [] })).await;
    assert_eq!((status, &body["message"]), (409, &json!("Conflict")), "empty filters count as none");
    assert_eq!(create("invitation.*", Value::Null).await.0, 409);
    assert_eq!(create("invitation.viewed", json!({ "fleet_refs": ["F-1"] })).await.0, 200);
    let (_, state) = world.get("/control/state").await;
    assert_eq!(state["subscriptions"], 2);
}

#[tokio::test]
async fn bad_creates_are_refused() {
    let world = World::open().await;
    let (status, body) =
        world.post(PATH, json!({ "url": "http://partner.example/x", "event_name": "invitation.eaten" })).await;
    assert_eq!((status, wrong(&body)), (422, ["body.url", "body.event_name"].map(str::to_owned).into()));
    let filters = json!({ "url": URL, "event_name": "invitation.sent", "filters": { "fleet_ids": ["x"] } });
    assert_eq!(wrong(&world.post(PATH, filters).await.1), ["body.filters.fleet_ids".to_owned()].into());
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_no_status() {
    let world = World::open().await;
    let (_, made) = world.post(PATH, json!({ "url": URL, "event_name": "invitation.sent" })).await;
    let path = format!("{PATH}/{}", text(&made["id"]));
    let update = |body| world.call(Method::PATCH, &path, Some(body));
    let (status, body) = update(json!({ "url": "https://other.example/x/y", "status": "paused" })).await;
    assert_eq!(
        (status, &body["url"], &body["status"]),
        (200, &json!("https://other.example/x/*****"), &json!("active"))
    );
    let (status, body) = update(json!({ "secret": "short" })).await;
    assert_eq!((status, wrong(&body)), (422, ["body.secret".to_owned()].into()));
    assert_eq!(body["detail"][0]["input"], "*****", "the secret isn't echoed");
    assert_eq!(world.post(&format!("{path}/pause"), Value::Null).await.1["status"], "paused");
    assert_eq!(world.post(&format!("{path}/replay"), Value::Null).await.0, 409);
    assert_eq!(world.get(&format!("{PATH}?status=paused")).await.1["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.post(&format!("{path}/activate"), Value::Null).await.1["status"], "active");
    assert_eq!(world.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(world.get(&path).await.0, 404);
    assert_eq!(world.get(PATH).await.1["items"], json!([]));
    assert_eq!(world.get(&format!("{PATH}?status=deleted")).await.1["items"].as_array().unwrap().len(), 1);
}
