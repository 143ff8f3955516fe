//! The pages that fleets come back to: claims, never proofs.

use domain::onboarding::stage::Stage;
use reqwest::StatusCode;

use crate::support::{Answer, Browser, FLEET_REF, INVITATION, TestServer};

async fn invited() -> TestServer {
    let server =
        TestServer::start_at("2026-03-02T15:10:00Z", crate::support::Catena::Sandbox, tempfile::tempdir().unwrap())
            .await;
    server.send_example("invitation.created").await;
    server.processed().await;
    server
}

/// Comes with a query and follows to the clean page.
async fn land(browser: &Browser, page: &str, query: &str) -> Answer {
    let path = format!("/onboarding/{page}");
    let first = browser.get(&format!("{path}?{query}")).await;
    assert_eq!((first.status, first.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
    for answer in [&first, &browser.get(&path).await] {
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-robots-tag"), "noindex");
    }
    browser.get(&path).await
}

#[tokio::test]
async fn a_true_pair_sees_its_reference_and_is_noted_as_not_confirmed() {
    let server = invited().await;
    let browser = server.browser();
    let query = format!("invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=success&tsp_count=2&new_parameter=x");
    let page = land(&browser, "success", &query).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(FLEET_REF));
    assert!(!page.body.contains(INVITATION));
    let onboarding = server.onboarding(FLEET_REF).await.unwrap();
    let entry = onboarding.timeline.iter().find(|entry| entry.fact.kind.is_claim()).unwrap();
    assert!(!entry.confirmed);
    assert_eq!(entry.fact.about.note.as_deref(), Some("providers connected: 2"));
    assert_eq!(onboarding.stage, Some(Stage::Created), "a claim moves nothing");

    for event in ["invitation.accepted", "fleet_connection.created"] {
        server.send_example(event).await;
    }
    server.processed().await;
    let onboarding = server.onboarding(FLEET_REF).await.unwrap();
    assert!(onboarding.timeline.iter().all(|entry| entry.confirmed), "the webhook confirms it");
}

#[tokio::test]
async fn coming_again_and_again_adds_nothing() {
    let server = invited().await;
    for count in 0..5 {
        let query = format!("invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=success&tsp_count={count}");
        land(&server.browser(), "success", &query).await;
    }
    assert_eq!(server.facts(FLEET_REF).await.len(), 2);
}

#[tokio::test]
async fn anything_but_a_true_pair_sees_a_neutral_page_and_leaves_nothing() {
    let server = invited().await;
    let long = "x".repeat(10_000);
    let hostile = [
        format!("invitation_id={INVITATION}"),
        format!("fleet_ref={FLEET_REF}"),
        format!("invitation_id={INVITATION}&fleet_ref=OTHER"),
        format!("invitation_id={INVITATION}&fleet_ref=fleet-42"),
        format!("invitation_id=019caf10-331c-7fc1-b466-000000000000&fleet_ref={FLEET_REF}"),
        format!("invitation_id=<script>&fleet_ref={FLEET_REF}&status=<b>"),
        format!("invitation_id={INVITATION}&fleet_ref={FLEET_REF}&pad={long}"),
        "%ff%fe=%00".to_owned(),
        "status=success".to_owned(),
    ];
    for query in &hostile {
        for which in ["success", "failure"] {
            let page = land(&server.browser(), which, query).await;
            assert_eq!(page.status, StatusCode::OK, "{query}");
            assert!(!page.body.contains(FLEET_REF), "{query}");
        }
    }
    assert_eq!(server.facts(FLEET_REF).await.len(), 1);
}

#[tokio::test]
async fn either_page_takes_an_integration_request() {
    let server = invited().await;
    for page in ["success", "failure"] {
        let query = format!(
            "invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=integration-requested&integration_request_id=r-1&skip_reason=provider-not-listed"
        );
        let answer = land(&server.browser(), page, &query).await;
        assert!(answer.body.contains(FLEET_REF), "{page}");
    }
    let facts = server.facts(FLEET_REF).await;
    let requested: Vec<_> = facts.iter().filter(|fact| fact.kind.name() == "landing.integration_requested").collect();
    assert_eq!(requested.len(), 1);
    assert!(requested[0].about.note.as_deref().unwrap().contains("provider-not-listed"));
}

#[tokio::test]
async fn the_note_in_the_browser_can_neither_be_forged_nor_outlive_its_time() {
    let server = invited().await;
    let browser = server.browser();
    let name = server.state.settings.public_url.cookie_name("onramp-landing");
    let forged = browser.request(reqwest::Method::GET, "/onboarding/success").header("cookie", format!("{name}=AAAA"));
    assert!(!browser.send(forged).await.body.contains(FLEET_REF));
    let query = format!("invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=success");
    assert!(land(&browser, "success", &query).await.body.contains(FLEET_REF));
    assert!(!browser.get("/onboarding/failure").await.body.contains(FLEET_REF), "the other page knows nothing of it");
    server.clock.advance(time::Duration::minutes(16));
    assert!(!browser.get("/onboarding/success").await.body.contains(FLEET_REF));
}

#[tokio::test]
async fn the_failure_page_asks_catena_whether_the_invitation_is_over_before_any_webhook_tells() {
    let server = TestServer::start().await;
    let staff = server.signed_in(domain::staff::Role::Operator).await;
    let made = staff.post("/invitations/new", &[("fleet_ref", FLEET_REF)]).await;
    let detail = staff.get(made.header("location")).await.body;
    let id = &detail.split("/sandbox/connect?invite=").nth(1).unwrap()[..36];
    let query = format!("invitation_id={id}&fleet_ref={FLEET_REF}&status=failure");
    let open = land(&server.browser(), "failure", &query).await;
    assert!(open.body.contains("still works"), "{}", open.body);

    let decline = server.url.join(&format!("/sandbox/v2/orgs/invitations/{id}/decline")).unwrap();
    let answer = reqwest::Client::new().post(decline).json(&serde_json::json!({})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    // For some seconds, it isn't asked again.
    server.clock.advance(time::Duration::seconds(5));
    let over = land(&server.browser(), "failure", &query).await;
    assert!(over.body.contains(FLEET_REF) && !over.body.contains("still works"));
}

#[tokio::test]
async fn the_failure_page_makes_do_with_what_is_known_when_catena_does_not_answer() {
    let server = TestServer::start_with(crate::support::Catena::Routes(axum::Router::new())).await;
    let query = format!("invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=failure");
    server.send_example("invitation.created").await;
    server.processed().await;
    assert!(land(&server.browser(), "failure", &query).await.body.contains("still works"));
    server.send_example("invitation.declined").await;
    server.processed().await;
    assert!(!land(&server.browser(), "failure", &query).await.body.contains("still works"));
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_landing_page() {
    let server = invited().await;
    for path in [
        "/onboarding/success",
        "/onboarding/success/",
        "//onboarding/success",
        "/onboarding/failure/",
        "//onboarding/failure",
    ] {
        let url = format!("{}{path}", server.url.as_str().trim_end_matches('/'));
        let answer = reqwest::get(url).await.unwrap();
        assert_eq!(
            (answer.status(), &answer.headers()["cache-control"]),
            (StatusCode::OK, &"no-store".parse().unwrap()),
            "{path}"
        );
        assert!(!answer.text().await.unwrap().contains("Sign in"), "{path}");
    }
    let query = format!("invitation_id={INVITATION}&fleet_ref={FLEET_REF}&status=success");
    let first = server.browser().get(&format!("/onboarding/success/?{query}")).await;
    assert_eq!((first.status, first.header("location")), (StatusCode::SEE_OTHER, "/onboarding/success"));
    assert!(server.facts(FLEET_REF).await.iter().any(|fact| fact.kind.is_claim()), "and is noted");
}
