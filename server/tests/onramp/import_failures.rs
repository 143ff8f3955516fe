//! Imports when Catena fails, when the server stops, and when nobody knows whether a call was done.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::{Query, Request, State},
    http::{Method, StatusCode as Status},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use domain::{
    import::{ImportState, RowState, Verdict},
    staff::Role,
    timestamp,
};
use serde_json::{Value, json};

use crate::{
    imports::{checked, decide, done, fleets, import, rows, stands, states},
    support::{Catena, TestServer, until},
};

async fn fail(server: &TestServer, fault: Value) {
    let url = server.url.join("/sandbox/control/faults").unwrap();
    assert!(reqwest::Client::new().post(url).json(&fault).send().await.unwrap().status().is_success());
}

#[tokio::test]
async fn catena_failing_midway_pauses_the_import_says_so_and_it_goes_on_from_there() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = checked(&server, &browser, &fleets(100)).await;
    decide(&browser, &path, "start").await;
    until("some rows", async || states(&server, &path).await.contains(&RowState::Created).then_some(())).await;
    fail(&server, json!({ "status": 500, "count": 12 })).await;
    let paused = stands(&server, &path, ImportState::Paused).await;
    let reason = paused.reason.unwrap();
    assert!(reason.contains("failed with status 500") && reason.contains("Then resume the import"), "{reason}");
    let page = browser.get(&path).await.body;
    assert!(page.contains("failed with status 500") && page.contains("role=\"alert\""), "{page}");
    let before = states(&server, &path).await;
    assert!(before.contains(&RowState::Created) && before.contains(&RowState::Waiting));

    // The ordered failures are used up by asking, without a row being harmed.
    until("Catena to be well again", async || {
        let check = server.state.catena.invitations_of("nobody").await;
        check.is_ok().then_some(())
    })
    .await;
    decide(&browser, &path, "resume").await;
    let finished = stands(&server, &path, ImportState::Done).await;
    assert_eq!(finished.reason, None);
    assert!(states(&server, &path).await.iter().all(|state| matches!(state, RowState::Created | RowState::Refreshed)));
    for number in 1..=100 {
        assert_eq!(server.facts(&format!("F-{number:04}")).await.len(), 1, "{number} was asked for once");
    }
}

#[tokio::test]
async fn a_hiccup_is_endured_a_wish_for_fewer_calls_obeyed_and_one_beyond_patience_said() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = checked(&server, &browser, "fleet_ref\nA\nB\n").await;
    // The client itself asks twice; the third failure is the import's to endure.
    fail(&server, json!({ "status": 502, "count": 3 })).await;
    fail(&server, json!({ "status": 429, "count": 1, "retry_after_seconds": 1 })).await;
    decide(&browser, &path, "start").await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [RowState::Created; 2]);

    let path = checked(&server, &browser, "fleet_ref\nC\n").await;
    fail(&server, json!({ "status": 429, "count": 1, "retry_after_seconds": 3_600 })).await;
    decide(&browser, &path, "start").await;
    let paused = stands(&server, &path, ImportState::Paused).await;
    assert!(paused.reason.unwrap().contains("a pause of 3600 s"));
    decide(&browser, &path, "resume").await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [RowState::Created]);
}

#[tokio::test]
async fn a_dry_run_that_cannot_ask_catena_says_so_and_each_fleet_is_looked_up_before_it_is_invited() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    fail(&server, json!({ "status": 500, "count": 2 })).await;
    let path = checked(&server, &browser, "fleet_ref\nA\n").await;
    let reason = import(&server, &path).await.reason.unwrap();
    assert!(reason.contains("couldn’t look up the fleets at Catena") && reason.contains("looked up again"), "{reason}");
    assert_eq!(rows(&server, &path).await[0].verdict, Verdict::New);
}

#[tokio::test]
async fn a_restart_in_the_middle_goes_on_and_asks_for_no_fleet_twice() {
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let path = checked(&server, &browser, &fleets(150)).await;
    decide(&browser, &path, "start").await;
    let some = async || {
        let created = states(&server, &path).await.into_iter().filter(|state| *state == RowState::Created).count();
        (created >= 10).then_some(())
    };
    until("ten rows", some).await;
    let dir = server.stop().await;

    let server = TestServer::start_at("2026-03-02T16:31:06Z", Catena::Sandbox, dir).await;
    assert!(states(&server, &path).await.len() == 150);
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [RowState::Created; 150]);
    for number in 1..=150 {
        let facts = server.facts(&format!("F-{number:04}")).await;
        let kinds: Vec<_> = facts.iter().map(|fact| fact.kind.name()).collect();
        assert_eq!(kinds, ["invitation.created"], "{number}");
    }
}

/// A Catena that does what it is asked and then does not answer, as often as it is told.
#[derive(Clone, Default)]
struct Silent {
    made: Arc<Mutex<BTreeMap<String, Value>>>,
    calls: Arc<Mutex<Vec<String>>>,
    left: Arc<AtomicU32>,
}

impl Silent {
    fn routes(&self) -> Router {
        let token = async || Json(json!({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}));
        Router::new()
            .route("/v2/orgs/invitations", get(Self::list).post(Self::create))
            .with_state(self.clone())
            .route("/realms/catena/protocol/openid-connect/token", post(token))
    }

    #[expect(clippy::unused_async, reason = "a handler")]
    async fn list(State(catena): State<Self>, Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
        let made = catena.made.lock().unwrap();
        let items: Vec<_> =
            made.values().filter(|one| query.get("fleet_ref").is_none_or(|name| one["fleet_ref"] == **name)).collect();
        Json(json!({ "items": items, "total": items.len(), "next_page": null }))
    }

    async fn create(State(catena): State<Self>, Json(body): Json<Value>) -> Response {
        let fleet_ref = body["fleet_ref"].as_str().unwrap().to_owned();
        let invitation = {
            let mut made = catena.made.lock().unwrap();
            catena.calls.lock().unwrap().push(fleet_ref.clone());
            let id = format!("019caf10-331c-7fc1-b466-{:012x}", made.len());
            let invitation = json!({
                "id": id, "fleet_ref": fleet_ref, "status": "active", "magic_link": format!("https://c.example/?invite={id}"),
                "created_at": "2026-03-02T15:31:06Z", "expires_at": "2026-03-03T15:31:06Z", "permissions": {},
            });
            made.insert(fleet_ref, invitation.clone());
            invitation
        };
        let silent = catena.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if silent {
            std::future::pending::<()>().await;
        }
        (Status::CREATED, Json(invitation)).into_response()
    }
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_looked_up_and_not_made_again() {
    let catena = Silent::default();
    let server = TestServer::start_with(Catena::Routes(catena.routes())).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = checked(&server, &browser, "fleet_ref\nA\nB\n").await;
    catena.left.store(1, Ordering::SeqCst);
    decide(&browser, &path, "start").await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [RowState::Created; 2]);
    assert_eq!(*catena.calls.lock().unwrap(), ["A", "B"]);
    let facts = server.facts("A").await;
    assert_eq!((facts.len(), facts[0].kind.name()), (1, "invitation.created"));
    assert!(rows(&server, &path).await[0].invitation.is_some());
}

#[tokio::test]
async fn a_refresh_that_failed_is_not_taken_for_done_by_the_end_that_was_there_before() {
    let (fails, calls) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (left, seen) = (fails.clone(), calls.clone());
    let refuse = move |request: Request, next: Next| {
        let (left, seen) = (left.clone(), seen.clone());
        async move {
            let creates = request.method() == Method::POST && request.uri().path().ends_with("/v2/orgs/invitations");
            if creates {
                seen.fetch_add(1, Ordering::SeqCst);
                if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                    return (Status::INTERNAL_SERVER_ERROR, Json(json!({"code": 500, "message": "x"}))).into_response();
                }
            }
            next.run(request).await
        }
    };
    let meddle = Box::new(move |played: Router| played.layer(from_fn(refuse)));
    let server = TestServer::start_with(Catena::Through(meddle)).await;
    let browser = server.signed_in(Role::Operator).await;
    done(&server, &browser, "fleet_ref,expires_in_hours\nA,672\n").await;
    server.clock.advance(time::Duration::hours(20));
    let path = checked(&server, &browser, "fleet_ref,expires_in_hours\nA,24\n").await;
    fails.store(1, Ordering::SeqCst);
    decide(&browser, &path, "start").await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [RowState::Refreshed]);
    assert_eq!(calls.load(Ordering::SeqCst), 3, "made, failed, and asked again");
    let there = server.state.catena.invitations_of("A").await.unwrap();
    assert_eq!(there[0].expires_at, timestamp::parse("2026-03-30T15:31:06Z").unwrap(), "and nothing was shortened");
}

#[tokio::test]
async fn a_call_cut_off_by_the_end_of_the_server_is_looked_up_after_the_next_start() {
    let catena = Silent::default();
    let server = TestServer::start_with(Catena::Routes(catena.routes())).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = checked(&server, &browser, "fleet_ref\nA\nB\n").await;
    catena.left.store(1, Ordering::SeqCst);
    decide(&browser, &path, "start").await;
    until("the call", async || (!catena.calls.lock().unwrap().is_empty()).then_some(())).await;
    let dir = server.stop().await;
    let server = TestServer::start_at("2026-03-02T15:31:30Z", Catena::Routes(catena.routes()), dir).await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [RowState::Created; 2]);
    assert_eq!(*catena.calls.lock().unwrap(), ["A", "B"], "nobody was asked for twice");
}

#[tokio::test]
async fn an_import_that_was_never_started_invites_nobody() {
    let catena = Silent::default();
    let server = TestServer::start_with(Catena::Routes(catena.routes())).await;
    let browser = server.signed_in(Role::Operator).await;
    let path = checked(&server, &browser, "fleet_ref\nA\n").await;
    decide(&browser, &path, "cancel").await;
    done(&server, &browser, "fleet_ref\nB\n").await;
    assert_eq!(*catena.calls.lock().unwrap(), ["B"]);
    assert_eq!(server.state.store.import_content(crate::imports::key(&path)).await.unwrap(), None, "the file is gone");
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_neither_refreshed_by_an_import_nor_sent_by_the_form_without_a_button() {
    let catena = Silent::default();
    let server = TestServer::start_with(Catena::Routes(catena.routes())).await;
    let browser = server.signed_in(Role::Operator).await;
    let made = json!({
        "id": "019caf10-331c-7fc1-b466-0000000000ff", "fleet_ref": "ODD", "status": "dreaming",
        "magic_link": "https://c.example/?invite=x", "created_at": "2026-03-02T15:31:06Z",
        "expires_at": "2026-03-09T15:31:06Z", "permissions": {},
    });
    catena.made.lock().unwrap().insert("ODD".into(), made);

    let path = checked(&server, &browser, "fleet_ref\nODD\nNEW\n").await;
    let verdicts: Vec<_> = rows(&server, &path).await.into_iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Verdict::Unrecognized, Verdict::New]);
    assert!(browser.get(&path).await.body.contains("invite each on its own"));
    browser.post(&format!("{path}/start"), &[("reopen", "yes")]).await;
    stands(&server, &path, ImportState::Done).await;
    assert_eq!(states(&server, &path).await, [RowState::LeftOut, RowState::Created]);
    assert_eq!(*catena.calls.lock().unwrap(), ["NEW"]);

    // What somebody has read while typing is no confirmation of it.
    let preview: Value = serde_json::from_str(&browser.get("/invitations/preview?fleet_ref=ODD").await.body).unwrap();
    let read = preview["agreed"].as_str().unwrap();
    let form = [("fleet_ref", "ODD"), ("agreed", read)];
    let page = browser.post("/invitations/new", &form).await;
    assert_eq!(page.status, Status::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("Send it anyway") && page.body.contains("can’t be predicted"), "{}", page.body);
    assert_eq!(catena.calls.lock().unwrap().len(), 1, "nothing was sent");
    let agreed = [("fleet_ref", "ODD"), ("agreed", "refresh:ODD:unrecognized")];
    assert_eq!(browser.post("/invitations/new", &agreed).await.status, Status::SEE_OTHER);
    assert_eq!(*catena.calls.lock().unwrap(), ["NEW", "ODD"]);
}
