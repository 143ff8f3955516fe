//! Damage in what Catena sends costs the record it is in, and nothing else: not the other records, not other fleets, not the check,
//! not the import.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use domain::{
    events::delivery::DeliveryState,
    import::{ImportState, RowState},
    invitation::{confirmation::Agreed, request::Draft, upsert_forecast::UpsertForecast},
    onboarding::stage::Stage,
    staff::Role,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::{security::vault::Purpose, services::invitations::create::CreateOutcome, store::Cause};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::{
    imports::{checked, decide, rows, stands},
    support::{Catena, FLEET_REF, SECRET, TestServer, example},
};

const HOOK: Uuid = Uuid::from_u128(1);

#[tokio::test]
async fn a_delivery_with_damaged_values_is_processed_and_keeps_all_the_others() {
    let server = TestServer::start().await;
    server.subscribe(HOOK, &[SECRET]).await;
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let table: [(&str, Vec<u8>); 8] = [
        ("half of a pair", br#""\ud83d""#.to_vec()),
        ("no UTF-8", b"\"\xff\"".to_vec()),
        ("a control character", b"\"\x01\"".to_vec()),
        ("NaN", b"NaN".to_vec()),
        ("minus infinity", b"-Infinity".to_vec()),
        ("too large", b"1e400".to_vec()),
        ("nested deep", deep.into_bytes()),
        ("nothing wrong", b"1".to_vec()),
    ];
    for (index, (name, damage)) in table.into_iter().enumerate() {
        let start =
            format!("\u{feff}{{\"event_name\":\"tsp.requested\",\"data\":[{{\"fleet_ref\":\"F-{index}\",\"note\":");
        let body = [start.as_bytes(), &damage, b"}]}"].concat();
        assert_eq!(server.delivery(HOOK, body).send(&server).await, StatusCode::ACCEPTED, "{name}");
        let row = &server.processed().await[0];
        assert_eq!((row.state, row.reason.as_deref()), (DeliveryState::Processed, None), "{name}");
        assert_eq!(server.facts(&format!("F-{index}")).await.len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_named_and_the_others_are_on_their_timelines() {
    let server = TestServer::start().await;
    server.subscribe(HOOK, &[SECRET]).await;
    let mut body: Value = serde_json::from_slice(&example("invitation.viewed")).unwrap();
    let good = body["data"][0].clone();
    let mut other = good.clone();
    (other["id"], other["fleet_ref"]) = (json!(Uuid::from_u128(7)), json!("OTHER"));
    let complete = json!([good, other]);
    body["data"] = json!([good, "text"]);
    let key = {
        server.delivery(HOOK, serde_json::to_vec(&body).unwrap()).send(&server).await;
        let row = server.processed().await.remove(0);
        assert_eq!(row.state, DeliveryState::Parked);
        assert_eq!(row.reason.unwrap(), "record 2 is not an object. The other record was processed");
        row.key
    };
    assert_eq!(server.onboarding(FLEET_REF).await.unwrap().stage, Some(Stage::Viewed));
    let browser = server.signed_in(Role::Operator).await;
    let page = browser.get(&format!("/deliveries/{}", key.0)).await.body;
    assert!(page.contains("record 2 is not an object") && page.contains("invitation.viewed"), "{page}");
    assert!(page.contains("FLEET-42") && page.contains("Process again"), "what was read is shown: {page}");

    // A newer Onramp reads the rest: here, it is what lies in the inbox that is mended.
    body["data"] = complete;
    let mended = server.state.vault.seal(Purpose::Body, &serde_json::to_vec(&body).unwrap());
    let database = SqlitePool::connect(server.dir.path().join("onramp.db").to_str().unwrap()).await.unwrap();
    let update = sqlx::query("UPDATE deliveries SET sealed_body = ? WHERE id = ?").bind(mended).bind(key.0);
    update.execute(&database).await.unwrap();
    browser.post(&format!("/deliveries/{}/process-again", key.0), &[]).await;
    assert_eq!(server.processed().await[0].state, DeliveryState::Processed);
    assert_eq!(server.onboarding("OTHER").await.unwrap().stage, Some(Stage::Viewed));
    assert_eq!(server.facts(FLEET_REF).await.len(), 1, "and nothing is there twice");
}

/// Damages the records of one fleet in all of Catena's lists of invitations: without their expiry they say nothing.
fn damaging(fleet_ref: &'static str) -> Catena {
    let damage = move |request: Request, next: Next| async move {
        let is_list = request.uri().path().ends_with("/v2/orgs/invitations") && request.method() == "GET";
        let response = next.run(request).await;
        if is_list { damaged(response, fleet_ref).await } else { response }
    };
    Catena::Through(Box::new(move |played: Router| played.layer(from_fn(damage))))
}

async fn damaged(response: Response, fleet_ref: &str) -> Response {
    let bytes: Bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let mut page: Value = serde_json::from_slice(&bytes).unwrap();
    for record in page["items"].as_array_mut().unwrap() {
        if record["fleet_ref"] == fleet_ref {
            record["expires_at"] = json!("soon");
        }
        record["decline_reason"] = json!("HALF");
    }
    // And in every record there is a text with half of a pair, which costs nothing.
    let text = page.to_string().replace("\"HALF\"", r#""\ud83d""#);
    ([("content-type", "application/json")], Body::from(text)).into_response()
}

async fn invite(server: &TestServer, fleet_ref: &str) -> Result<CreateOutcome, String> {
    let draft = Draft {
        fleet_ref: fleet_ref.into(),
        expires_in_hours: "24".into(),
        ..server::services::links::landing_urls::with_landing_pages(&server.state.settings.public_url)
    };
    let request = draft.check().unwrap();
    let created = server.state.invitations.create(&request, "ada@example.com", &Agreed::default()).await;
    created.map_err(|error| error.to_string())
}

#[tokio::test]
async fn one_damaged_record_stops_neither_a_check_nor_an_import_nor_the_invitation_of_others() {
    let server = TestServer::start_with(damaging("BAD")).await;
    let browser = server.signed_in(Role::Operator).await;
    for fleet_ref in ["GOOD", "BAD"] {
        let made = invite(&server, fleet_ref).await.unwrap();
        assert!(matches!(made, CreateOutcome::Done { .. }), "{fleet_ref}: {made:?}");
    }
    // Again: of the good one everything is known; of the bad one nobody knows what would happen.
    let forecast = async |fleet_ref: &str| match invite(&server, fleet_ref).await.unwrap() {
        CreateOutcome::NeedsConfirmation(preview) => preview.forecast,
        CreateOutcome::Done { .. } => panic!("{fleet_ref} was refreshed unasked"),
    };
    assert!(matches!(forecast("GOOD").await, UpsertForecast::Refresh(_)));
    assert!(matches!(forecast("BAD").await, UpsertForecast::Unpredictable(_)));

    let check = server.state.reconciler.everything(Cause::Staff).await.unwrap();
    let problem = check.problem.unwrap();
    assert!(check.complete, "{problem}");
    assert!(
        problem.contains("One of Catena’s records can’t be read: invitations, record") && problem.contains("fleet BAD"),
        "{problem}"
    );
    let bad = server.state.store.fleet_by_ref("BAD").await.unwrap().unwrap();
    let check = server.state.reconciler.one_fleet(&bad, Cause::Staff).await.unwrap();
    assert!(check.complete && check.problem.unwrap().contains("fleet BAD"));
    let onboarding = server.onboarding("BAD").await.unwrap();
    assert_eq!(onboarding.stage, Some(Stage::Created), "one that can't be read isn't taken for deleted");

    let path = checked(&server, &browser, "fleet_ref,expires_in_hours\nNEW-1,48\nBAD,48\nNEW-2,48\n").await;
    decide(&browser, &path, "start").await;
    stands(&server, &path, ImportState::Done).await;
    let ended: Vec<_> = rows(&server, &path).await.into_iter().map(|row| (row.fleet_ref, row.state)).collect();
    let row = |fleet_ref: &str, state| (fleet_ref.to_owned(), state);
    assert_eq!(
        ended,
        [row("NEW-1", RowState::Created), row("BAD", RowState::LeftOut), row("NEW-2", RowState::Created)]
    );
}
