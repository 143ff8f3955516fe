//! What can happen to a share agreement, and its effects (CONTRACT.md 6).

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{World, text, wrong},
    receiver::Receiver,
};

const PATH: &str = "/v2/orgs/share-agreements";

/// Connects a fleet. Returns the path of its agreement.
async fn connected(world: &World, fleet_ref: &str) -> String {
    let invite = world.invited(fleet_ref).await;
    world.connect(&invite, "samsara", &[("api_key", "k")]).await;
    let (_, page) = world.get(&format!("{PATH}?fleet_ref={fleet_ref}&share_agreement_status=active")).await;
    format!("{PATH}/{}", text(&page["items"][0]["id"]))
}

async fn act(world: &World, agreement: &str, act: &str) -> (u16, Value) {
    let (status, body) = world.call(Method::POST, &format!("{agreement}/{act}"), None).await;
    (status, body["status"].clone())
}

async fn schedules(world: &World) -> Vec<String> {
    let (_, rows) = world.get("/v2/integrations/connections/data-freshness").await;
    let mut found: Vec<_> = rows.as_array().unwrap().iter().map(|row| text(&row["schedule_status"])).collect();
    found.dedup();
    found
}

#[tokio::test]
async fn pausing_and_cancelling_hide_the_fleet_and_stop_its_data() {
    let world = World::administrator().await;
    let agreement = connected(&world, "F-1").await;
    let (_, fleets) = world.get("/v2/orgs/fleets").await;
    let fleet = format!("/v2/orgs/fleets/{}", text(&fleets["items"][0]["id"]));
    let seen = async || (world.get("/v2/orgs/fleets").await.1["total"].clone(), world.get(&fleet).await.0);
    assert_eq!(seen().await, (json!(1), 200));

    assert_eq!(act(&world, &agreement, "pause").await, (200, json!("paused")));
    assert_eq!(act(&world, &agreement, "pause").await, (200, json!("paused")), "again");
    assert_eq!((seen().await, schedules(&world).await), ((json!(0), 404), vec!["paused".to_owned()]));
    assert_eq!(world.call(Method::PATCH, &fleet, Some(json!({}))).await.0, 404, "hidden from every call");
    assert_eq!(world.get(&format!("{PATH}?share_agreement_status=paused")).await.1["total"], 1);

    assert_eq!(act(&world, &agreement, "activate").await, (200, json!("active")));
    assert_eq!((seen().await, schedules(&world).await), ((json!(1), 200), vec!["active".to_owned()]));

    assert_eq!(act(&world, &agreement, "cancel").await, (200, json!("cancelled")));
    assert_eq!((seen().await, schedules(&world).await), ((json!(0), 404), vec!["cancelled".to_owned()]));
    for again in ["pause", "activate", "cancel"] {
        assert_eq!(act(&world, &agreement, again).await.0, 409, "{again}");
    }
    let dates = json!({ "expiration_date": null });
    assert_eq!(world.call(Method::PATCH, &agreement, Some(dates)).await.0, 409);
    assert_eq!(world.call(Method::DELETE, &agreement, None).await.0, 409);
    assert_eq!(world.get(&agreement).await.1["status"], "cancelled");
}

#[tokio::test]
async fn only_changes_emit_events() {
    let (world, receiver) = (World::administrator().await, Receiver::open().await);
    let agreement = connected(&world, "F-1").await;
    world.subscribe(&receiver.url, &["share_agreement.*"]).await;
    act(&world, &agreement, "activate").await;
    world.call(Method::PATCH, &agreement, Some(json!({}))).await;
    let dates = json!({ "effective_date": "2026-03-01T00:00:00Z", "expiration_date": "2026-04-01T00:00:00+02:00" });
    let (status, body) = world.call(Method::PATCH, &agreement, Some(dates)).await;
    assert_eq!((status, &body["expiration_date"]), (200, &json!("2026-03-31T22:00:00.000000Z")));
    world.call(Method::DELETE, &agreement, None).await;
    let got = receiver.wait(2).await;
    assert_eq!(receiver.events(), ["share_agreement.updated", "share_agreement.deleted"]);
    assert_eq!(got[0].record()["effective_date"], "2026-03-01T00:00:00.000000Z");
}

#[tokio::test]
async fn null_removes_the_end_and_a_missing_field_changes_nothing() {
    let world = World::administrator().await;
    let agreement = connected(&world, "F-1").await;
    let update = async |body: Value| world.call(Method::PATCH, &agreement, Some(body)).await;
    let (_, before) = world.get(&agreement).await;
    let (_, body) = update(json!({ "expiration_date": "2026-04-01T00:00:00Z", "status": "paused" })).await;
    assert_eq!(body["expiration_date"], "2026-04-01T00:00:00.000000Z");
    assert_eq!((&body["status"], &body["effective_date"]), (&json!("active"), &before["effective_date"]));
    let (_, body) = update(json!({ "effective_date": null })).await;
    assert_eq!((&body["effective_date"], body["expiration_date"].is_null()), (&before["effective_date"], false));
    assert_eq!(update(json!({ "expiration_date": null })).await.1, before);
    let (status, body) = update(json!({ "effective_date": "tomorrow", "expiration_date": 7 })).await;
    let both = ["body.effective_date", "body.expiration_date"].map(str::to_owned);
    assert_eq!((status, wrong(&body)), (422, both.into()));
}

#[tokio::test]
async fn an_agreement_expires_by_the_clock_and_another_end_revives_it() {
    let world = World::administrator().await;
    let receiver = Receiver::open().await;
    let agreement = connected(&world, "F-1").await;
    let other = connected(&world, "F-2").await;
    let end = json!({ "expiration_date": "2026-03-02T16:00:00Z" });
    world.call(Method::PATCH, &agreement, Some(end)).await;
    assert_eq!(act(&world, &agreement, "pause").await.1, "paused");
    world.advance(3_599).await;
    assert_eq!(world.get(&agreement).await.1["status"], "paused");
    world.advance(1).await;
    assert_eq!(world.get(&agreement).await.1["status"], "expired");
    assert_eq!((act(&world, &agreement, "pause").await.0, act(&world, &agreement, "activate").await.0), (409, 409));
    assert_eq!(world.get("/v2/orgs/fleets").await.1["total"], 1);
    let (_, body) = world.call(Method::PATCH, &agreement, Some(json!({ "expiration_date": null }))).await;
    assert_eq!((&body["status"], world.get("/v2/orgs/fleets").await.1["total"].clone()), (&json!("active"), json!(2)));

    world.subscribe(&receiver.url, &["invitation.expired"]).await;
    let past = json!({ "expiration_date": "2026-03-01T00:00:00Z" });
    assert_eq!(
        world.call(Method::PATCH, &other, Some(past)).await.1["status"],
        "expired",
        "at once, if the end is in the past"
    );
    world.invited("F-3").await;
    world.advance(24 * 3_600).await;
    receiver.wait(1).await;
}

#[tokio::test]
async fn a_deleted_agreement_is_a_404_and_listed_only_on_request() {
    let world = World::administrator().await;
    let agreement = connected(&world, "F-1").await;
    assert_eq!(world.call(Method::DELETE, &agreement, None).await.0, 204);
    assert_eq!((world.get(&agreement).await.0, act(&world, &agreement, "pause").await.0), (404, 404));
    assert_eq!(world.call(Method::DELETE, &agreement, None).await.0, 404);
    assert_eq!(world.get(PATH).await.1["total"], 0);
    assert_eq!(world.get(&format!("{PATH}?share_agreement_status=deleted")).await.1["total"], 1);
}

#[tokio::test]
async fn after_a_cancelled_agreement_only_a_new_invitation_helps() {
    let world = World::open().await;
    let agreement = connected(&world, "F-1").await;
    let (_, old) = world.get("/v2/orgs/invitations?fleet_ref=F-1").await;
    assert_eq!(world.invite(json!({ "fleet_ref": "F-1" })).await.0, 200, "before that, it is a refresh");
    act(&world, &agreement, "cancel").await;
    let (status, new) = world.invite(json!({ "fleet_ref": "F-1" })).await;
    assert_eq!((status, &new["status"]), (201, &json!("active")));
    assert_ne!(new["id"], old["items"][0]["id"]);
    let invite = text(&new["id"]);
    world.connect(&invite, "motive", &[("api_key", "k")]).await;
    assert_eq!(world.get("/v2/orgs/fleets?fleet_refs=F-1").await.1["items"][0]["invitation_id"], new["id"]);
}

#[tokio::test]
async fn a_backfill_adds_a_missing_resource_which_is_then_fetched() {
    let world = World::open().await;
    let (first, second) = (connected(&world, "F-1").await, connected(&world, "F-2").await);
    let ended = connected(&world, "F-3").await;
    act(&world, &ended, "cancel").await;
    let fleet = text(&world.get(&first).await.1["fleet_id"]);
    let backfill = async |body: Value| world.post(&format!("{PATH}/backfill"), body).await;
    let (status, body) = backfill(json!({ "resource": "hos_event", "fleet_ids": [fleet] })).await;
    assert_eq!((status, body["share_agreement_ids"].as_array().unwrap().len()), (200, 1));
    assert_eq!(world.get(&first).await.1["scopes"]["hos_event"], "read");
    assert!(world.get(&second).await.1["scopes"].get("hos_event").is_none());
    let (_, body) = backfill(json!({ "resource": "hos_event", "share_level": "read_write" })).await;
    let changed = text(&body["share_agreement_ids"][0]);
    assert_eq!((body["share_agreement_ids"].as_array().unwrap().len(), second.ends_with(&changed)), (1, true));
    assert_eq!(world.get(&second).await.1["scopes"]["hos_event"], "read_write");
    let (_, rows) = world.get(&format!("/v2/integrations/connections/data-freshness?fleet_ids={fleet}")).await;
    let fetched: Vec<_> = rows.as_array().unwrap().iter().map(|row| text(&row["resource"])).collect();
    assert!(fetched.contains(&"hos_event".to_owned()), "{fetched:?}");
    for (body, path) in [
        (json!({}), "body.resource"),
        (json!({ "resource": "hos_events" }), "body.resource"),
        (json!({ "resource": "vehicle", "share_level": null }), "body.share_level"),
        (json!({ "resource": "vehicle", "fleet_ids": [] }), "body.fleet_ids"),
    ] {
        assert_eq!(wrong(&backfill(body).await.1), [path.to_owned()].into());
    }
}
