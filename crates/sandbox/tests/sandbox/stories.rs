//! Stories and the demo, as the API shows them afterwards.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    deliveries::settled,
    harness::{World, text},
    receiver::Receiver,
};

#[tokio::test]
async fn every_story_emits_its_events_in_order_each_with_its_own_time() {
    let invited = ["invitation.created", "invitation.viewed", "invitation.accepted", "share_agreement.created"];
    let linked = ["connection.created", "fleet_connection.created"];
    let connected: Vec<&str> = invited.iter().chain(&linked).copied().collect();
    let then = |more: &[&'static str]| connected.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    let table: Vec<(&str, Vec<&str>)> = vec![
        ("happy_path", connected.clone()),
        ("reused_connection", [&invited[..], &linked[1..]].concat()),
        ("several_providers", then(&[&linked[..], &linked[..]].concat())),
        ("invited", vec!["invitation.created"]),
        ("sent", vec!["invitation.created", "invitation.sent"]),
        ("opened", vec!["invitation.created", "invitation.viewed"]),
        ("accepted_only", invited.to_vec()),
        ("linked", [&invited[..], &linked[..1]].concat()),
        ("declined", vec!["invitation.created", "invitation.viewed", "invitation.declined"]),
        (
            "reinvited_after_decline",
            [&["invitation.created", "invitation.viewed", "invitation.declined"], &connected[1..]].concat(),
        ),
        ("expired", vec!["invitation.created", "invitation.viewed", "invitation.expired"]),
        ("deleted", vec!["invitation.created", "invitation.deleted"]),
        ("connection_staled", then(&["connection.staled"])),
        ("staled_and_repaired", then(&["connection.staled"])),
        ("fetch_failing", then(&["execution.failed"; 3])),
        ("schedule_deactivated", then(&["schedule.deactivated"])),
        ("agreement_ended", then(&["share_agreement.deleted"])),
    ];
    let world = World::open().await;
    let (_, listed) = world.get("/control/stories").await;
    let told: Vec<_> = listed.as_array().unwrap().iter().map(|one| text(&one["story"])).collect();
    assert_eq!(told.len(), table.len(), "every story is in the table: {told:?}");
    for (story, events) in table {
        let (world, receiver) = (World::open().await, Receiver::open().await);
        let all = ["invitation.*", "share_agreement.*", "connection.*", "fleet_connection.*"];
        world.subscribe(&receiver.url, &all).await;
        world.subscribe(&receiver.url, &["execution.failed", "schedule.deactivated"]).await;
        let (status, _) = world.post("/control/stories", json!({ "story": story })).await;
        assert_eq!(status, 200);
        settled(&world).await;
        let got = receiver.wait(events.len()).await;
        assert_eq!(got.iter().map(super::receiver::Got::event).collect::<Vec<_>>(), events, "{story}");
        for one in &got {
            let id: uuid::Uuid = text(&one.body["id"]).parse().unwrap();
            let told = domain::timestamp::parse(one.body["timestamp"].as_str().unwrap()).unwrap();
            let difference = (domain::timestamp::of_uuid(id).unwrap() - told).abs();
            assert!(difference < time::Duration::seconds(1) && told <= world.now(), "{story}: {}", one.event());
        }
    }
}

#[tokio::test]
async fn a_story_continues_from_the_fleets_state_and_can_be_spread_over_time() {
    let world = World::open().await;
    let id = world.invited("F-1").await;
    let body = json!({ "story": "happy_path", "fleet_ref": "F-1", "over_hours": 10 });
    assert_eq!(world.post("/control/stories", body).await.1, json!({ "fleets": ["F-1"] }));
    let status = async || text(&world.get(&format!("/v2/orgs/invitations/{id}")).await.1["status"]);
    world.advance(6 * 3_600).await;
    assert_eq!(status().await, "active", "opened, not accepted yet");
    world.advance(4 * 3_600).await;
    assert_eq!(status().await, "accepted");
    let (_, all) = world.get("/v2/orgs/invitations").await;
    assert_eq!(all["total"], 1, "no second invitation");
    let (_, page) = world.get("/v2/integrations/connections?fleet_refs=F-1").await;
    assert_eq!(text(&page["items"][0]["created_at"]), "2026-03-03T01:00:00.000000Z", "at the end of ten hours");
    // If something happens in between, steps that no longer fit are skipped.
    let id = world.invited("F-2").await;
    world.post("/control/stories", json!({ "story": "happy_path", "fleet_ref": "F-2", "over_hours": 5 })).await;
    world.step("decline", &[("invite", &id)]).await;
    world.advance(5 * 3_600).await;
    assert_eq!(text(&world.get(&format!("/v2/orgs/invitations/{id}")).await.1["status"]), "declined");
}

#[tokio::test]
async fn invalid_requests_are_refused() {
    let world = World::open().await;
    for body in [
        json!({}),
        json!({ "story": "eaten" }),
        json!({ "story": "invited", "count": 0 }),
        json!({ "story": "invited", "fleet_ref": "a/b" }),
        json!({ "story": "invited", "over_hours": 99_999 }),
    ] {
        assert_eq!(world.post("/control/stories", body.clone()).await.0, 422, "{body}");
    }
    assert_eq!(world.get("/control/state").await.1["invitations"], 0);
}

async fn demo(world: &World) -> (BTreeMap<String, usize>, Vec<Value>) {
    assert_eq!(world.post("/control/demo", Value::Null).await.1, json!({ "fleets": 200 }));
    let (_, page) = world.get("/v2/orgs/invitations?size=1000").await;
    let invitations = page["items"].as_array().unwrap().clone();
    let mut statuses = BTreeMap::new();
    for one in &invitations {
        *statuses.entry(text(&one["status"])).or_default() += 1;
    }
    (statuses, invitations)
}

#[tokio::test]
async fn the_demo_is_200_fleets_in_every_state_within_four_weeks_and_the_same_with_the_same_seed() {
    let world = World::open().await;
    let (statuses, invitations) = demo(&world).await;
    // Deleted ones aren't listed: four of the 200.
    assert_eq!(invitations.len(), 196);
    assert_eq!(statuses.keys().collect::<Vec<_>>(), ["accepted", "active", "declined", "expired"]);
    assert_eq!((statuses["declined"], statuses["expired"], statuses["active"]), (11, 15, 32));
    let weeks = world.now() - time::Duration::weeks(4);
    for one in &invitations {
        let made = domain::timestamp::parse(one["created_at"].as_str().unwrap()).unwrap();
        assert!(made >= weeks && made <= world.now(), "{made}");
        let name = text(&one["fleet_name"]);
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == ' '), "{name}");
    }
    let (_, page) = world.get("/v2/integrations/connections?size=1000").await;
    let stale = page["items"].as_array().unwrap().iter().filter(|one| one["status"] == "stale").count();
    assert_eq!(stale, 9);
    let again = World::open().await;
    let bare = |all: &[Value], world: &World| json!(all).to_string().replace(&world.base, "");
    let (_, same) = demo(&again).await;
    assert_eq!(bare(&same, &again), bare(&invitations, &world));
}
