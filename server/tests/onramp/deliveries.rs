//! The inbox as staff meet it: what is listed, what is told of one delivery, and another chance for what was put aside.

use domain::{events::delivery::DeliveryState, onboarding::stage::Stage, staff::Role};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::{jobs::delivery_cleanup, store::DeliveryKey};
use sqlx::{Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};
use time::Duration;
use uuid::Uuid;

use crate::support::{Catena, FLEET_REF, INVITATION, SECRET, TestServer, example, sign, until};

const HOOK: Uuid = Uuid::from_u128(1);

async fn server() -> TestServer {
    let server = TestServer::start().await;
    server.subscribe(HOOK, &[SECRET]).await;
    server
}

/// Key of the newest delivery.
async fn newest(server: &TestServer) -> DeliveryKey {
    server.processed().await.iter().map(|row| row.key).max().unwrap()
}

async fn state(server: &TestServer, key: DeliveryKey) -> DeliveryState {
    server.processed().await.iter().find(|row| row.key == key).unwrap().state
}

/// A body that can't be processed, until its record has an id.
fn poison() -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(&example("invitation.viewed")).unwrap();
    value["data"][0]["id"] = Value::Null;
    serde_json::to_vec(&value).unwrap()
}

#[tokio::test]
async fn a_delivery_whose_processing_breaks_off_again_and_again_is_put_aside_and_holds_up_no_other() {
    let server = server().await;
    // The database answers, and refuses this one thing: as a bug of ours would look.
    let options = SqliteConnectOptions::new().filename(server.dir.path().join("onramp.db"));
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let refuse = "CREATE TRIGGER bug BEFORE INSERT ON facts WHEN NEW.kind = 'invitation.sent'
                  BEGIN SELECT RAISE(FAIL, 'a bug'); END";
    database.execute(refuse).await.unwrap();
    for event in ["invitation.created", "invitation.sent", "invitation.viewed"] {
        server.delivery(HOOK, example(event)).with("x-event-type", event).send(&server).await;
    }
    let rows = server.processed().await;
    let ends: Vec<_> = rows.iter().map(|row| (row.event_name.as_deref().unwrap_or_default(), row.state)).collect();
    assert_eq!(
        ends,
        [
            ("invitation.viewed", DeliveryState::Processed),
            ("invitation.sent", DeliveryState::Parked),
            ("invitation.created", DeliveryState::Processed),
        ]
    );
    assert!(rows[1].reason.as_deref().is_some_and(|reason| reason.contains("failed 3 times")), "{rows:?}");

    database.execute("DROP TRIGGER bug").await.unwrap();
    let browser = server.signed_in(Role::Operator).await;
    browser.post(&format!("/deliveries/{}/process-again", rows[1].key.0), &[]).await;
    assert_eq!(state(&server, rows[1].key).await, DeliveryState::Processed);
}

#[tokio::test]
async fn a_delivery_tells_what_it_changed_and_which_others_told_the_same() {
    let server = server().await;
    let browser = server.signed_in(Role::Viewer).await;
    server.send_example("invitation.viewed").await;
    let first = newest(&server).await;
    // The same event through another subscription, under an id of its own.
    let mut again: Value = serde_json::from_slice(&example("invitation.viewed")).unwrap();
    again["id"] = json!("019caf23-24b2-7b44-af7b-93989e01685e");
    server
        .delivery(HOOK, serde_json::to_vec(&again).unwrap())
        .with("x-schema-version", "1.2")
        .with("cookie", "private=1")
        .send(&server)
        .await;
    let second = newest(&server).await;
    assert_eq!(state(&server, second).await, DeliveryState::Duplicate);

    let page = browser.get(&format!("/deliveries/{}", first.0)).await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["Fleet opened the link", FLEET_REF, "data-state=\"processed\"", &format!("/deliveries/{}\"", second.0)]
    {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(page.body.contains("[redacted]") && !page.body.contains(INVITATION), "the payload is redacted");
    let page = browser.get(&format!("/deliveries/{}", second.0)).await;
    for part in ["Already known", "X-Schema-Version", "1.2", &format!("/deliveries/{}\"", first.0)] {
        assert!(page.body.contains(part), "{part}");
    }
    assert!(!page.body.contains("private=1"), "only documented headers are kept");
}

#[tokio::test]
async fn the_list_is_narrowed_as_asked_and_says_what_is_wrong_with_a_time() {
    let server = server().await;
    let browser = server.signed_in(Role::Viewer).await;
    let empty = browser.get("/deliveries").await;
    assert!(empty.body.contains("Catena hasn’t sent anything yet."));
    server.send_example("invitation.created").await;
    server.send_example("connection.created").await;
    server.delivery(HOOK, poison()).send(&server).await;
    server.processed().await;
    let rows = async |query: &str| browser.get(&format!("/deliveries{query}")).await.body.matches("row-link").count();
    let table = [
        ("", 3),
        ("?state=parked", 1),
        ("?state=processed", 2),
        ("?event=connection.created", 1),
        ("?event=connection.created&state=parked", 0),
        ("?from=2026-03-02T15:31&to=2026-03-02T15:31", 3),
        ("?from=2026-03-02T15:32", 0),
        ("?to=2026-03-02T15:30", 0),
        ("?state=nonsense&behind=nonsense", 3),
    ];
    for (query, want) in table {
        assert_eq!(rows(query).await, want, "{query}");
    }
    for query in ["?from=yesterday", "?from=2026-03-03T00:00&to=2026-03-02T00:00"] {
        let answer = browser.get(&format!("/deliveries{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(answer.body.contains("class=\"error\""), "{query}");
    }
    assert!(browser.get("/deliveries?state=quarantined").await.body.contains("No deliveries match this filter."));
}

#[tokio::test]
async fn long_lists_are_read_page_by_page_within_their_filter() {
    let server = server().await;
    let browser = server.signed_in(Role::Viewer).await;
    for number in 0..53 {
        let body = format!(r#"{{"event_name":"new.thing","data":[{{"number":{number}}}]}}"#);
        server.delivery(HOOK, body.into_bytes()).send(&server).await;
    }
    server.processed().await;
    let first = browser.get("/deliveries?event=new.thing").await.body;
    assert_eq!(first.matches("row-link").count(), 50);
    let next = first.split("href=\"").find(|part| part.contains("rel=\"next\"")).unwrap().split('"').next().unwrap();
    let second = browser.get(&next.replace("&amp;", "&")).await.body;
    assert_eq!(second.matches("row-link").count(), 3);
    assert!(second.contains("href=\"/deliveries?event=new.thing\""), "back to the newest of the same filter");
}

#[tokio::test]
async fn a_parked_delivery_is_processed_again_on_request() {
    let server = server().await;
    let browser = server.signed_in(Role::Operator).await;
    server.delivery(HOOK, poison()).send(&server).await;
    let key = newest(&server).await;
    assert_eq!(state(&server, key).await, DeliveryState::Parked);
    let page = browser.get(&format!("/deliveries/{}", key.0)).await.body;
    assert!(page.contains("record 1 has no usable") && page.contains("Process again"), "{page}");
    // What made it fail is mended, as an update of Onramp would: here, what lies in the inbox.
    let mended = server.state.vault.seal(server::security::vault::Purpose::Body, &example("invitation.viewed"));
    let database = sqlx::SqlitePool::connect(server.dir.path().join("onramp.db").to_str().unwrap()).await.unwrap();
    sqlx::query("UPDATE deliveries SET sealed_body = ? WHERE id = ?")
        .bind(mended)
        .bind(key.0)
        .execute(&database)
        .await
        .unwrap();
    let answer = browser.post(&format!("/deliveries/{}/process-again", key.0), &[]).await;
    assert_eq!(answer.header("location"), format!("/deliveries/{}?done=process", key.0));
    assert_eq!(state(&server, key).await, DeliveryState::Processed);
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Viewed));
    // A second click, from a page that is out of date, changes nothing.
    let answer = browser.post(&format!("/deliveries/{}/process-again", key.0), &[]).await;
    assert_eq!(answer.header("location"), format!("/deliveries/{}", key.0));
    assert_eq!(server.facts(FLEET_REF).await.len(), 1);
}

#[tokio::test]
async fn everything_parked_is_processed_again_at_once() {
    let server = server().await;
    let browser = server.signed_in(Role::Operator).await;
    for _ in 0..3 {
        server.delivery(HOOK, poison()).send(&server).await;
    }
    server.processed().await;
    assert!(browser.get("/deliveries?state=parked").await.body.contains("Process all parked again"));
    assert!(!browser.get("/deliveries").await.body.contains("Process all parked again"));
    let answer = browser.post("/deliveries/process-again", &[]).await;
    let page = browser.get(answer.header("location")).await.body;
    assert!(page.contains("3 deliveries will be processed again now."), "{page}");
    assert!(server.processed().await.iter().all(|row| row.state == DeliveryState::Parked), "nothing was mended");
}

#[tokio::test]
async fn quarantined_deliveries_are_verified_again_after_the_secret_is_corrected() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    server.subscribe(HOOK, &["not-the-secret-that-catena-has"]).await;
    let mut keys = Vec::new();
    for event in ["invitation.created", "invitation.viewed", "invitation.accepted"] {
        assert_eq!(server.delivery(HOOK, example(event)).send(&server).await, StatusCode::UNAUTHORIZED);
        keys.push(newest(&server).await);
    }
    let forged = server.delivery(HOOK, example("invitation.deleted")).with("x-catena-signature", "AAAA");
    assert_eq!(forged.send(&server).await, StatusCode::UNAUTHORIZED);
    let path = format!("/deliveries/{}/verify-again", keys[0].0);
    let answer = browser.post(&path, &[]).await;
    assert!(answer.header("location").ends_with("?done=refused"));
    assert_eq!(state(&server, keys[0]).await, DeliveryState::Quarantined);

    // Hours later somebody finds the right one: that it was sent long ago doesn't count against it.
    server.clock.advance(Duration::hours(5));
    server.subscribe(HOOK, &[SECRET]).await;
    let answer = browser.post(&path, &[]).await;
    assert!(answer.header("location").ends_with("?done=verify"));
    assert_eq!(state(&server, keys[0]).await, DeliveryState::Processed);
    let answer = browser.post("/deliveries/verify-again", &[]).await;
    assert_eq!(answer.header("location"), "/deliveries?done=verify&count=2&refused=1");
    server.processed().await;
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Accepted), "and not deleted");
    assert!(browser.get("/deliveries?state=quarantined").await.body.contains("the signature doesn"));
}

#[tokio::test]
async fn a_delivery_refused_for_a_wrong_clock_can_be_verified_once_the_clock_is_right() {
    let server = server().await;
    let browser = server.signed_in(Role::Operator).await;
    let body = example("invitation.viewed");
    let sent = "2026-03-02T14:00:00+00:00";
    let delivery = server
        .delivery(HOOK, body.clone())
        .with("x-catena-timestamp", sent)
        .with("x-catena-signature", &sign(SECRET, sent, &body));
    assert_eq!(delivery.send(&server).await, StatusCode::UNAUTHORIZED);
    let key = newest(&server).await;
    browser.post("/deliveries/verify-again", &[]).await;
    assert_eq!(state(&server, key).await, DeliveryState::Processed);
}

#[tokio::test]
async fn viewers_look_but_do_not_touch() {
    let server = server().await;
    let browser = server.signed_in(Role::Viewer).await;
    server.delivery(HOOK, poison()).send(&server).await;
    let key = newest(&server).await.0;
    let page = browser.get(&format!("/deliveries/{key}")).await.body;
    assert!(page.contains("Parked") && !page.contains("Process again"));
    for path in [
        "/deliveries/process-again".to_owned(),
        "/deliveries/verify-again".to_owned(),
        format!("/deliveries/{key}/process-again"),
        format!("/deliveries/{key}/verify-again"),
        format!("/deliveries/waiting/fleet/{}", Uuid::from_u128(1)),
    ] {
        assert_eq!(browser.post(&path, &[]).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(server.browser().post(&path, &[]).await.header("location"), "/login", "{path}");
    }
}

#[tokio::test]
async fn a_delivery_that_is_gone_or_never_was_is_a_page_that_helps() {
    let server = server().await;
    let browser = server.signed_in(Role::Viewer).await;
    for path in ["/deliveries/7", "/deliveries/0", "/deliveries/x", "/deliveries/-1"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.body.contains("All deliveries"), "{path}");
    }
}

#[tokio::test]
async fn old_deliveries_go_and_are_counted_while_their_facts_stay() {
    let server = server().await;
    let browser = server.signed_in(Role::Viewer).await;
    server.send_example("invitation.viewed").await;
    server.delivery(HOOK, poison()).send(&server).await;
    server.delivery(HOOK, poison()).with("x-catena-signature", "AAAA").send(&server).await;
    server.processed().await;
    let (store, clock) = (&server.state.store, &server.state.clock);
    let expire = async || delivery_cleanup::expire(store, clock, server.state.settings.retention).await.unwrap();
    server.clock.advance(Duration::days(7));
    assert_eq!(expire().await, 0, "to the day");
    server.clock.advance(Duration::SECOND);
    assert_eq!(expire().await, 1, "the quarantined one");
    server.clock.advance(Duration::days(83));
    assert_eq!(expire().await, 2, "the processed and the parked one");
    assert!(server.deliveries().await.is_empty());
    assert_eq!(server.facts(FLEET_REF).await.len(), 1);
    // Staff see what was removed. (Their session ended long ago.)
    browser.post("/login", &[("email", "viewer@example.com"), ("password", crate::support::PASSWORD)]).await;
    let page = browser.get("/deliveries").await.body;
    for part in ["kept for 90 days", "1 processed", "1 parked", "1 quarantined"] {
        assert!(page.contains(part), "{part}");
    }
}

#[tokio::test]
async fn facts_without_a_fleet_are_listed_and_given_to_the_fleet_that_staff_names() {
    let server = server().await;
    let browser = server.signed_in(Role::Operator).await;
    assert!(browser.get("/deliveries/waiting").await.body.contains("Nothing to assign"));
    // Schedules name a connection and nothing else.
    server.send_example("schedule.deactivated").await;
    server.send_example("invitation.viewed").await;
    server.processed().await;
    let connection = serde_json::from_slice::<Value>(&example("schedule.deactivated")).unwrap();
    let connection = connection["data"][0]["connection_id"].as_str().unwrap().to_owned();
    let path = format!("/deliveries/waiting/connection/{connection}");
    let list = browser.get("/deliveries/waiting").await.body;
    assert!(list.contains(&connection) && list.contains(&path), "{list}");
    assert!(browser.get(&path).await.body.contains("Catena stopped fetching"));
    for (typed, wrong) in [("", "Enter a reference"), ("a/b", "Use only letters"), ("NOBODY", "No fleet here")] {
        let answer = browser.post(&path, &[("fleet_ref", typed)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.body.contains(wrong) && answer.body.contains(&format!("value=\"{typed}\"")), "{typed}");
    }
    let answer = browser.post(&path, &[("fleet_ref", FLEET_REF)]).await;
    assert_eq!(answer.header("location"), "/deliveries/waiting?given=1");
    assert!(browser.get(answer.header("location")).await.body.contains("One fact is on the fleet"));
    assert_eq!(server.facts(FLEET_REF).await.len(), 2);
    // Later ones of the same connection need nobody.
    let mut later: Value = serde_json::from_slice(&example("schedule.deactivated")).unwrap();
    later["id"] = Value::Null;
    later["timestamp"] = json!("2026-05-01T00:00:00Z");
    server.delivery(HOOK, serde_json::to_vec(&later).unwrap()).send(&server).await;
    server.processed().await;
    let fleet = server.state.store.fleet_by_ref(FLEET_REF).await.unwrap().unwrap();
    assert_eq!(server.state.store.facts_of(fleet.key).await.unwrap().len(), 3);
    assert_eq!(browser.get(&path).await.header("location"), "/deliveries/waiting", "nothing waits there any more");
    for wrong in ["/deliveries/waiting/moon/1", "/deliveries/waiting/fleet/1"] {
        assert_eq!(browser.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn metrics_tell_answers_lag_and_backlog_and_no_secret() {
    let server = server().await;
    server.send_example("invitation.viewed").await;
    server.delivery(HOOK, poison()).send(&server).await;
    server.delivery(HOOK, poison()).with("x-catena-signature", "AAAA").send(&server).await;
    server.processed().await;
    let text = until("the worker to have counted", async || {
        let text = server.browser().get("/metrics").await.body;
        text.contains("onramp_processing_lag_seconds_count 2").then_some(text)
    })
    .await;
    for line in [
        "onramp_webhook_answers_total{status=\"202\"} 2",
        "onramp_webhook_answers_total{status=\"401\"} 1",
        "onramp_deliveries_processed_total{state=\"processed\"} 1",
        "onramp_deliveries_processed_total{state=\"parked\"} 1",
        "onramp_deliveries_put_aside{state=\"quarantined\"} 1",
        "onramp_inbox_waiting 0",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    for secret in [INVITATION, FLEET_REF, &HOOK.to_string(), SECRET] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn one_poison_among_many_is_parked_alone() {
    let server = TestServer::start_at("2026-03-02T15:31:06Z", Catena::Sandbox, tempfile::tempdir().unwrap()).await;
    server.subscribe(HOOK, &[SECRET]).await;
    let good = async |number: u128| {
        let body = format!(r#"{{"event_name":"new.thing","data":[{{"number":{number}}}]}}"#);
        server.delivery(HOOK, body.into_bytes()).send(&server).await
    };
    let sent = futures::future::join_all((0..40).map(&good)).await;
    assert_eq!(server.delivery(HOOK, poison()).send(&server).await, StatusCode::ACCEPTED);
    let more = futures::future::join_all((40..80).map(&good)).await;
    assert!(sent.iter().chain(&more).all(|status| *status == StatusCode::ACCEPTED));
    let rows = server.processed().await;
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    assert_eq!((count(DeliveryState::Processed), count(DeliveryState::Parked)), (80, 1));
}
