//! Asking again for an invitation, deleting one, and the page on which a fleet's whole history stays together.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode as Status},
    middleware::{Next, from_fn},
    routing::{delete, post},
};
use domain::{onboarding::stage::Stage, staff::Role, timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Browser, Catena, FLEET_REF, INVITATION, TestServer, until};

async fn operator() -> (TestServer, Browser) {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    (server, browser)
}

/// Invites a fleet; gives the path of its invitation and Catena's id of it.
async fn invite(browser: &Browser, fleet_ref: &str) -> (String, String) {
    let typed =
        [("fleet_ref", fleet_ref), ("fleet_name", "J.B. Hunt"), ("preset", "locations"), ("expires_in_hours", "24")];
    let made = browser.post("/invitations/new", &typed).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let path = made.header("location").split('?').next().unwrap().to_owned();
    let id = catena_id(&browser.get(&path).await.body);
    (path, id)
}

fn catena_id(page: &str) -> String {
    page.split("connect?invite=").nth(1).expect("a magic link").chars().take(36).collect()
}

async fn at_catena(server: &TestServer, id: &str, how: &str) {
    let url = server.url.join(&format!("/sandbox/v2/orgs/invitations/{id}/{how}")).unwrap();
    let answer = reqwest::Client::new().post(url).json(&json!({"decline_reason": "Not now"})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

/// Makes the webhooks come, and waits until what the fleet did is known.
async fn heard(server: &TestServer, fleet_ref: &str, stage: Stage) {
    until("the webhook", async || {
        let onboarding = server.onboarding(fleet_ref).await?;
        (onboarding.stage == Some(stage)).then_some(())
    })
    .await;
}

/// The form on a page that asks again: hours, and what pressing it agrees to.
fn offered(page: &str) -> Option<String> {
    let section = page.split("data-testid=\"again\"").nth(1)?.split("</section>").next()?;
    let agreed = section.split("name=\"agreed\" value=\"").nth(1)?.split('"').next()?;
    Some(agreed.to_owned())
}

#[tokio::test]
async fn a_refresh_asks_for_the_same_with_a_later_expiry() {
    let (server, browser) = operator().await;
    let (path, _) = invite(&browser, "ACME 1").await;
    server.clock.advance(time::Duration::hours(1));
    let agreed = offered(&browser.get(&path).await.body).expect("a refresh is offered");
    let typed = [("expires_in_hours", "48"), ("agreed", agreed.as_str())];
    let done = browser.post(&format!("{path}/again"), &typed).await;
    assert_eq!(done.header("location"), format!("{path}?done=refreshed"), "{}", done.body);
    let there = server.state.catena.invitations_of("ACME 1").await.unwrap();
    assert_eq!((there.len(), there[0].expires_in_hours, there[0].permissions.len()), (1, Some(48), 6));
    assert_eq!(there[0].fleet_name.as_deref(), Some("JB Hunt"));
    let facts = server.facts("ACME 1").await;
    let refreshed = facts.iter().find(|fact| fact.kind.name() == "invitation.refreshed").unwrap();
    assert_eq!(refreshed.actor.as_deref(), Some("operator@example.com"));
}

#[tokio::test]
async fn fewer_hours_than_are_left_shorten_nothing_and_the_page_says_what_holds() {
    // In a Catena that takes every refresh at its word, the link would die early: so the call must not ask for less.
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = sent.clone();
    let watch = move |request: Request<Body>, next: Next| {
        let seen = seen.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, 100_000).await.unwrap();
            if parts.method == Method::POST && parts.uri.path().ends_with("/v2/orgs/invitations") {
                let said: Value = serde_json::from_slice(&body).unwrap();
                seen.lock().unwrap().push(said["expires_in_hours"].as_u64().unwrap());
            }
            next.run(Request::from_parts(parts, body.into())).await
        }
    };
    let meddle = Box::new(move |played: Router| played.layer(from_fn(watch)));
    let server = TestServer::start_with(Catena::Through(meddle)).await;
    let browser = server.signed_in(Role::Operator).await;
    let typed = [("fleet_ref", "ACME-1"), ("expires_in_hours", "672")];
    let made = browser.post("/invitations/new", &typed).await;
    let path = made.header("location").split('?').next().unwrap().to_owned();
    server.clock.advance(time::Duration::minutes(90));
    let agreed = offered(&browser.get(&path).await.body).unwrap();
    let typed = [("expires_in_hours", "24"), ("agreed", agreed.as_str())];
    let done = browser.post(&format!("{path}/again"), &typed).await;
    assert_eq!(done.header("location"), format!("{path}?done=refreshed"), "{}", done.body);

    assert_eq!(*sent.lock().unwrap(), [672, 671], "as many as are left, the last one rounded up");
    let there = server.state.catena.invitations_of("ACME-1").await.unwrap();
    assert_eq!(
        timestamp::rfc3339(there[0].expires_at),
        "2026-03-30T16:01:06.000000Z",
        "half an hour later than before"
    );
    let onboarding = server.onboarding("ACME-1").await.unwrap();
    assert_eq!(onboarding.stage, Some(Stage::Created));
    let ends: Vec<_> =
        onboarding.timeline.iter().filter_map(|entry| Some(entry.fact.about.round.as_ref()?.expires_at)).collect();
    assert_eq!(ends.last(), Some(&there[0].expires_at));
    let page = browser.get(&path).await.body;
    let kept =
        page.split("data-testid=\"kept\"").nth(1).expect("what is otherwise").split("</section>").next().unwrap();
    assert!(kept.contains("24, so until 3 Mar 2026") && kept.contains("until 30 Mar 2026"), "{kept}");
}

#[tokio::test]
async fn a_declined_invitation_is_open_again_also_where_its_end_stays() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    browser.post("/subscriptions/ensure", &[]).await;
    let (path, id) = invite(&browser, "ACME-1").await;
    // Twice: the second refresh of one round is a fact of its own.
    for hour in [1, 2] {
        at_catena(&server, &id, "decline").await;
        heard(&server, "ACME-1", Stage::Declined).await;
        server.clock.advance(time::Duration::hours(1));
        let typed = [("expires_in_hours", "1"), ("agreed", "refresh:ACME-1:declined")];
        let done = browser.post(&format!("{path}/again"), &typed).await;
        assert_eq!(done.header("location"), format!("{path}?done=reopened"), "{}", done.body);
        let there = server.state.catena.invitations_of("ACME-1").await.unwrap();
        assert_eq!(timestamp::rfc3339(there[0].expires_at), "2026-03-03T15:31:06.000000Z", "as before");
        assert_eq!(server.onboarding("ACME-1").await.unwrap().stage, Some(Stage::Created), "{hour}");
        let row = server.state.store.invitation(path.rsplit('/').next().unwrap().parse().unwrap()).await.unwrap();
        assert_eq!(row.unwrap().stage, Some(Stage::Created), "{hour}");
    }
}

#[tokio::test]
async fn bad_hours_come_back_beside_their_field() {
    let (_server, browser) = operator().await;
    let (path, _) = invite(&browser, "ACME-1").await;
    let refused = browser.post(&format!("{path}/again"), &[("expires_in_hours", "673")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("value=\"673\"") && refused.body.contains("id=\"expires_in_hours-error\""));
}

#[tokio::test]
async fn a_declined_invitation_is_opened_again_only_after_a_second_look() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    browser.post("/subscriptions/ensure", &[]).await;
    let (path, id) = invite(&browser, "ACME-1").await;
    at_catena(&server, &id, "decline").await;
    heard(&server, "ACME-1", Stage::Declined).await;
    server.clock.advance(time::Duration::hours(1));
    let page = browser.get(&path).await.body;
    assert_eq!(offered(&page).as_deref(), Some(""), "the page alone agrees to nothing");
    let again = format!("{path}/again");
    let asked = browser.post(&again, &[("expires_in_hours", "24"), ("agreed", "")]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.body.contains("“Not now”") && asked.body.contains("Reopen declined invitation"), "{}", asked.body);
    assert!(browser.get(&again).await.body.contains("Reopen declined invitation"), "also for who comes by address");
    let typed = [("expires_in_hours", "24"), ("agreed", "refresh:ACME-1:declined")];
    let done = browser.post(&again, &typed).await;
    assert_eq!(done.header("location"), format!("{path}?done=reopened"), "{}", done.body);
    assert_eq!(server.onboarding("ACME-1").await.unwrap().stage, Some(Stage::Created));
}

#[tokio::test]
async fn a_refresh_that_meets_an_acceptance_asks_once_more() {
    let (server, browser) = operator().await;
    let (path, id) = invite(&browser, "ACME-1").await;
    let agreed = offered(&browser.get(&path).await.body).unwrap();
    at_catena(&server, &id, "accept").await;
    let typed = [("expires_in_hours", "24"), ("agreed", agreed.as_str())];
    let asked = browser.post(&format!("{path}/again"), &typed).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.body.contains("The fleet has already accepted"), "{}", asked.body);
}

#[tokio::test]
async fn after_its_expiry_a_fleet_is_invited_anew_and_its_history_stays_together() {
    let (server, browser) = operator().await;
    let (first, first_id) = invite(&browser, "ACME 1").await;
    server.clock.advance(time::Duration::hours(25));
    let browser = {
        let browser = server.browser();
        browser.post("/login", &[("email", "operator@example.com"), ("password", crate::support::PASSWORD)]).await;
        browser
    };
    let page = browser.get(&first).await.body;
    assert_eq!(offered(&page).as_deref(), Some(""));
    let done = browser.post(&format!("{first}/again"), &[("expires_in_hours", "24")]).await;
    let second = done.header("location").split('?').next().unwrap().to_owned();
    assert!(done.header("location").ends_with("?done=created") && second != first, "{}", done.body);
    let page = browser.get(&second).await.body;
    assert_ne!(catena_id(&page), first_id, "another link");
    let there = server.state.catena.invitations_of("ACME 1").await.unwrap();
    assert!(there.iter().all(|one| one.permissions.len() == 6), "it asks for the same");

    let old = browser.get(&first).await.body;
    assert!(offered(&old).is_none() && old.contains(&format!("href=\"{second}\"")), "the old one leads to the new one");
    let from_old = browser.post(&format!("{first}/again"), &[("expires_in_hours", "24")]).await;
    assert_eq!(from_old.header("location"), second);

    assert!(page.contains("href=\"/fleets/ACME%201\""), "{page}");
    let fleet = browser.get("/fleets/ACME%201").await;
    assert_eq!(fleet.status, StatusCode::OK);
    for path in [&first, &second] {
        assert!(fleet.body.contains(&format!("href=\"{path}\"")), "{path}");
    }
    let rounds = fleet.body.split("data-testid=\"rounds\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert_eq!((rounds.matches("New invitation").count(), rounds.matches("operator@example.com").count()), (2, 2));
    assert!(rounds.contains("Expired"), "{rounds}");
    assert!(!fleet.body.contains("connect?invite="), "a fleet's page holds no link");
}

#[tokio::test]
async fn an_unknown_fleet_is_a_page_that_helps() {
    let (_server, browser) = operator().await;
    let page = browser.get("/fleets/nobody").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("No such fleet"), "{}", page.body);
}

#[tokio::test]
async fn what_was_invited_elsewhere_is_asked_again_through_the_whole_form() {
    let (server, browser) = operator().await;
    server.send_example("invitation.created").await;
    server.processed().await;
    let path = format!("/invitations/{}", server.own_id(INVITATION).await);
    let page = browser.get(&path).await.body;
    let form = format!("/invitations/new?fleet_ref={FLEET_REF}&amp;fleet_name=Acme+Trucking");
    assert!(page.contains(&form), "{page}");
    let elsewhere = browser.post(&format!("{path}/again"), &[("expires_in_hours", "24")]).await;
    assert_eq!(elsewhere.header("location"), form.replace("&amp;", "&"));
}

#[tokio::test]
async fn deleting_is_asked_first_and_told_with_who_did_it() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    browser.post("/subscriptions/ensure", &[]).await;
    let (path, _) = invite(&browser, "ACME-1").await;
    assert!(browser.get(&path).await.body.contains(&format!("href=\"{path}/delete\"")));
    let question = browser.get(&format!("{path}/delete")).await;
    assert!(question.body.contains("Delete invitation</button>"), "{}", question.body);
    assert_eq!(server.state.catena.invitations_of("ACME-1").await.unwrap().len(), 1, "a look deletes nothing");

    let done = browser.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(done.header("location"), format!("{path}?done=deleted"), "{}", done.body);
    assert!(server.state.catena.invitations_of("ACME-1").await.unwrap().is_empty());
    let deleted = until("the webhook that confirms it", async || {
        let facts = server.facts("ACME-1").await;
        facts.into_iter().find(|fact| fact.kind.name() == "invitation.deleted" && fact.event_id.is_some())
    })
    .await;
    assert_eq!(deleted.actor.as_deref(), Some("administrator@example.com"));
    let facts = server.facts("ACME-1").await;
    let mut kinds: Vec<_> = facts.iter().map(|fact| fact.kind.name()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["invitation.created", "invitation.deleted", "link.shown"], "told twice, it is one fact");
    let twice = browser.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(offered(&browser.get(&path).await.body).is_some(), "it can be asked again");
}

#[tokio::test]
async fn an_invitation_that_was_accepted_meanwhile_is_not_deleted() {
    let (server, browser) = operator().await;
    let (path, id) = invite(&browser, "ACME-1").await;
    at_catena(&server, &id, "accept").await;
    let refused = browser.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("accepted this invitation in the meantime"), "{}", refused.body);
    assert!(server.facts("ACME-1").await.iter().all(|fact| fact.kind.name() != "invitation.deleted"));
}

/// A Catena that makes one invitation and answers its deletion with `status`.
async fn against(status: u16) -> (TestServer, Browser, String) {
    let token = async || Json(json!({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}));
    let made = async || {
        let mut invitation = contract::sample("invitation");
        invitation["fleet_ref"] = json!("ACME-1");
        invitation["status"] = json!("active");
        invitation["expires_at"] = json!("2026-03-03T15:31:06Z");
        (Status::CREATED, Json(invitation))
    };
    let answer = async move || {
        let body = json!({"code": status, "message": "x", "detail": null});
        (Status::from_u16(status).unwrap(), Json(body))
    };
    let list = async || Json(json!({"items": [], "total": 0}));
    let routes = Router::new()
        .route("/realms/catena/protocol/openid-connect/token", post(token))
        .route("/v2/orgs/invitations", post(made).get(list))
        .route("/v2/orgs/invitations/{id}", delete(answer).get(answer));
    let server = TestServer::start_with(Catena::Routes(routes)).await;
    let browser = server.signed_in(Role::Operator).await;
    let made = browser.post("/invitations/new", &[("fleet_ref", "ACME-1")]).await;
    let path = made.header("location").split('?').next().unwrap().to_owned();
    (server, browser, path)
}

#[tokio::test]
async fn one_that_is_gone_already_counts_as_deleted_and_a_refusal_is_said() {
    // CONTRACT.md 13.15: what a refusal after acceptance comes as is not documented.
    for (status, want) in [(404, StatusCode::SEE_OTHER), (403, StatusCode::BAD_GATEWAY), (500, StatusCode::BAD_GATEWAY)]
    {
        let (server, browser, path) = against(status).await;
        let done = browser.post(&format!("{path}/delete"), &[]).await;
        assert_eq!(done.status, want, "{status}: {}", done.body);
        let deleted = server.onboarding("ACME-1").await.unwrap().stage == Some(Stage::Deleted);
        assert_eq!(deleted, status == 404, "{status}");
    }
}

#[tokio::test]
async fn a_viewer_may_look_at_it_all_and_do_none_of_it() {
    let (server, browser) = operator().await;
    let (path, _) = invite(&browser, "ACME-1").await;
    let viewer = server.signed_in(Role::Viewer).await;
    let page = viewer.get(&path).await.body;
    assert!(!page.contains("data-testid=\"again\"") && !page.contains("/delete"), "{page}");
    assert!(!viewer.get("/fleets/ACME-1").await.body.contains("/invitations/new"));
    for action in ["again", "delete"] {
        assert_eq!(viewer.get(&format!("{path}/{action}")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(viewer.post(&format!("{path}/{action}"), &[]).await.status, StatusCode::FORBIDDEN);
    }
}
