//! What survives a restart, what a save writes, and what happens with a damaged file.

use std::{path::Path, sync::Arc};

use platform::clock::SystemClock;
use serde_json::{Value, json};

use crate::{
    deliveries::settled,
    harness::{World, text},
    receiver::Receiver,
};

#[tokio::test]
async fn state_survives_a_restart_and_deliveries_continue() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let receiver = Receiver::open().await;
    let world = World::open_with(Some(file.clone())).await;
    world.subscribe("http://127.0.0.1:1/nobody", &["invitation.created"]).await;
    let ids = world.subscribe(&receiver.url, &["invitation.viewed"]).await;
    let invite = world.invited("F-1").await;
    world.advance(3_600).await;
    world.set_webhook_faults(json!({ "delay": { "percent": 100, "events": ["invitation.expired"] } })).await;
    let (_, played) = world.post("/control/stories", json!({ "story": "several_providers", "over_hours": 48 })).await;
    let looks = async |world: &World| {
        let mut seen = Vec::new();
        for path in ["/v2/orgs/invitations", "/v2/orgs/fleets", "/v2/orgs/share-agreements", "/control/disorders"] {
            // The port changes with a restart, and so does the magic link.
            seen.push(world.get(path).await.1.to_string().replace(&world.base, ""));
        }
        seen
    };
    settled(&world).await;
    let before = looks(&world).await;
    world.close().await;

    let world = World::open_with(Some(file.clone())).await;
    assert_eq!(looks(&world).await, before);
    assert_eq!(text(&world.get("/control/state").await.1["now"]), "2026-03-02T16:00:00.000000Z");
    assert_eq!(settled(&world).await["dead"], 2, "nobody listens, before and after");
    world.page(&format!("/connect?invite={invite}")).await;
    let got = receiver.wait(1).await;
    assert_eq!(got[0].header("x-webhook-id"), ids[0], "the subscription and its secret were saved");
    world.advance(48 * 3_600).await;
    let fleet = text(&played["fleets"][0]);
    let (_, page) = world.get(&format!("/v2/integrations/connections?fleet_refs={fleet}")).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 3, "the story continues after the restart");
    world.close().await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// Each record is a row of its own.
#[tokio::test]
async fn a_save_writes_what_changed_and_deletes_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let world = World::open_with(Some(file.clone())).await;
    world.invited("F-1").await;
    world.close().await;
    let before = rows(&file).await;
    let world = World::open_with(Some(file.clone())).await;
    let id = world.invited("F-2").await;
    world.close().await;
    let after = rows(&file).await;
    let new: Vec<_> = after.iter().filter(|row| !before.contains(row)).map(|(kind, ..)| kind.as_str()).collect();
    // Besides the new record, only the counters change.
    assert_eq!(new, ["event_ids", "invitation", "runs"]);
    let world = World::open_with(Some(file.clone())).await;
    assert_eq!(world.post("/control/reset", Value::Null).await.0, 204);
    world.close().await;
    assert!(!rows(&file).await.iter().any(|(_, key, _)| *key == id));
}

async fn rows(file: &Path) -> Vec<(String, String, String)> {
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let rows = sqlx::query_as("SELECT kind, id, body FROM record ORDER BY kind, id").fetch_all(&pool).await.unwrap();
    pool.close().await;
    rows
}

#[tokio::test]
async fn the_error_about_a_damaged_file_says_what_to_do_and_contains_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let world = World::open_with(Some(file.clone())).await;
    world.subscribe("http://127.0.0.1:1/nobody", &["invitation.created"]).await;
    world.close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    sqlx::query("UPDATE record SET body = '{\"secret\": \"hush-hush\"}' WHERE kind = 'subscription'")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let damaged = failure(&file).await;
    assert!(
        damaged.contains("damaged") && damaged.contains("subscription") && damaged.contains("move it away"),
        "{damaged}"
    );
    assert!(!damaged.contains("hush"), "{damaged}");
    std::fs::write(&file, "no database at all, but long enough to look like something that could have been one")
        .unwrap();
    let damaged = failure(&file).await;
    assert!(damaged.contains("damaged") && damaged.contains("move it away"), "{damaged}");
    let damaged = failure(&folder.path().join("missing/sandbox.db")).await;
    assert!(damaged.contains("can't use"), "{damaged}");
}

/// Why a sandbox with this file doesn't open.
async fn failure(file: &Path) -> String {
    let settings = sandbox::SandboxSettings {
        base_url: "http://127.0.0.1:1/sandbox".parse().unwrap(),
        client_id: String::new(),
        client_secret: String::new(),
        data: Some(file.to_owned()),
        seed: None,
        scopes: sandbox::PARTNER_SCOPES.into(),
        token_lifetime: sandbox::DEFAULT_TOKEN_LIFETIME,
        retry_waits: sandbox::SandboxSettings::default_retry_waits(),
        longest_delay: sandbox::SandboxSettings::DEFAULT_LONGEST_DELAY,
        stylesheet: String::new(),
    };
    let clock = Arc::new(SystemClock);
    let random = Arc::new(platform::random::SystemRandom);
    match sandbox::Sandbox::open(settings, clock, random).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error.to_string(),
    }
}
