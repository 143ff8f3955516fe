//! The control routes, and who may use them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{World, read, text},
    receiver::Receiver,
};

#[tokio::test]
async fn a_web_page_of_another_origin_changes_nothing() {
    let world = World::open().await;
    let own = world.base.strip_suffix("/sandbox").unwrap().to_owned();
    let table = [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", own.as_str(), 200),
        ("sec-fetch-site", "same-origin", 200),
    ];
    for (name, value, want) in table {
        let request = world.http.post(world.url("/control/clock")).header(name, value);
        let answer = request.json(&json!({ "advance_seconds": 1 })).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), want, "{name}: {value}");
    }
    let now = text(&world.get("/control/state").await.1["now"]);
    assert_eq!(now, "2026-03-02T15:00:02.000000Z", "only the two allowed requests");
}

#[tokio::test]
async fn a_web_page_of_another_origin_may_read_nothing() {
    let world = World::open().await;
    for path in [
        "/control/state",
        "/control/clock",
        "/v2/orgs/invitations",
        "/realms/catena/protocol/openid-connect/token",
        "/connect",
    ] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let request = world.http.request(method.clone(), world.url(path)).header("origin", "https://evil.example");
            let request = request.header("access-control-request-method", "POST");
            let request = request.header("access-control-request-headers", "authorization, content-type");
            let answer = request.bearer_auth(&world.token).send().await.unwrap();
            let allowed: Vec<_> =
                answer.headers().keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
            assert!(allowed.is_empty(), "{method} {path}: {allowed:?}");
        }
    }
}

#[tokio::test]
async fn business_time_only_moves_forward() {
    let world = World::open().await;
    for body in [json!({}), json!({ "advance_seconds": -1 }), json!({ "advance_seconds": "1" }), json!([])] {
        assert_eq!(world.post("/control/clock", body).await.0, 422);
    }
    assert_eq!(world.advance(5).await, world.now() + time::Duration::seconds(5));
}

#[tokio::test]
async fn business_time_ends_and_nothing_stands_still_there() {
    let world = World::open().await;
    world.invited("F-1").await;
    let ten_years = 10 * 365 * 24 * 3_600;
    let (mut moved, mut refused) = (0, 0);
    for _ in 0..800 {
        match world.post("/control/clock", json!({ "advance_seconds": ten_years })).await.0 {
            200 => moved += 1,
            422 => refused += 1,
            other => panic!("answered {other}"),
        }
    }
    assert_eq!((moved, refused), (17, 783), "the rest to 2200 is less than ten years");
    assert_eq!(world.post("/control/clock", json!({ "advance_seconds": 3_600 })).await.0, 200);
    let (status, invitations) = world.get("/v2/orgs/invitations?fleet_ref=F-1").await;
    assert_eq!((status, &invitations["items"][0]["status"]), (200, &json!("expired")));
    let created = world.invited("F-2").await;
    assert!(!created.is_empty(), "it can be used on");
}

#[tokio::test]
async fn api_faults_have_every_documented_format_and_end() {
    let world = World::open().await;
    let fault = |body: Value| world.post("/control/faults", body);
    assert_eq!(fault(json!({ "status": 429, "retry_after_seconds": 5 })).await.0, 204);
    assert_eq!(fault(json!({ "status": 500, "count": 2 })).await.0, 204);
    assert_eq!(fault(json!({ "status": 502 })).await.0, 204);
    assert_eq!(fault(json!({ "status": 418 })).await.0, 422);
    assert_eq!(fault(json!({ "status": 500, "call": "everything" })).await.0, 422);
    let (status, body) = world.get("/v2/orgs/fleets").await;
    assert_eq!((status, &body["detail"]["retry_after_seconds"]), (429, &json!(5)));
    for _ in 0..2 {
        assert_eq!(world.get("/v2/orgs/fleets").await, (500, json!({ "message": "Internal Server Error" })));
    }
    let (status, body) = world.get("/v2/orgs/fleets").await;
    assert!(status == 502 && text(&body).starts_with("<html>"));
    assert_eq!(world.get("/v2/orgs/fleets").await.0, 200);
}

#[tokio::test]
async fn failures_stale_connections_and_repairs_show_in_events_and_freshness() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    let events = ["execution.failed", "schedule.deactivated", "connection.staled", "share_agreement.deleted"];
    world.subscribe(&receiver.url, &events).await;
    let invite = world.invited("F-1").await;
    world.connect(&invite, "samsara", &[("api_key", "k")]).await;
    let (_, page) = world.get("/v2/integrations/connections").await;
    let id = text(&page["items"][0]["id"]);
    let act = |path: String| {
        let request = world.http.post(world.url(&path));
        async { read(request.send().await.unwrap()).await.0 }
    };
    let statuses = async || {
        let (_, rows) = world.get("/v2/integrations/connections/data-freshness").await;
        let mut found: Vec<_> = rows.as_array().unwrap().iter().map(|row| text(&row["schedule_status"])).collect();
        found.sort();
        found
    };
    assert_eq!(act(format!("/control/schedules/{id}/fail")).await, 204);
    assert_eq!(statuses().await, ["active", "active"]);
    assert_eq!(act(format!("/control/schedules/{id}/deactivate")).await, 204);
    assert_eq!(statuses().await, ["active", "inactive"]);
    assert_eq!(act(format!("/control/connections/{id}/stale")).await, 204);
    assert_eq!(statuses().await, ["stale", "stale"]);
    let (_, html) = world.page(&format!("/connect/connected?invite={invite}")).await;
    assert!(html.contains("Sign in again"));
    world.step("credentials", &[("invite", &invite), ("tsp", "samsara"), ("api_key", "k")]).await;
    assert_eq!(statuses().await, ["active", "active"]);
    let (_, page) = world.get("/v2/integrations/connections").await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["status"]), (1, &json!("active")));

    let (_, agreements) = world.get("/v2/orgs/share-agreements").await;
    let agreement = text(&agreements["items"][0]["id"]);
    assert_eq!(act(format!("/control/agreements/{agreement}/delete")).await, 204);
    assert_eq!(act(format!("/control/agreements/{agreement}/delete")).await, 404);
    assert_eq!(world.get("/v2/orgs/fleets").await.1["total"], 0, "without an agreement a fleet is not shown");
    receiver.wait(4).await;
    assert_eq!(receiver.events(), events.map(str::to_owned));
}
