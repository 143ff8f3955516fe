//! The control page and its forms.

use serde_json::json;

use crate::harness::{World, text};

/// Sends a form of the page. Returns the status, and where it redirects or what it shows.
async fn send(world: &World, form: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let request = world.http.post(world.url(&format!("/control/page/{form}"))).form(fields);
    let answer = request.header("sec-fetch-site", "same-origin").send().await.unwrap();
    let status = answer.status().as_u16();
    if status == 303 {
        return (status, answer.headers()["location"].to_str().unwrap().to_owned());
    }
    (status, answer.text().await.unwrap())
}

#[tokio::test]
async fn each_form_has_its_effect_and_redirects_to_the_page() {
    let world = World::open().await;
    let (status, html) = world.page("").await;
    assert_eq!(status, 200);
    assert!(html.contains("Nobody has subscribed") && html.contains("No fleet has connected"), "the empty states");
    assert!(!html.contains("style=") && !html.contains("<script"), "as its policy requires");

    world.invited("F-1").await;
    let back = |word: &str| (303, format!("/sandbox?done={word}"));
    assert_eq!(send(&world, "clock", &[("advance", "hour")]).await, back("clock"));
    assert_eq!(text(&world.get("/control/state").await.1["now"]), "2026-03-02T16:00:00.000000Z");
    assert_eq!(send(&world, "clock", &[("advance", "expiry")]).await.0, 303);
    assert_eq!(text(&world.get("/v2/orgs/invitations").await.1["items"][0]["status"]), "expired");
    assert_eq!(send(&world, "clock", &[("advance", "hours"), ("hours", "2")]).await.0, 303);

    let story = [("story", "several_providers"), ("fleet_ref", ""), ("count", "2"), ("over_hours", "")];
    assert_eq!(send(&world, "story", &story).await, back("story&n=2"));
    assert!(world.page("?done=story&n=2").await.1.contains("2 fleets took part"));
    let (_, page) = world.get("/v2/integrations/connections").await;
    let id = text(&page["items"][0]["id"]);
    let status = async || text(&world.get(&format!("/v2/integrations/connections/{id}")).await.1["status"]);
    assert_eq!(send(&world, "connection", &[("id", &id), ("act", "stale")]).await.0, 303);
    assert_eq!(status().await, "stale");
    assert_eq!(send(&world, "connection", &[("id", &id), ("act", "repair")]).await.0, 303);
    assert_eq!(status().await, "active");
    assert_eq!(send(&world, "connection", &[("id", &id), ("act", "eat")]).await.0, 404);

    let ids = world.subscribe("http://127.0.0.1:1/nobody", &["invitation.created"]).await;
    world.post(&format!("/v2/notifications/webhooks/{}/pause", ids[0]), json!(null)).await;
    assert!(world.page("").await.1.contains("paused"));
    assert_eq!(send(&world, "subscription", &[("id", &ids[0]), ("act", "activate")]).await.0, 303);
    let (_, shown) = world.get(&format!("/v2/notifications/webhooks/{}", ids[0])).await;
    assert_eq!(shown["status"], "active");

    assert_eq!(send(&world, "faults", &[("fault", "500"), ("how", "next"), ("amount", "1")]).await, back("faults"));
    assert!(world.page("").await.1.contains("The next call gets a wrong answer: 500."));
    assert_eq!(world.get("/v2/orgs/fleets").await.0, 500);
    assert_eq!(send(&world, "faults", &[("fault", "html"), ("how", "share"), ("amount", "100")]).await.0, 303);
    assert_eq!(world.get("/v2/orgs/fleets").await.0, 200);
    assert!(text(&world.get("/v2/orgs/fleets").await.1).starts_with("<html>"));
    assert_eq!(world.recording.take_violations().len(), 2, "the faults are not as documented");
    assert_eq!(send(&world, "faults-off", &[]).await.0, 303);
    assert!(world.get("/v2/orgs/fleets").await.1.is_object());

    let (status, html) = send(&world, "reset", &[]).await;
    assert!(status == 422 && html.contains("Check the box"));
    assert_ne!(world.get("/control/state").await.1["invitations"], 0);
    assert_eq!(send(&world, "reset", &[("confirm", "yes")]).await, back("reset"));
    assert_eq!(world.get("/control/state").await.1["invitations"], 0);
}

#[tokio::test]
async fn webhook_faults_are_saved_together_and_an_invalid_form_keeps_what_was_typed() {
    let world = World::open().await;
    let names: Vec<String> = world.get("/control/disorders").await.1.as_object().unwrap().keys().cloned().collect();
    let form = |drop: &'static str| {
        names.iter().map(|name| (name.as_str(), if name == "drop" { drop } else { "0" })).collect::<Vec<_>>()
    };
    world.set_webhook_faults(json!({ "drop": { "percent": 1, "events": ["invitation.viewed"] } })).await;
    let (status, html) = send(&world, "disorders", &form("lots")).await;
    assert!(status == 422 && html.contains("Enter a whole number from 0 to 100.") && html.contains("lots"));
    assert_eq!(send(&world, "disorders", &form("40")).await.0, 303);
    let (_, set) = world.get("/control/disorders").await;
    assert_eq!(
        set["drop"],
        json!({ "percent": 40, "events": ["invitation.viewed"] }),
        "the events it is limited to stay"
    );
    assert!(world.page("").await.1.contains("Only for invitation.viewed."));
    assert_eq!(send(&world, "disorders-off", &[]).await.0, 303);
    assert_eq!(world.get("/control/disorders").await.1["drop"]["percent"], 0);
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_send_forms() {
    let world = World::open().await;
    world.invited("F-1").await;
    let request = world.http.post(world.url("/control/page/reset")).form(&[("confirm", "yes")]);
    let answer = request.header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(world.get("/control/state").await.1["invitations"], 1);
    // Other sites may link to the page: reading changes nothing.
    let look = world.http.get(world.url("")).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(look.status(), 200);
}
