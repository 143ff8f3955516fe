//! The subscription desk over a real socket, with the sandbox as Catena.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::Method,
    middleware::{Next, from_fn},
    response::IntoResponse as _,
};
use catena::{CreateInvitation, CreateSubscription, SubscriptionFilters, UpdateSubscription};
use domain::{events::delivery::DeliveryState, staff::Role};
use platform::secret::Secret;
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Browser, Catena, TestServer, until};

/// An Onramp with the recommended set and an administrator's browser.
async fn desk() -> (TestServer, Browser) {
    let server = TestServer::start().await;
    server.state.subscriptions.ensure().await.unwrap();
    let browser = server.signed_in(Role::Administrator).await;
    (server, browser)
}

async fn id_of(server: &TestServer, event: &str) -> Uuid {
    let ours = server.state.store.subscriptions().await.unwrap();
    ours.into_iter().find(|row| row.event_name == event && row.status != "deleted").unwrap().webhook_id
}

/// What Catena says of a subscription.
async fn at_catena(server: &TestServer, id: Uuid) -> Option<String> {
    let all = server.state.catena.subscriptions().await.unwrap();
    all.into_iter().find(|one| one.id == id).map(|one| one.status.to_string())
}

/// Somebody makes a subscription at Catena without us.
async fn made_elsewhere(server: &TestServer, event: &str, url: &str, filters: Option<SubscriptionFilters>) -> Uuid {
    let url = server.url.join(url).unwrap();
    let secret = Secret::from("somebody-elses-secret");
    let new = CreateSubscription { url, event_name: event.into(), secret, filters };
    server.state.catena.create_subscription(&new).await.unwrap()[0].id
}

async fn invite(server: &TestServer, fleet_ref: &str) {
    server.state.catena.create_invitation(&CreateInvitation::new(fleet_ref)).await.unwrap();
}

/// Makes a move and looks at the page that it leads to.
async fn moved(browser: &Browser, id: Uuid, name: &str, form: &[(&str, &str)]) -> String {
    let answer = browser.post(&format!("/subscriptions/{id}/{name}"), form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}: {}", answer.body);
    browser.get(answer.header("location")).await.body
}

/// The row of an event in the list.
fn row(page: &str, id: Uuid) -> &str {
    let table = page.split("data-testid=\"subscriptions\"").nth(1).unwrap();
    let row = table.split(&format!("href=\"/subscriptions/{id}\"")).nth(1).expect("a row");
    row.split("</tr>").next().unwrap()
}

#[tokio::test]
async fn the_list_tells_what_is_missing_and_after_one_press_nothing_is() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Administrator).await;
    let page = browser.get("/subscriptions").await.body;
    assert!(page.contains("7 subscriptions are missing") && page.contains("Set up webhooks"), "{page}");
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.header("location"), "/subscriptions?made=22");
    let page = browser.get("/subscriptions?made=22").await.body;
    assert!(page.contains("22 subscriptions were set up."), "{page}");
    assert!(!page.contains("missing") && !page.contains("needs attention"), "{page}");
    assert_eq!(page.matches("data-status=\"active\"").count(), 22);

    let viewer = server.signed_in(Role::Viewer).await.get("/subscriptions").await;
    assert_eq!(viewer.status, StatusCode::OK);
    assert!(!viewer.body.contains("action=\"/subscriptions"), "a viewer is offered no move: {}", viewer.body);
}

#[tokio::test]
async fn only_administrators_change_subscriptions() {
    let (server, _) = desk().await;
    let id = id_of(&server, "invitation.sent").await;
    let moves = ["pause", "activate", "bring-back", "replay", "rotate", "point-here", "take-over", "delete"];
    for role in [Role::Viewer, Role::Operator] {
        let browser = server.signed_in(role).await;
        for path in moves.iter().map(|name| format!("/subscriptions/{id}/{name}")).chain([
            "/subscriptions/new".into(),
            "/subscriptions/fetch-missed".into(),
            "/subscriptions/ensure".into(),
        ]) {
            assert_eq!(browser.post(&path, &[]).await.status, StatusCode::FORBIDDEN, "{path} by {}", role.name());
        }
        assert_eq!(browser.get("/subscriptions/new").await.status, StatusCode::FORBIDDEN);
        let page = browser.get(&format!("/subscriptions/{id}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("action=\"/subscriptions"), "{}", page.body);
    }
    assert_eq!(at_catena(&server, id).await.as_deref(), Some("active"));
}

#[tokio::test]
async fn a_subscription_is_paused_and_activated() {
    let (server, browser) = desk().await;
    let id = id_of(&server, "invitation.viewed").await;
    let page = moved(&browser, id, "pause", &[]).await;
    assert!(page.contains("It is paused: Catena delivers nothing"), "{page}");
    assert_eq!(at_catena(&server, id).await.as_deref(), Some("paused"));
    let list = browser.get("/subscriptions").await.body;
    assert!(
        list.contains("1 subscription needs attention") && row(&list, id).contains("data-status=\"paused\""),
        "{list}"
    );
    moved(&browser, id, "activate", &[]).await;
    assert_eq!(at_catena(&server, id).await.as_deref(), Some("active"));
    assert!(!browser.get("/subscriptions").await.body.contains("needs attention"));
}

#[tokio::test]
async fn a_deletion_is_confirmed_by_the_events_name() {
    let (server, browser) = desk().await;
    let id = id_of(&server, "invitation.viewed").await;
    let path = format!("/subscriptions/{id}/delete");
    for typed in ["", "yes", "invitation.*"] {
        let answer = browser.post(&path, &[("confirm", typed)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.body.contains("Type invitation.viewed to delete") && answer.body.contains("aria-invalid"),
            "{}",
            answer.body
        );
        assert!(answer.body.contains(&format!("value=\"{typed}\"")), "what was typed stays");
    }
    assert_eq!(at_catena(&server, id).await.as_deref(), Some("active"));
    let answer = browser.post(&path, &[("confirm", " invitation.viewed ")]).await;
    assert_eq!(answer.header("location"), "/subscriptions?done=deleted");
    assert_eq!(at_catena(&server, id).await, None);
    let page = browser.get("/subscriptions?done=deleted").await.body;
    assert!(page.contains("1 subscription is missing") && page.contains(">invitation.viewed<"), "{page}");
    assert_eq!(browser.get(&format!("/subscriptions/{id}")).await.status, StatusCode::NOT_FOUND);
    // A press makes exactly the one that is missing.
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.header("location"), "/subscriptions?made=1");
}

#[tokio::test]
async fn others_are_listed_and_left_alone_and_those_that_seem_to_post_here_are_called_out() {
    let (server, browser) = desk().await;
    let foreign = made_elsewhere(&server, "vehicle.added", "http://127.0.0.1:9/theirs/hook", None).await;
    let filters = SubscriptionFilters { fleet_refs: Some(vec!["FLEET-1".into()]), ..SubscriptionFilters::default() };
    let callback = made_elsewhere(&server, "invitation.viewed", "/webhooks/catena", Some(filters)).await;
    let lost = made_elsewhere(&server, "user.added", "/webhooks/catena", None).await;
    assert_eq!(browser.post("/subscriptions/refresh", &[]).await.header("location"), "/subscriptions?done=refreshed");
    let page = browser.get("/subscriptions").await.body;
    assert_eq!(page.matches("not Onramp’s").count(), 3);
    assert!(row(&page, foreign).contains("http://127.0.0.1:9/theirs/*****"), "{page}");
    let attention = page.split("data-testid=\"attention\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(attention.contains(&format!("/subscriptions/{lost}/take-over")), "{attention}");
    assert!(attention.contains(&format!("/subscriptions/{callback}#delete")), "{attention}");
    assert!(!attention.contains(&foreign.to_string()));
    assert!(page.contains("Good to know (1)"));

    // Taken over, what it brings can be verified.
    let page = moved(&browser, lost, "take-over", &[]).await;
    assert!(page.contains("It is Onramp’s now"), "{page}");
    assert_eq!(server.state.store.secrets_of(lost).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_record_of_them_the_set_is_taken_over_and_verified_from_then_on() {
    let (server, browser) = desk().await;
    // As after a start over an empty database: Catena has all of them, we know none, nor any secret.
    for row in server.state.store.subscriptions().await.unwrap() {
        server.state.store.disown(row.webhook_id).await.unwrap();
    }
    let before: Vec<Uuid> = server.state.catena.subscriptions().await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.header("location"), "/subscriptions?made=22");
    let after: Vec<Uuid> = server.state.catena.subscriptions().await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(before, after, "the same ones, none beside them");
    invite(&server, "FLEET-1").await;
    let came = until("the event", async || {
        let all = server.deliveries().await;
        all.into_iter().find(|row| row.event_name.as_deref() == Some("invitation.created"))
    })
    .await;
    assert_ne!(came.state, DeliveryState::Quarantined, "{came:?}");
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.header("location"), "/subscriptions?made=0");
}

#[tokio::test]
async fn of_several_that_could_be_meant_none_is_taken_over() {
    let (server, browser) = desk().await;
    let id = id_of(&server, "execution.failed").await;
    server.state.store.disown(id).await.unwrap();
    // Beside the one that is in the way there is another whose visible part is the same.
    made_elsewhere(&server, "execution.failed", "/webhooks/other", None).await;
    let answer = browser.post("/subscriptions/ensure", &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("can’t tell which one it is"), "{}", answer.body);
    assert!(server.state.store.secrets_of(id).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_that_catena_refuses_to_hand_over_does_not_become_ours() {
    let refuse = |request: Request<Body>, next: Next| async move {
        if request.method() == Method::PATCH {
            return (StatusCode::FORBIDDEN, axum::Json(json!({"code": 403, "message": "Forbidden"}))).into_response();
        }
        next.run(request).await
    };
    let server =
        TestServer::start_with(Catena::Through(Box::new(move |played: Router| played.layer(from_fn(refuse))))).await;
    let browser = server.signed_in(Role::Administrator).await;
    let id = made_elsewhere(&server, "user.added", "/webhooks/catena", None).await;
    browser.post("/subscriptions/refresh", &[]).await;
    let answer = browser.post(&format!("/subscriptions/{id}/take-over"), &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("webhook:update"), "the scope that is lacking: {}", answer.body);
    assert!(server.state.store.subscriptions().await.unwrap().is_empty());
    assert!(answer.body.contains("unknown; it seems to post here"), "{}", answer.body);
}

#[tokio::test]
async fn after_a_move_of_the_public_address_the_set_is_pointed_here_and_keeps_its_secrets() {
    let (server, browser) = desk().await;
    let all = server.state.store.subscriptions().await.unwrap();
    let old: url::Url = server.url.join("/hooks/catena").unwrap();
    for row in &all {
        let change =
            UpdateSubscription { url: Some(old.join(&row.event_name).unwrap()), ..UpdateSubscription::default() };
        server.state.catena.update_subscription(row.webhook_id, &change).await.unwrap();
        server.state.store.set_subscription_url(row.webhook_id, change.url.unwrap().as_str()).await.unwrap();
    }
    let page = browser.get("/subscriptions").await.body;
    assert!(page.contains("7 subscriptions are missing") && page.contains("22 problems need attention"), "{page}");

    // One by one, or all at once.
    let id = id_of(&server, "invitation.created").await;
    let page = moved(&browser, id, "point-here", &[]).await;
    assert!(page.contains("It posts to Onramp’s current address now."), "{page}");
    assert_eq!(browser.post("/subscriptions/ensure", &[]).await.header("location"), "/subscriptions?made=21");
    assert_eq!(server.state.catena.subscriptions().await.unwrap().len(), 22, "moved, not made anew");
    assert!(!browser.get("/subscriptions").await.body.contains("move"));
    invite(&server, "FLEET-1").await;
    let came = until("the event", async || {
        let all = server.processed().await;
        all.into_iter().find(|row| row.event_name.as_deref() == Some("invitation.created"))
    })
    .await;
    assert_eq!(came.state, DeliveryState::Processed);
}

#[tokio::test]
async fn an_event_is_added_by_name_or_wildcard_and_wrong_ones_come_back() {
    let (server, browser) = desk().await;
    let form = browser.get("/subscriptions/new").await.body;
    assert!(form.contains("<datalist") && form.contains("value=\"vehicle.*\""), "{form}");
    let add = async |name: &str| browser.post("/subscriptions/new", &[("event_name", name)]).await;
    for (name, says) in [
        ("", "Enter an event"),
        ("vehicle", "a resource, a dot, and an action"),
        ("nothing.happened", "Catena says: Input should be the name of an event."),
        ("invitation.viewed", "already has a subscription for this event to Onramp"),
        ("connection.*", "or for one that the wildcard stands for"),
    ] {
        let answer = add(name).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
        assert!(answer.body.contains(&format!("value=\"{name}\"")), "{name} stays");
    }
    assert_eq!(
        server.recording.take_violations().len(),
        1,
        "an event that nobody published goes to Catena as it was typed"
    );
    assert_eq!(add(" user.* ").await.header("location"), "/subscriptions?made=3");
    assert_eq!(add("vehicle_location.added").await.header("location"), "/subscriptions?made=1");
    let page = browser.get("/subscriptions").await.body;
    assert!(page.contains("Good to know (4)"), "not needed, and no trouble: {page}");
    assert!(!page.contains("needs attention"));
}

#[tokio::test]
async fn the_log_is_paged_and_filtered() {
    let (server, browser) = desk().await;
    let id = id_of(&server, "invitation.created").await;
    for number in 0..60 {
        invite(&server, &format!("FLEET-{number}")).await;
    }
    until("every event", async || {
        let all = server.deliveries().await;
        (all.iter().filter(|row| row.event_name.as_deref() == Some("invitation.created")).count() == 60).then_some(())
    })
    .await;
    let page = browser.get(&format!("/subscriptions/{id}/logs")).await.body;
    assert_eq!(page.matches("data-status=\"success\"").count(), 50, "{page}");
    let older = page.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap().split('"').next().unwrap();
    let older = browser.get(&older.replace("&amp;", "&")).await.body;
    assert_eq!(older.matches("data-status=\"success\"").count(), 10, "{older}");
    assert!(older.contains(">Newest<") && !older.contains("rel=\"next\""));

    let path = format!("/subscriptions/{id}/logs?status=failed");
    assert!(browser.get(&path).await.body.contains("No requests match this filter."));
    let early = browser.get(&format!("/subscriptions/{id}/logs?to=2026-03-02T15:30")).await;
    assert!(early.body.contains("No requests match this filter."), "{}", early.body);
    let wrong = browser.get(&format!("/subscriptions/{id}/logs?from=yesterday")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Write it as 2026-03-02T15:24.") && wrong.body.contains("value=\"yesterday\""));
    for path in [format!("/subscriptions/{}/logs", Uuid::nil()), "/subscriptions/none".into()] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.body.contains("No such subscription"), "{}", answer.body);
    }
}

#[tokio::test]
async fn while_catena_cannot_be_asked_the_last_state_is_shown_with_what_to_do() {
    let (server, browser) = desk().await;
    browser.post("/subscriptions/refresh", &[]).await;
    let fault = async |count: u32| {
        let url = server.url.join("/sandbox/control/faults").unwrap();
        let body = json!({"status": 502, "count": count}).to_string();
        let request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body);
        assert!(request.send().await.unwrap().status().is_success());
    };
    fault(2).await;
    let answer = browser.post("/subscriptions/refresh", &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("Catena&#x27;s side") || answer.body.contains("Catena's side"), "{}", answer.body);
    let page = browser.get("/subscriptions").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Catena couldn’t be reached, so this list may be out of date."), "{}", page.body);
    assert_eq!(page.body.matches("data-status=\"active\"").count(), 22);
    browser.post("/subscriptions/refresh", &[]).await;
    assert!(!browser.get("/subscriptions").await.body.contains("could not be asked"));

    let id = id_of(&server, "invitation.viewed").await;
    fault(1).await;
    let answer = browser.post(&format!("/subscriptions/{id}/rotate"), &[]).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("both are accepted and nothing is lost"), "{}", answer.body);
    assert_eq!(answer.body.matches("<li>Created ").count(), 2, "{}", answer.body);
    fault(2).await;
    let log = browser.get(&format!("/subscriptions/{id}/logs")).await;
    assert_eq!(log.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn no_secret_of_a_subscription_is_shown_or_lies_on_disk() {
    let (server, browser) = desk().await;
    let id = id_of(&server, "invitation.viewed").await;
    moved(&browser, id, "rotate", &[("leaked", "yes")]).await;
    let page = browser.get(&format!("/subscriptions/{id}")).await.body;
    assert!(page.contains("replaced, but accepted until 2 Mar 2026, 15:41 UTC"), "{page}");
    let files = std::fs::read_dir(server.dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let on_disk: Vec<u8> = files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect();
    for secret in server.state.store.secrets_of(id).await.unwrap() {
        let secret = server
            .state
            .vault
            .open_text(server::security::vault::Purpose::SigningSecret, &secret.secret.sealed)
            .unwrap();
        assert!(secret.len() > 20 && !page.contains(secret.as_str()));
        assert!(!on_disk.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}
