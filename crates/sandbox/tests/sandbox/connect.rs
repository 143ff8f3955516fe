//! What a fleet sees and does, and the events that follow.

use serde_json::json;
use url::Url;

use crate::{
    harness::{World, fields, text},
    receiver::{Got, Receiver},
};

const ALL: [&str; 6] = [
    "invitation.*",
    "share_agreement.*",
    "connection.*",
    "fleet_connection.*",
    "execution.failed",
    "schedule.deactivated",
];

fn query(address: &str) -> Vec<(String, String)> {
    Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn an_onboarding_shows_every_step_and_emits_the_documented_events() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    assert_eq!(world.subscribe(&receiver.url, &ALL).await.len(), 16);
    let invite = world.invited("FLEET-42").await;
    let link = format!("/connect?invite={invite}");

    let (status, page) = world.page(&link).await;
    assert_eq!(status, 200);
    for part in [
        "sandbox",
        "Sandbox Partner",
        "Acme Trucking",
        "Location of your vehicles",
        "see and change",
        "Accept and continue",
        "Decline",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    world.page(&link).await;
    let next = world.step("accept", &[("invite", &invite)]).await;
    assert_eq!(next, format!("/sandbox/connect/providers?invite={invite}"));
    let (_, page) = world.page(&format!("/connect/providers?invite={invite}")).await;
    assert!(page.contains("Samsara") && page.contains("My provider is not listed"));
    let next = world.step("choose", &[("invite", &invite), ("tsp", "samsara")]).await;
    assert_eq!(next, format!("/sandbox/connect/credentials?invite={invite}&tsp=samsara"));
    let (_, page) = world.page(&format!("/connect/credentials?invite={invite}&tsp=samsara")).await;
    assert!(page.contains("Connect Samsara"));
    world.step("credentials", &[("invite", &invite), ("tsp", "samsara"), ("api_key", "k")]).await;
    world.step("credentials", &[("invite", &invite), ("tsp", "motive"), ("api_key", "k")]).await;
    let (_, page) = world.page(&format!("/connect/connected?invite={invite}")).await;
    assert!(page.contains("Samsara") && page.contains("Motive") && page.contains("Finish"));
    let back = world.step("finish", &[("invite", &invite)]).await;
    assert!(back.starts_with("https://partner.example/success?"));
    let want = [
        ("from", "catena"),
        ("invitation_id", &invite),
        ("fleet_ref", "FLEET-42"),
        ("status", "success"),
        ("tsp_count", "2"),
    ];
    assert_eq!(query(&back), pairs(&want));

    let got = receiver.wait(8).await;
    let names: Vec<_> = got.iter().map(Got::event).collect();
    assert_eq!(
        names,
        [
            "invitation.created",
            "invitation.viewed",
            "invitation.accepted",
            "share_agreement.created",
            "connection.created",
            "fleet_connection.created",
            "connection.created",
            "fleet_connection.created",
        ]
    );
    let (accepted, agreement) = (got[2].record(), got[3].record());
    assert_eq!(agreement["scopes"], json!({ "vehicle": "read", "vehicle_location": "read_write" }));
    assert_eq!((&agreement["fleet_id"], &agreement["fleet_ref"]), (&accepted["fleet_id"], &accepted["fleet_ref"]));
    assert_eq!(got[5].record()["connection_id"], got[4].record()["id"]);
    assert!(got[1].record()["fleet_id"].is_null() && accepted["fleet_id"].is_string());
}

#[tokio::test]
async fn after_an_onboarding_the_api_shows_fleet_agreement_and_connection() {
    let world = World::open().await;
    let invite = world.invited("FLEET-42").await;
    world.connect(&invite, "3pl-tek", &[("api_key", "k")]).await;
    let (_, fleets) = world.get("/v2/orgs/fleets?fleet_refs=FLEET-42&fleet_refs=OTHER").await;
    let fleet = &fleets["items"][0];
    assert_eq!(fields(fleet), fields(&contract::sample("fleet")));
    assert_eq!((&fleet["name"], &fleet["invitation_id"]), (&json!("Acme Trucking"), &json!(invite)));
    assert_eq!(world.get("/v2/orgs/fleets?fleet_refs=OTHER").await.1["total"], 0);
    let (_, hyphen) = world.get("/v2/orgs/share-agreements?share_agreement_status=active").await;
    assert_eq!(fields(&hyphen["items"][0]), fields(&contract::sample("share-agreement")));
    assert_eq!(world.get("/v2/orgs/share_agreements").await.1, hyphen);
    assert_eq!(world.get("/v2/orgs/share-agreements?share_agreement_status=paused").await.1["total"], 0);
    assert_eq!(world.get("/v2/orgs/share-agreements?share_agreement_status=asleep").await.0, 422);
    let (_, connections) = world.get("/v2/integrations/connections?fleet_refs=FLEET-42").await;
    let connection = &connections["items"][0];
    assert_eq!(fields(connection), fields(&contract::sample("connection")));
    assert_eq!((&connection["fleet_ref"], &connection["source_name"]), (&json!("FLEET-42"), &json!("hos247")));
    let (_, alone) = world.get(&format!("/v2/integrations/connections/{}", text(&connection["id"]))).await;
    assert_eq!((&alone["fleet_ref"], &alone["id"]), (&json!(null), &connection["id"]));
    world.advance(60).await;
    let (_, rows) = world.get("/v2/integrations/connections/data-freshness").await;
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(rows[0]["last_successful_execution_at"], "2026-03-02T15:00:05.000000Z");
    assert_eq!((&rows[0]["tsp_slug"], &rows[0]["schedule_status"]), (&json!("3pl-tek"), &json!("active")));
}

#[tokio::test]
async fn an_existing_link_skips_connection_created() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.url, &["connection.*", "fleet_connection.*"]).await;
    let invite = world.invited("F-1").await;
    world.connect(&invite, "samsara", &[("already_linked", "yes")]).await;
    world.step("credentials", &[("invite", &invite), ("tsp", "motive"), ("api_key", "k")]).await;
    receiver.wait(3).await;
    assert_eq!(receiver.events(), ["fleet_connection.created", "connection.created", "fleet_connection.created"]);
}

#[tokio::test]
async fn a_decline_passes_on_its_reason_and_redirects_to_the_failure_page() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.url, &["invitation.*"]).await;
    let invite = world.invited("F 1").await;
    let back = world.step("decline", &[("invite", &invite), ("reason", " Not now ")]).await;
    assert!(back.starts_with("https://partner.example/failure?"));
    assert_eq!(query(&back), pairs(&[("invitation_id", &invite), ("fleet_ref", "F 1"), ("status", "failure")]));
    let got = receiver.wait(2).await;
    assert_eq!((got[1].event(), &got[1].record()["decline_reason"]), ("invitation.declined", &json!("Not now")));
    let (status, page) = world.page(&format!("/connect?invite={invite}")).await;
    assert!(status == 200 && page.contains("You declined"), "{page}");
    assert_eq!(world.step("accept", &[("invite", &invite)]).await, format!("/sandbox/connect?invite={invite}"));
}

#[tokio::test]
async fn a_missing_provider_can_be_requested() {
    let world = World::open().await;
    let invite = world.invited("F-1").await;
    world.step("accept", &[("invite", &invite)]).await;
    let url = world.url("/connect/request");
    let empty = world
        .http
        .post(&url)
        .form(&[("invite", invite.as_str()), ("notes", "</textarea><script>")])
        .send()
        .await
        .unwrap();
    assert_eq!(empty.status(), 422);
    let typed = empty.text().await.unwrap();
    assert!(typed.contains("&lt;/textarea&gt;&lt;script"), "what was typed stays: {typed}");
    let back = world.step("request", &[("invite", &invite), ("provider", "Tiny ELD")]).await;
    let sent = query(&back);
    assert!(back.starts_with("https://partner.example/success?"));
    assert!(sent.contains(&("status".to_owned(), "integration-requested".to_owned())));
    let id = &sent.iter().find(|(name, _)| name == "integration_request_id").unwrap().1;
    assert!(uuid::Uuid::parse_str(id).is_ok());
}

#[tokio::test]
async fn only_allowed_providers_can_be_chosen() {
    let world = World::open().await;
    let (_, body) = world.invite(json!({ "fleet_ref": "F-1", "limit_tsps": ["samsara", "hos247"] })).await;
    let invite = text(&body["id"]);
    world.step("accept", &[("invite", &invite)]).await;
    let (_, fleets) = world.get("/v2/orgs/fleets").await;
    assert_eq!(fleets["items"][0]["name"], format!("Fleet {invite}"), "a nameless fleet gets an invented name");
    let (_, page) = world.page(&format!("/connect/providers?invite={invite}")).await;
    for name in ["Samsara", "HOS247", "3PL Tek"] {
        assert!(page.contains(name), "{name}");
    }
    assert!(!page.contains("Motive"));
    let form = [("invite", invite.as_str()), ("tsp", "motive")];
    let answer = world.http.post(world.url("/connect/choose")).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    world.step("credentials", &[("invite", &invite), ("tsp", "samsara"), ("api_key", "k")]).await;
    let next = world.step("finish", &[("invite", &invite)]).await;
    assert_eq!(next, format!("/sandbox/connect/finished?invite={invite}"), "no address to return to");
}

#[tokio::test]
async fn an_expired_link_says_so_and_leads_back_to_the_partner() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.url, &["invitation.viewed", "invitation.expired"]).await;
    let invite = world.invited("F-1").await;
    world.advance(24 * 3_600).await;
    let got = receiver.wait(1).await;
    assert_eq!(got[0].event(), "invitation.expired");
    assert_eq!(got[0].body["timestamp"], "2026-03-03T15:00:00.000000Z", "business time");
    assert_eq!(got[0].header("x-catena-timestamp"), "2026-03-02T15:00:00+00:00", "clock time");
    let (status, page) = world.page(&format!("/connect?invite={invite}")).await;
    assert!(status == 410 && page.contains("This link has expired") && page.contains("Come back later"));
    let back = world.step("leave", &[("invite", &invite)]).await;
    assert_eq!(query(&back), pairs(&[("invitation_id", &invite), ("fleet_ref", "F-1"), ("status", "failure")]));
    assert_eq!(receiver.events(), ["invitation.expired"], "an expired link is not viewed");
}

#[tokio::test]
async fn after_a_refresh_the_link_can_be_viewed_again() {
    let (world, receiver) = (World::open().await, Receiver::open().await);
    world.subscribe(&receiver.url, &["invitation.*"]).await;
    let invite = world.invited("F-1").await;
    let link = format!("/connect?invite={invite}");
    world.page(&link).await;
    world.page(&link).await;
    world.advance(60).await;
    world.invite(json!({ "fleet_ref": "F-1" })).await;
    world.page(&link).await;
    let got = receiver.wait(3).await;
    assert_eq!(receiver.events(), ["invitation.created", "invitation.viewed", "invitation.viewed"]);
    assert_ne!(got[1].record()["expires_at"], got[2].record()["expires_at"]);
}

#[tokio::test]
async fn pages_do_not_leak_the_secret_link() {
    let world = World::open().await;
    for invite in ["x", "3ba9e3d6-cb55-4725-bdc6-bc3cd30e6bd1", "\"><script>"] {
        let (status, page) = world.page(&format!("/connect?invite={invite}")).await;
        assert!(status == 404 && page.contains("This link doesn't work") && !page.contains("<script"), "{page}");
    }
    let invite = world.invited("F-1").await;
    let answer = world.http.get(world.url(&format!("/connect?invite={invite}"))).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap();
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
}
