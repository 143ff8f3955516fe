//! Providers: Catena's own, the resources of each, and those that fleets request (CONTRACT.md 8).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, fields, text, wrong};

#[tokio::test]
async fn a_created_provider_is_listed_offered_and_deleted() {
    let world = World::administrator().await;
    let body = json!({ "name": "Dust & Road ELD", "source_name": "hos247", "conn_type": "company_id" });
    let (status, made) = world.post("/v2/orgs/tsps", body.clone()).await;
    assert_eq!((status, fields(&made)), (201, fields(&contract::sample("tsp"))));
    assert_eq!((&made["slug"], &made["status"]), (&json!("dust-road-eld"), &json!("active")));
    let (_, twin) = world.post("/v2/orgs/tsps", body).await;
    assert_ne!(twin["slug"], made["slug"], "slugs are unique");
    let path = format!("/v2/orgs/tsps/{}", text(&made["id"]));
    assert_eq!(world.get("/v2/orgs/tsps?slug=dust-road-eld").await, (200, json!([made])));
    let invite = world.invited("F-1").await;
    world.connect(&invite, "dust-road-eld", &[("api_key", "k")]).await;

    let change = json!({ "name": "Dust ELD", "source_name": null, "description": "d" });
    let (_, changed) = world.call(Method::PATCH, &path, Some(change)).await;
    assert_eq!((&changed["name"], &changed["source_name"]), (&json!("Dust ELD"), &json!("hos247")));
    assert_eq!(world.get(&path).await.1, changed);
    assert_eq!(world.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!((world.get(&path).await.0, world.call(Method::DELETE, &path, None).await.0), (404, 404));
    let (_, page) = world.page(&format!("/connect/connected?invite={invite}")).await;
    assert!(page.contains("hos247"), "the connection stays: {page}");
    let (_, rows) = world.get("/v2/integrations/connections/data-freshness").await;
    assert_eq!(rows[0]["tsp_slug"], "hos247");
    let bad = json!({ "name": 1, "source_name": "anytrek", "conn_type": "x", "status": "on", "logo_url": "x" });
    let (_, body) = world.post("/v2/orgs/tsps", bad).await;
    let all = ["name", "source_name", "conn_type", "status", "logo_url"];
    assert_eq!(wrong(&body), all.iter().map(|name| format!("body.{name}")).collect());
    assert_eq!(world.get("/v2/orgs/tsps?source_name=anytrek").await.0, 422);
}

#[tokio::test]
async fn each_provider_lists_its_resources_and_connections_fetch_only_those() {
    let world = World::open().await;
    let recorded = contract::sample("tsp-integrations");
    let (status, page) = world.get("/v2/integrations/tsps?size=1000").await;
    let all = page["items"].as_array().unwrap();
    assert_eq!((status, all.len(), page.get("total")), (200, 12, None));
    let path = format!("/v2/integrations/tsps/{}", text(&recorded["tsp_id"]));
    let (_, one) = world.get(&path).await;
    assert_eq!((fields(&one), &one["slug"]), (fields(&recorded), &recorded["slug"]));
    for (resource, status) in recorded["integrations"].as_object().unwrap() {
        assert_eq!(&one["integrations"][resource], status, "{resource}");
    }
    let counts = ["implemented_count", "not_implemented_count", "not_supported_count"];
    let total: u64 = counts.iter().map(|name| one[*name].as_u64().unwrap()).sum();
    assert_eq!(total, 31);

    let (_, body) = world.invite(json!({ "fleet_ref": "F-1" })).await;
    world.connect(&text(&body["id"]), "3pl-tek", &[("api_key", "k")]).await;
    let (_, rows) = world.get("/v2/integrations/connections/data-freshness").await;
    assert_eq!(rows.as_array().unwrap().len(), 3, "out of 30 shared resources");
}

#[tokio::test]
async fn requests_are_listed_however_they_were_made() {
    let world = World::open().await;
    let path = "/v2/orgs/external-tsps";
    let (status, all) = world.get(path).await;
    assert_eq!((status, all.as_array().unwrap().len()), (200, 12));
    let (_, found) = world.get(&format!("{path}?q=summit+track")).await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["name"]), (1, &json!("Summit Trackers")));
    assert_eq!(found[0]["integrated_tsp_ids"], json!([]));
    let ask = format!("{path}/{}/request-integration", text(&found[0]["id"]));
    assert_eq!(world.call(Method::POST, &ask, None).await.0, 409, "there is no fleet to make the request for");

    let invite = world.invited("F-1").await;
    world.step("accept", &[("invite", &invite)]).await;
    let typed = [("invite", invite.as_str()), ("provider", "Tiny ELD"), ("contact_name", "Ann"), ("notes", "Soon?")];
    world.step("request", &typed).await;
    let (status, asked) = world.post(&ask, json!({ "fleet_contact_name": "Bob" })).await;
    assert_eq!((status, &asked["ext_tsp_name"]), (201, &json!("Summit Trackers")));
    assert_eq!(world.post(&ask, Value::Null).await.0, 201);
    assert_eq!(world.post(&ask, json!({ "fleet_contact_email": "x" })).await.0, 422);

    let (_, requests) = world.get(&format!("{path}/integration-requests?fleet_ref=F-1")).await;
    let named: Vec<_> = requests.as_array().unwrap().iter().map(|one| text(&one["ext_tsp_name"])).collect();
    assert_eq!(named, ["Tiny ELD", "Summit Trackers", "Summit Trackers"]);
    assert_eq!((&requests[0]["fleet_contact_notes"], &requests[0]["invitation_id"]), (&json!("Soon?"), &json!(invite)));
    assert_eq!(requests[1], asked);
    assert_eq!(world.get(&format!("{path}/integration-requests?fleet_ref=F-2")).await.1, json!([]));
    let fleet = text(&asked["fleet_id"]);
    assert_eq!(
        world.get(&format!("{path}/integration-requests?fleet_id={fleet}")).await.1.as_array().unwrap().len(),
        3
    );
    assert_eq!(
        world.get(&format!("{path}?q=tiny")).await.1.as_array().unwrap().len(),
        1,
        "it was added to the registry"
    );
}
