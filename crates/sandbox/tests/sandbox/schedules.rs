//! Schedules and executions (CONTRACT.md 11): fetches follow from the clock, and failures are stored with the provider's
//! response.

use serde_json::{Value, json};

use crate::harness::{World, read, text};

struct Fetching {
    world: World,
    connection: String,
    schedules: String,
}

/// Connects a fleet that shares two resources.
async fn connected() -> Fetching {
    let world = World::open().await;
    let invite = world.invited("F-1").await;
    world.connect(&invite, "samsara", &[("api_key", "k")]).await;
    let connection = text(&world.get("/v2/integrations/connections").await.1["items"][0]["id"]);
    let schedules = format!("/v2/integrations/connections/{connection}/schedules");
    Fetching { world, connection, schedules }
}

impl Fetching {
    async fn schedule(&self, resource: &str) -> Value {
        let (status, page) = self.world.get(&format!("{}?resource={resource}", self.schedules)).await;
        assert_eq!((status, page["items"].as_array().unwrap().len(), page.get("total")), (200, 1, None));
        let alone = self.world.get(&format!("{}/{}", self.schedules, text(&page["items"][0]["id"]))).await;
        assert_eq!(alone, (200, page["items"][0].clone()));
        alone.1
    }

    async fn executions(&self, resource: &str, query: &str) -> Value {
        let id = text(&self.schedule(resource).await["id"]);
        let (status, page) = self.world.get(&format!("{}/{id}/executions{query}", self.schedules)).await;
        assert_eq!(status, 200, "{page}");
        page
    }

    async fn act(&self, name: &str, resource: &str) {
        let url = self.world.url(&format!("/control/schedules/{}/{name}", self.connection));
        let answer = self.world.http.post(url).json(&json!({ "resource": resource })).send().await.unwrap();
        assert_eq!(read(answer).await.0, 204);
    }
}

#[tokio::test]
async fn a_schedule_fetches_every_ten_minutes_and_each_fetch_is_an_execution() {
    let here = connected().await;
    let fresh = here.schedule("vehicle").await;
    assert_eq!(
        (&fresh["execution_interval_seconds"], &fresh["consecutive_error_threshold"]),
        (&json!(600), &json!(15))
    );
    assert_eq!(
        (&fresh["last_data_at"], here.executions("vehicle", "").await["items"].clone()),
        (&Value::Null, json!([]))
    );
    here.world.advance(1_210).await;
    let page = here.executions("vehicle", "").await;
    let times: Vec<_> = page["items"].as_array().unwrap().iter().map(|one| text(&one["created_at"])).collect();
    let want = ["15:20:05", "15:10:05", "15:00:05"].map(|at| format!("2026-03-02T{at}.000000Z"));
    assert_eq!(times, want, "newest first");
    assert!(
        page["items"].as_array().unwrap().iter().all(|one| one["status"] == "success" && one["response"].is_null())
    );
    assert_eq!(here.schedule("vehicle").await["last_data_at"], json!(want[0]));
    assert_eq!(here.executions("vehicle", "").await, page, "always the same");
    let first = here.executions("vehicle", "?size=2").await;
    let rest = here.executions("vehicle", &format!("?size=2&cursor={}", text(&first["next_page"]))).await;
    assert_eq!((&first["items"][1], &rest["items"][0]), (&page["items"][1], &page["items"][2]));
    assert_eq!(here.world.get(&format!("{}?resource=hos_events", here.schedules)).await.0, 422);
}

#[tokio::test]
async fn executions_are_kept_for_7_days() {
    let here = connected().await;
    here.act("fail", "vehicle").await;
    here.world.advance(7 * 86_400).await;
    let page = here.executions("vehicle", "?size=1000").await;
    let more = here.executions("vehicle", &format!("?size=1000&cursor={}", text(&page["next_page"]))).await;
    let all: Vec<_> = [&page, &more].iter().flat_map(|page| page["items"].as_array().unwrap().clone()).collect();
    assert_eq!(all.len(), 1_008 + 1, "one every ten minutes, and the one that failed");
    assert_eq!(all.last().unwrap()["status"], "failed");
    here.world.advance(1).await;
    let failed = async || {
        let more = here.executions("vehicle", &format!("?size=1000&cursor={}", text(&page["next_page"]))).await;
        more["items"].as_array().unwrap().iter().filter(|one| one["status"] == "failed").count()
    };
    assert_eq!(failed().await, 0);
}

#[tokio::test]
async fn failures_are_stored_with_the_response_and_counted_until_the_next_success() {
    let here = connected().await;
    here.world.advance(10).await;
    here.act("fail", "vehicle").await;
    here.act("fail", "vehicle").await;
    let page = here.executions("vehicle", "").await;
    assert_eq!(page["items"][0]["status"], "failed");
    assert!(page["items"][0]["response"].is_object() && page["items"][0]["last_data_at"].is_null());
    assert_eq!(here.schedule("vehicle").await["consecutive_error_count"], 2);
    assert_eq!(
        here.schedule("vehicle_location").await["consecutive_error_count"],
        0,
        "each schedule has its own count"
    );
    here.world.advance(600).await;
    assert_eq!(here.schedule("vehicle").await["consecutive_error_count"], 0);
    here.act("deactivate", "vehicle").await;
    let off = here.schedule("vehicle").await;
    assert_eq!((&off["status"], &off["consecutive_error_count"]), (&json!("inactive"), &json!(15)));
    let before = here.executions("vehicle", "").await;
    here.world.advance(3_600).await;
    assert_eq!(here.executions("vehicle", "").await, before, "nothing more is fetched");
}

#[tokio::test]
async fn a_schedule_is_found_below_its_own_connection_only() {
    let here = connected().await;
    let schedule = text(&here.schedule("vehicle").await["id"]);
    let nobody = "3ba9e3d6-cb55-4725-bdc6-bc3cd30e6bd1";
    for path in [
        format!("/v2/integrations/connections/{nobody}/schedules"),
        format!("/v2/integrations/connections/{nobody}/schedules/{schedule}"),
        format!("/v2/integrations/connections/{nobody}/schedules/{schedule}/executions"),
        format!("{}/{nobody}", here.schedules),
    ] {
        assert_eq!(here.world.get(&path).await.0, 404, "{path}");
    }
}
