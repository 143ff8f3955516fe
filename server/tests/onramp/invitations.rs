//! Inviting fleets: against the sandbox, and against a Catena that fails in every documented way.

use axum::{
    Json, Router,
    http::StatusCode as Status,
    response::{Html, IntoResponse as _, Response},
    routing::{get, post},
};
use domain::{onboarding::stage::Stage, staff::Role};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Answer, Browser, Catena, TestServer, until};

async fn invite(browser: &Browser, fleet_ref: &str) -> Answer {
    let form = [
        ("fleet_ref", fleet_ref),
        ("fleet_name", "J.B. Hunt"),
        ("expires_in_hours", "24"),
        ("permission.vehicle", "read"),
    ];
    browser.post("/invitations/new", &form).await
}

#[tokio::test]
async fn an_invitation_is_made_shown_and_refreshed_by_asking_again() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let made = invite(&browser, "ACME-1").await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let path = made.header("location").to_owned();
    let page = browser.get(&path).await;
    assert!(page.body.contains("J.B. Hunt") && page.body.contains("/sandbox/connect?invite="), "{}", page.body);
    assert!(page.body.contains("Vehicles"), "what was asked for is shown");

    server.clock.advance(time::Duration::hours(1));
    let form = [("fleet_ref", "ACME-1"), ("permission.vehicle", "read"), ("agreed", "refresh:ACME-1:active")];
    let again = browser.post("/invitations/new", &form).await;
    assert_eq!(again.header("location"), path.replace("created", "refreshed"), "the same invitation");
    let facts = server.facts("ACME-1").await;
    let kinds: Vec<_> = facts.iter().map(|fact| (fact.kind.name(), fact.actor.as_deref())).collect();
    let steps = ["invitation.created", "link.shown", "invitation.refreshed", "link.shown"];
    assert_eq!(kinds, steps.map(|step| (step, Some("operator@example.com"))));
}

#[tokio::test]
async fn the_webhook_confirms_what_staff_did_and_is_not_shown_twice() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.header("location"), "/subscriptions?made=22");
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.header("location"), "/subscriptions?made=0");
    invite(&browser, "ACME-1").await;
    until("the webhook", async || {
        let facts = server.facts("ACME-1").await;
        facts.iter().any(|fact| fact.event_id.is_some()).then_some(())
    })
    .await;
    let facts = server.facts("ACME-1").await;
    let kinds: Vec<_> = facts.iter().map(|fact| fact.kind.name()).collect();
    assert_eq!(kinds, ["invitation.created", "link.shown"]);
    assert_eq!((facts[0].source.name(), facts[0].actor.as_deref()), ("webhook", Some("administrator@example.com")));
    let recording = &server.recording;
    assert!(recording.requests() > 7 && recording.answers() >= recording.requests(), "all of it beside the documents");
}

#[tokio::test]
async fn a_link_that_ran_out_is_expired_without_anyone_telling() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    invite(&browser, "ACME-1").await;
    server.clock.advance(time::Duration::hours(24) + time::Duration::seconds(11));
    server::jobs::invitation_expiry::notice(&server.state.store, &server.state.timeline, &server.state.clock)
        .await
        .unwrap();
    let onboarding = server.onboarding("ACME-1").await.unwrap();
    assert_eq!(onboarding.stage, Some(Stage::Expired));
    assert_eq!(onboarding.timeline.last().unwrap().fact.source.name(), "check");
}

#[tokio::test]
async fn bad_input_comes_back_with_what_was_typed_and_each_error_beside_its_field() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let form = [
        ("fleet_ref", "a/b"),
        ("fleet_name", "Typed <b>Name</b>"),
        ("fleet_phone", "555"),
        ("expires_in_hours", "673"),
    ];
    let answer = browser.post("/invitations/new", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Typed &lt;b&gt;Name&lt;/b&gt;"), "what was typed stays, escaped");
    for sentence in ["Use only letters, digits", "country code", "1 to 672"] {
        assert!(answer.body.contains(sentence) || answer.body.contains(&sentence.replace("&#x27;", "'")), "{sentence}");
    }
    assert!(server.onboarding("a/b").await.is_none());
}

/// A Catena that gives tokens, knows no invitation and answers every new one with `answer`.
async fn against(answer: fn() -> Response) -> (TestServer, Browser) {
    let token = async || Json(json!({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}));
    let none = async || Json(json!({"items": [], "total": 0}));
    let routes = Router::new()
        .route("/realms/catena/protocol/openid-connect/token", post(token))
        .route("/v2/orgs/invitations", post(async move || answer()).get(none))
        .route("/v2/notifications/webhooks", get(async move || answer()).post(async move || answer()));
    let server = TestServer::start_with(Catena::Routes(routes)).await;
    let browser = server.signed_in(Role::Administrator).await;
    (server, browser)
}

fn error(status: u16, detail: serde_json::Value) -> Response {
    let body = json!({"code": status, "message": "x", "detail": detail});
    (Status::from_u16(status).unwrap(), Json(body)).into_response()
}

#[tokio::test]
async fn whatever_catena_answers_the_form_comes_back_with_what_was_typed_and_what_to_do() {
    type Case = (&'static str, fn() -> Response, StatusCode);
    let table: [Case; 9] = [
        ("401", || error(401, json!("Token expired")), StatusCode::BAD_GATEWAY),
        ("403", || error(403, json!(null)), StatusCode::BAD_GATEWAY),
        ("409", || error(409, json!("Invitation already accepted")), StatusCode::BAD_GATEWAY),
        ("422 without fields", || error(422, json!(null)), StatusCode::BAD_GATEWAY),
        ("429", || error(429, json!({"retry_after_seconds": 60, "message": "slow"})), StatusCode::BAD_GATEWAY),
        ("500", || error(500, json!(null)), StatusCode::BAD_GATEWAY),
        ("HTML", || (Status::BAD_GATEWAY, Html("<html>down</html>")).into_response(), StatusCode::BAD_GATEWAY),
        ("200 and no invitation", || Json(json!({"ok": true})).into_response(), StatusCode::BAD_GATEWAY),
        (
            "422 with a field of ours",
            || {
                error(
                    422,
                    json!([{"path": "body.fleet_country_code", "input": "XXX", "message": "Invalid country", "error_type": "x"}]),
                )
            },
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    ];
    for (name, answer, want) in table {
        let (server, browser) = against(answer).await;
        let page = invite(&browser, "ACME-1").await;
        assert_eq!(page.status, want, "{name}");
        assert!(page.body.contains("ACME-1") && page.body.contains("J.B. Hunt"), "{name}: what was typed stays");
        assert!(server.onboarding("ACME-1").await.is_none(), "{name}");
        let text = page.body.to_lowercase();
        let advises = ["try again", "check", "ask", "wait", "catena says"].iter().any(|word| text.contains(word));
        assert!(advises, "{name}: {}", page.body);
    }
}

#[tokio::test]
async fn a_refused_field_that_the_form_does_not_have_is_said_above_it() {
    let (_server, browser) = against(|| {
        error(422, json!([{"path": "body.brand_new", "input": "", "message": "Field required", "error_type": "x"}]))
    })
    .await;
    let page = invite(&browser, "ACME-1").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("brand_new"), "{}", page.body);
}

#[tokio::test]
async fn a_catena_that_never_answers_or_is_not_there_is_said() {
    let token = async || Json(json!({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}));
    let none = async || Json(json!({"items": [], "total": 0}));
    let routes = Router::new()
        .route("/realms/catena/protocol/openid-connect/token", post(token))
        .route("/v2/orgs/invitations", post(async || std::future::pending::<Response>().await).get(none));
    let silent = TestServer::start_with(Catena::Routes(routes)).await;
    let absent = TestServer::start_with(Catena::Routes(Router::new())).await;
    for (server, sentence) in [(&silent, "in time"), (&absent, "CATENA_AUTH_URL")] {
        let browser = server.signed_in(Role::Administrator).await;
        let page = invite(&browser, "ACME-1").await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY);
        assert!(page.body.contains("J.B. Hunt") && page.body.contains(sentence), "{sentence}: {}", page.body);
    }
}

#[tokio::test]
async fn the_list_pages_without_losing_a_row() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    assert!(browser.get("/invitations").await.body.contains("New invitation"), "an empty list says what to do");
    for number in 0..51 {
        invite(&browser, &format!("ACME-{number:03}")).await;
        server.clock.advance(time::Duration::seconds(1));
    }
    let first = browser.get("/invitations").await.body;
    assert!(first.contains("ACME-050") && first.contains("ACME-001") && !first.contains("ACME-000"));
    let older = first
        .split("href=\"")
        .find_map(|rest| rest.split('"').next().filter(|href| href.starts_with("/invitations?behind=")))
        .unwrap();
    let second = browser.get(&older.replace("&amp;", "&")).await.body;
    assert!(second.contains("ACME-000") && !second.contains("ACME-001"));
    assert_eq!(browser.get("/invitations?behind=nonsense").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_invitation_is_a_page_that_helps() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Viewer).await;
    for id in ["01a20949-03f1-7ee9-bb4b-19940784cdae", "nonsense", "../etc/passwd"] {
        let page = browser.get(&format!("/invitations/{id}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{id}");
        assert!(page.body.contains("href=\"/invitations\""), "{id}");
    }
}
