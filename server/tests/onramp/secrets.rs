//! Secrets stay where they belong: sealed in the database, and nowhere else.

use std::path::Path;

use domain::staff::Role;
use reqwest::StatusCode;

use crate::support::{INVITATION, SECRET, TestServer, example};

/// Everything that the data directory holds, as bytes.
fn on_disk(dir: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

#[tokio::test]
async fn no_secret_lies_on_disk_in_the_clear_before_or_after_processing() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    browser.post("/subscriptions/ensure", &[]).await;
    for event in ["invitation.created", "invitation.accepted"] {
        assert_eq!(server.send_example(event).await, StatusCode::ACCEPTED);
    }
    // Quarantined and parked bodies are kept longer, and sealed just as well.
    let hook = "019ca945-0a00-748d-8a2a-3a813060eb63".parse().unwrap();
    server.delivery(hook, example("invitation.accepted")).with("x-catena-signature", "AAAA").send(&server).await;
    let broken =
        String::from_utf8(example("invitation.accepted")).unwrap().replace("\"expires_at\"", "\"was_expires_at\"");
    server.delivery(hook, broken.into_bytes()).send(&server).await;
    server.processed().await;
    let disk = on_disk(server.dir.path());
    assert!(holds(&disk, "FLEET-42"), "the database is read");
    for secret in [
        INVITATION,
        "example-pre-registration",
        "connect.catenatelematics.com",
        SECRET,
        "client-secret",
        "correct horse",
    ] {
        assert!(!holds(&disk, secret), "{secret} lies on disk");
    }
}

#[tokio::test]
async fn a_session_cookie_is_not_what_the_database_holds() {
    let server = TestServer::start().await;
    server.add_staff("ada@example.com", Role::Operator).await;
    let browser = server.browser();
    let answer = browser.post("/login", &[("email", "ada@example.com"), ("password", crate::support::PASSWORD)]).await;
    let cookie = answer.header("set-cookie");
    let value = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(value.len() > 20);
    assert!(!holds(&on_disk(server.dir.path()), value));
}

#[tokio::test]
async fn the_magic_link_is_shown_to_who_may_invite_and_to_nobody_else() {
    let server = TestServer::start().await;
    server.send_example("invitation.created").await;
    server.processed().await;
    let path = format!("/invitations/{}", server.own_id(INVITATION).await);
    for (role, sees) in [(Role::Viewer, false), (Role::Operator, true), (Role::Administrator, true)] {
        let browser = server.signed_in(role).await;
        assert!(!browser.get(&path).await.body.contains(INVITATION), "{} has not asked for it", role.name());
        browser.post(&format!("{path}/link"), &[]).await;
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.body.contains(INVITATION), sees, "{}", role.name());
        assert_eq!(page.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn pages_carry_a_policy_with_their_own_nonce_and_no_inline_style() {
    let server = TestServer::start().await;
    server.send_example("invitation.created").await;
    server.processed().await;
    let browser = server.signed_in(Role::Administrator).await;
    let detail = format!("/invitations/{}", server.own_id(INVITATION).await);
    let mut nonces = std::collections::BTreeSet::new();
    for path in
        ["/login", "/invitations", "/invitations/new", &detail, "/subscriptions", "/nowhere", "/onboarding/success"]
    {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{path}: {policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(nonces.insert(nonce.to_owned()), "a nonce is used once");
        assert!(!page.body.contains(" style="), "{path}");
        assert!(!page.body.contains(" onclick="), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn what_catena_does_not_document_is_neither_stored_in_the_clear_nor_shown() {
    let server = TestServer::start().await;
    let hook = uuid::Uuid::from_u128(1);
    server.subscribe(hook, &[SECRET]).await;
    let mut body: serde_json::Value = serde_json::from_slice(&example("invitation.accepted")).unwrap();
    body["data"][0]["apiKey"] = "undocumented-1".into();
    body["data"][0]["pin"] = 987_654.into();
    body["data"][0]["note"] = format!("see {}", INVITATION.to_uppercase()).into();
    body["authorization"] = "Bearer undocumented-2".into();
    assert_eq!(server.delivery(hook, serde_json::to_vec(&body).unwrap()).send(&server).await, StatusCode::ACCEPTED);
    let key = server.processed().await[0].key.0;
    // A row of an older version, which kept what it didn't know.
    let database = sqlx::SqlitePool::connect(server.dir.path().join("onramp.db").to_str().unwrap()).await.unwrap();
    let browser = server.signed_in(Role::Viewer).await;
    let page = async || browser.get(&format!("/deliveries/{key}")).await.body;
    let secrets =
        ["undocumented-1", "987654", "undocumented-2", &INVITATION.to_uppercase(), "example-pre-registration"];
    let disk = on_disk(server.dir.path());
    let shown = page().await;
    for secret in secrets {
        assert!(!holds(&disk, secret), "{secret} lies on disk");
        assert!(!shown.contains(secret), "{secret} is shown");
    }
    for documented in ["apiKey", "FLEET-42", "Acme Trucking", "2026-03-03T15:00:00.412884Z", "[redacted]"] {
        assert!(shown.contains(documented), "{documented}: {shown}");
    }
    let old = sqlx::query("UPDATE deliveries SET body = ? WHERE id = ?").bind(body.to_string()).bind(key);
    old.execute(&database).await.unwrap();
    let shown = page().await;
    assert!(shown.contains("FLEET-42") && secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
}
