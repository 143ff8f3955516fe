//! No print of a record, an error or a log line holds a secret.

use catena::{CreateInvitation, CreateSubscription, Fleet, Invitation, InvitationId};
use contract::sample;
use platform::secret::Secret;
use serde_json::json;

use crate::{
    every_call::{self, every_call},
    log,
    script::{Fake, Reply, page},
};

const ID: &str = "019c776d-28b5-7b7a-9767-c76fb008f86b";

fn assert_no_secret(text: &str) {
    for secret in [ID, "eyJ", "invite=", "token-", "client-secret-0815", "whsec-"] {
        assert!(!text.contains(secret), "{secret} in: {text}");
    }
}

#[test]
fn records_print_without_their_secrets() {
    let invitation: Invitation = serde_json::from_value(sample("invitation")).unwrap();
    let fleet: Fleet = serde_json::from_value(sample("fleet")).unwrap();
    let text = format!("{invitation:?} {fleet:?}");
    assert!(text.contains("[secret]"));
    assert!(!text.contains("pre_registration"));
    assert_no_secret(&text);
}

#[tokio::test]
async fn the_client_and_its_settings_print_without_their_secrets() {
    let fake = Fake::start().await;
    let new = CreateSubscription {
        url: "https://onramp.example/".parse().unwrap(),
        event_name: "connection.*".into(),
        secret: Secret::from("whsec-0123456789"),
        filters: None,
    };
    assert_no_secret(&format!("{:?} {:?} {new:?}", fake.settings(), fake.client()));
}

#[tokio::test]
async fn errors_do_not_repeat_what_was_sent_or_received() {
    let record = sample("invitation");
    let mut odd = record.clone();
    odd["expires_at"] = record["pre_registration_access_token"].clone();
    let mut odder = record.clone();
    odder["status"] = json!({ "active": record["magic_link"] });
    let mut oddest = record.clone();
    oddest["id"] = json!(format!("{ID}-eyJ"));
    let replies = [
        Reply::json(200, &odd),
        Reply::json(200, &odder),
        Reply::json(200, &oddest),
        Reply::text(200, "text/html", record.to_string() + "<html>"),
        Reply::error(409, &json!(format!("Invitation {ID} already accepted"))),
        Reply::error(400, &json!(format!("no such thing: /?invite%3D{ID}"))),
        Reply::error(
            422,
            &json!([{"path": "path.id", "input": ID, "message": format!("{ID} is odd"), "error_type": "x"}]),
        ),
        Reply::html(404),
        Reply::json(500, &json!({"message": ID})),
    ];
    for reply in replies {
        let fake = Fake::start().await;
        fake.api([reply.clone(), reply.clone(), reply]);
        let error = fake.client().invitation(&InvitationId::parse(ID).unwrap()).await.unwrap_err();
        assert_no_secret(&format!("{error} {error:?} {}", error.advice()));
    }
}

#[tokio::test]
async fn trap_c2_no_call_leaves_an_id_a_query_a_body_or_a_token_in_the_log_at_any_level() {
    let fake = Fake::faithful().await;
    let catena = fake.client();
    for (reply, call) in every_call(&catena) {
        fake.api([reply]);
        call.await.unwrap();
    }
    catena.revoke_token().await.unwrap();
    let text = log::text();
    let ours: Vec<&str> = text.lines().filter(|line| line.contains(" catena::client::")).collect();
    let calls = ours.iter().filter(|line| line.contains("called Catena")).count();
    assert_eq!(calls, fake.api_requests().len() + fake.token_requests().len() + 1, "one line a try");
    for line in ours.iter().filter(|line| line.contains("called Catena")) {
        for field in ["method=", "template=", "status=", "elapsed_ms=", "attempt="] {
            assert!(line.contains(field), "{field} missing in: {line}");
        }
    }
    assert_no_secret(&text);
    let ids = [every_call::FLEET, every_call::ONE, every_call::OTHER].map(|id| id.to_string());
    let parts = [every_call::FLEET_REF, "ACME-4712", "3pl-tek", "ops@acme", "1234567", "acme.example", "%3A00"];
    for part in ids.iter().map(String::as_str).chain(parts) {
        assert!(!text.contains(part), "{part} in: {}", text.lines().find(|line| line.contains(part)).unwrap());
    }
}

#[tokio::test]
async fn the_log_has_each_call_in_a_span_with_its_template() {
    let fake = Fake::start().await;
    fake.api([
        Reply::html(502),
        Reply::json(200, &sample("invitation")),
        Reply::error(401, &json!("Token expired")),
        Reply::json(200, &sample("invitation")),
        page(&[], None),
        Reply::empty(204),
        Reply::never(),
    ]);
    let catena = fake.client();
    let id = InvitationId::parse(ID).unwrap();
    catena.invitation(&id).await.unwrap();
    catena.create_invitation(&CreateInvitation::new("demo")).await.unwrap();
    catena.invitations().await.unwrap();
    catena.delete_invitation(&id).await.unwrap();
    fake.impatient_client().create_invitation(&CreateInvitation::new("demo")).await.unwrap_err();

    let text = log::text();
    assert_no_secret(&text);
    for part in [
        r#"catena{method=GET template="/v2/orgs/invitations/{id}"}: catena::client::transport: called Catena status=502"#,
        r#"catena{method=GET template="/v2/orgs/invitations/{id}"}: catena::client::transport: retrying a call to Catena attempt=1"#,
        r#"replacing a token that Catena rejected method=POST template="/v2/orgs/invitations""#,
        r#"catena{method=DELETE template="/v2/orgs/invitations/{id}"}: catena::client::transport: called Catena status=204"#,
        r#"catena{method=POST template="/v2/orgs/invitations"}: catena::client::transport: call to Catena failed error=Catena's API did not answer in time"#,
        r#"catena{method=POST template="/protocol/openid-connect/token"}: catena::client::transport: called Catena status=200"#,
    ] {
        assert!(text.contains(part), "{part} missing in: {text}");
    }
    assert!(
        !text.lines().any(|line| line.contains("WARN") || line.contains("ERROR")),
        "the caller logs failures: {text}"
    );
}
