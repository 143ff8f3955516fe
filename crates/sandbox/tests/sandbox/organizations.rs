//! Fleets' own writes, partners, and the properties of both (CONTRACT.md 7 and 9).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{World, fields, text, wrong};

/// Lets a fleet accept. Returns its path.
async fn fleet(world: &World) -> String {
    let invite = world.invited("F-1").await;
    world.step("accept", &[("invite", &invite)]).await;
    let (_, fleets) = world.get("/v2/orgs/fleets").await;
    format!("/v2/orgs/fleets/{}", text(&fleets["items"][0]["id"]))
}

async fn own(world: &World) -> String {
    let (_, partners) = world.get("/v2/orgs/partners").await;
    assert_eq!(partners["total"], 1, "a partner sees itself");
    assert_eq!(fields(&partners["items"][0]), fields(&contract::sample("partner")));
    format!("/v2/orgs/partners/{}", text(&partners["items"][0]["id"]))
}

#[tokio::test]
async fn a_partners_token_lacks_the_scopes_of_fleets_and_administrators() {
    let world = World::open().await;
    let fleet = fleet(&world).await;
    let (_, page) = world.get("/v2/orgs/share-agreements").await;
    let agreement = format!("/v2/orgs/share-agreements/{}", text(&page["items"][0]["id"]));
    let partner = own(&world).await;
    let (_, tsps) = world.get("/v2/orgs/tsps").await;
    let tsp = format!("/v2/orgs/tsps/{}", text(&tsps[0]["id"]));
    for (method, path) in [
        (Method::PATCH, fleet.clone()),
        (Method::DELETE, fleet.clone()),
        (Method::POST, format!("{fleet}/properties")),
        (Method::DELETE, agreement),
        (Method::POST, "/v2/orgs/partners".into()),
        (Method::DELETE, partner),
        (Method::POST, "/v2/orgs/tsps".into()),
        (Method::PATCH, tsp.clone()),
        (Method::DELETE, tsp),
    ] {
        let (status, body) = world.call(method.clone(), &path, Some(json!({}))).await;
        assert_eq!((status, &body["message"]), (403, &json!("Forbidden")), "{method} {path}");
    }
    assert_eq!(world.get(&format!("{fleet}/properties")).await, (200, json!([])));
}

#[tokio::test]
async fn an_update_changes_only_the_named_fields_and_null_clears_optional_ones() {
    let world = World::administrator().await;
    let fleet = fleet(&world).await;
    let update = async |body: Value| world.call(Method::PATCH, &fleet, Some(body)).await;
    let (_, before) = world.get(&fleet).await;
    world.advance(60).await;
    let (status, after) = update(json!({
        "legal_name": "Acme Trucking, Inc.", "registered_fax": "+1 415-555-1234", "country_code": "usa",
        "regulatory_id_date": "2020-02-29", "name": null, "fleet_ref": "F-2",
    }))
    .await;
    assert_eq!((status, fields(&after)), (200, fields(&before)));
    assert_eq!((&after["name"], &after["legal_name"]), (&before["name"], &json!("Acme Trucking, Inc.")));
    assert_eq!((&after["registered_fax"], &after["country_code"]), (&json!("tel:+14155551234"), &json!("USA")));
    assert_eq!(after["updated_at"], "2026-03-02T15:01:00.000000Z");
    assert_eq!(world.get(&fleet).await.1, after);
    assert_eq!(
        world.get("/v2/orgs/share-agreements?fleet_ref=F-2").await.1["total"],
        1,
        "its agreement has the new reference too"
    );
    assert_eq!(update(json!({ "legal_name": null })).await.1["legal_name"], Value::Null);
    let (status, body) = update(json!({ "regulatory_id_date": "2021-02-29", "registered_email": "x" })).await;
    let both = ["body.regulatory_id_date", "body.registered_email"].map(str::to_owned);
    assert_eq!((status, wrong(&body)), (422, both.into()));
}

#[tokio::test]
async fn deleting_a_fleet_deletes_everything_that_belongs_to_it() {
    let world = World::administrator().await;
    let invite = world.invited("F-1").await;
    world.connect(&invite, "samsara", &[("api_key", "k")]).await;
    let (_, fleets) = world.get("/v2/orgs/fleets").await;
    let fleet = format!("/v2/orgs/fleets/{}", text(&fleets["items"][0]["id"]));
    assert_eq!(world.call(Method::DELETE, &fleet, None).await.0, 204);
    for path in [fleet.clone(), format!("{fleet}/properties")] {
        assert_eq!(world.get(&path).await.0, 404);
    }
    assert_eq!(world.call(Method::DELETE, &fleet, None).await.0, 404);
    assert_eq!(world.get("/v2/integrations/connections").await.1["items"], json!([]));
    assert_eq!(world.get("/v2/integrations/connections/data-freshness").await.1, json!([]));
    assert_eq!(world.get("/v2/orgs/share-agreements?share_agreement_status=deleted").await.1["total"], 1);
    assert_eq!(world.invite(json!({ "fleet_ref": "F-1" })).await.0, 201, "its invitation can't be refreshed");
}

#[tokio::test]
async fn properties_are_created_as_an_array_and_deleted_one_by_one() {
    let world = World::administrator().await;
    for (owner, keys, other) in [
        (fleet(&world).await, ["dot_number", "location"], "notes"),
        (own(&world).await, ["billing_model", "notes"], "location"),
    ] {
        let path = format!("{owner}/properties");
        let body = json!([{ "key": keys[0], "value": "1" }, { "key": keys[1], "value": "" }]);
        let (status, made) = world.post(&path, body).await;
        assert_eq!((status, made.as_array().unwrap().len()), (201, 2));
        assert_eq!(world.get(&path).await.1, made);
        let again = json!([{ "key": keys[0], "value": "2" }]);
        assert_eq!(world.post(&path, again.clone()).await.0, 409, "the key exists");
        let one = format!("{path}/{}", text(&made[0]["id"]));
        assert_eq!(world.call(Method::DELETE, &one, None).await.0, 204);
        assert_eq!(world.call(Method::DELETE, &one, None).await.0, 404);
        assert_eq!(world.post(&path, again).await.1[0]["value"], "2", "after it is deleted, it can be created again");
        let (status, body) = world.post(&path, json!([{ "key": other, "value": "1" }, { "key": keys[1] }])).await;
        assert_eq!((status, wrong(&body)), (422, ["body.0.key", "body.1.value"].map(str::to_owned).into()));
        assert_eq!(world.post(&path, json!({ "key": keys[0], "value": "1" })).await.0, 422, "not an array");
    }
    let nobody = "/v2/orgs/partners/3ba9e3d6-cb55-4725-bdc6-bc3cd30e6bd1/properties";
    assert_eq!((world.get(nobody).await.0, world.post(nobody, json!([])).await.0), (404, 404));
}

#[tokio::test]
async fn a_partners_defaults_fill_what_a_create_leaves_out() {
    let world = World::open().await;
    let path = format!("{}/properties", own(&world).await);
    let defaults = json!([
        { "key": "default_callback_url", "value": "https://partner.example/hook" },
        { "key": "default_success_redirect_url", "value": "https://partner.example/yes" },
        { "key": "default_failure_redirect_url", "value": "not an address" },
        { "key": "default_invitation_expires_in_hours", "value": "48" },
    ]);
    let (_, made) = world.post(&path, defaults).await;
    let (_, filled) = world.invite(json!({ "fleet_ref": "F-1", "success_redirect_url": null })).await;
    assert_eq!(filled["callback_url"], "https://partner.example/hook");
    assert_eq!(filled["success_redirect_url"], "https://partner.example/yes");
    assert_eq!(filled["failure_redirect_url"], Value::Null, "a default that the call would refuse is ignored");
    assert_eq!(
        (&filled["expires_in_hours"], &filled["expires_at"]),
        (&json!(48), &json!("2026-03-04T15:00:00.000000Z"))
    );
    let body = json!({
        "fleet_ref": "F-2", "success_redirect_url": "https://other.example/", "expires_in_hours": 1,
    });
    let (_, said) = world.invite(body).await;
    assert_eq!(
        (&said["success_redirect_url"], &said["expires_in_hours"]),
        (&json!("https://other.example/"), &json!(1))
    );
    let (status, refreshed) = world.invite(json!({ "fleet_ref": "F-2" })).await;
    assert_eq!(
        (status, &refreshed["success_redirect_url"]),
        (200, &json!("https://other.example/")),
        "a refresh keeps it"
    );
    assert_eq!(refreshed["expires_in_hours"], 48);
    for property in made.as_array().unwrap() {
        let one = format!("{path}/{}", text(&property["id"]));
        assert_eq!(world.call(Method::DELETE, &one, None).await.0, 204);
    }
    let (_, bare) = world.invite(json!({ "fleet_ref": "F-3" })).await;
    assert_eq!((&bare["callback_url"], &bare["expires_in_hours"]), (&Value::Null, &json!(24)));
    let (status, body) = world.invite(json!({ "fleet_ref": "F-4", "expires_in_hours": null })).await;
    assert_eq!(
        (status, wrong(&body)),
        (422, ["body.expires_in_hours".to_owned()].into()),
        "null isn't the same as missing"
    );
}

#[tokio::test]
async fn a_partner_renames_itself_and_its_fleets_see_the_new_name() {
    let world = World::administrator().await;
    let partner = own(&world).await;
    let body = json!({ "name": "Haulage Hub", "description": "For hauliers" });
    assert_eq!(world.call(Method::PATCH, &partner, Some(body)).await.0, 200);
    let (_, shown) = world.call(Method::PATCH, &partner, Some(json!({ "name": null, "description": null }))).await;
    assert_eq!((&shown["name"], &shown["description"]), (&json!("Haulage Hub"), &Value::Null));
    let invite = world.invited("F-1").await;
    assert!(world.page(&format!("/connect?invite={invite}")).await.1.contains("Haulage Hub"));
    assert_eq!(world.call(Method::DELETE, &partner, None).await.0, 409, "it can't delete itself");
}

#[tokio::test]
async fn a_created_partner_can_be_read_and_deleted() {
    let world = World::administrator().await;
    let body = json!({
        "name": "Sub", "websites": ["https://Sub.example"], "categories": ["Fuel, Energy & Sustainability"],
        "properties": [{ "key": "notes", "value": "n" }],
    });
    let (status, made) = world.post("/v2/orgs/partners", body).await;
    assert_eq!((status, &made["websites"]), (201, &json!(["https://sub.example/"])));
    let path = format!("/v2/orgs/partners/{}", text(&made["id"]));
    assert_eq!(world.get(&path).await, (200, made));
    assert_eq!(world.get(&format!("{path}/properties")).await.1[0]["key"], "notes");
    assert_eq!(world.get("/v2/orgs/partners").await.1["total"], 2);
    assert_eq!(world.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!((world.get(&path).await.0, world.get(&format!("{path}/properties")).await.0), (404, 404));
    let body = json!({
        "websites": ["sub"], "categories": ["Fuel"], "is_sandbox": null, "parent_partner_id": "x",
        "properties": [{ "key": "x", "value": 1 }],
    });
    let (_, body) = world.post("/v2/orgs/partners", body).await;
    let all = ["name", "websites", "categories", "is_sandbox", "parent_partner_id"];
    let mut all: std::collections::BTreeSet<_> = all.iter().map(|name| format!("body.{name}")).collect();
    all.extend(["body.properties.key", "body.properties.value"].map(str::to_owned));
    assert_eq!(wrong(&body), all);
}
