use catena::{CatenaError, CatenaSettings, CreateInvitation, Listed, Retries, Side};
use contract::sample;
use futures::future::join_all;
use serde_json::json;
use time::Duration;

use crate::script::{Fake, Reply, TOKEN_PATH, page, token};

#[tokio::test]
async fn fifty_calls_at_once_ask_for_one_token() {
    let fake = Fake::start().await;
    fake.api((0..50).map(|_| page(&[], None)));
    let catena = fake.client();
    for outcome in join_all((0..50).map(|_| catena.invitations())).await {
        assert_eq!(outcome, Ok(Listed::default()));
    }
    assert_eq!(fake.token_requests().len(), 1);
    assert!(fake.api_requests().iter().all(|seen| seen.bearer() == Some("token-1")));
}

#[tokio::test]
async fn the_token_is_asked_for_as_the_contract_says() {
    let fake = Fake::start().await;
    assert_eq!(fake.client().granted_scopes().await.unwrap(), ["fleet:read", "invitation:create"]);
    let asked = &fake.token_requests()[0];
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", TOKEN_PATH));
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(asked.bearer(), None);
    assert_eq!(
        asked.body,
        "grant_type=client_credentials&client_id=onramp-client&client_secret=client-secret-0815&scope=organization"
    );
}

#[tokio::test]
async fn a_token_is_renewed_thirty_seconds_before_its_end() {
    let fake = Fake::start().await;
    fake.api((0..3).map(|_| page(&[], None)));
    let catena = fake.client();
    catena.invitations().await.unwrap();
    fake.clock.advance(Duration::seconds(3600 - 31));
    catena.invitations().await.unwrap();
    assert_eq!(fake.token_requests().len(), 1, "31 s before");
    fake.clock.advance(Duration::seconds(1));
    catena.invitations().await.unwrap();
    assert_eq!(fake.token_requests().len(), 2, "30 s before");
    assert_eq!(fake.api_requests()[2].bearer(), Some("token-2"));
}

#[tokio::test]
async fn a_token_of_a_few_seconds_is_used_for_half_of_them() {
    let fake = Fake::start().await;
    fake.tokens([token("brief", 2)]).api((0..3).map(|_| page(&[], None)));
    let catena = fake.client();
    catena.invitations().await.unwrap();
    catena.invitations().await.unwrap();
    assert_eq!(fake.token_requests().len(), 1);
    fake.clock.advance(Duration::seconds(1));
    catena.invitations().await.unwrap();
    assert_eq!(fake.token_requests().len(), 2);
}

#[tokio::test]
async fn the_life_of_a_token_is_read_however_it_is_written_and_is_five_minutes_if_it_is_not() {
    let answer = |life: &str| format!(r#"{{"access_token":"t",{life}"scope":null}}"#);
    let table = [
        (r#""expires_in":600,"#, 600),
        (r#""expires_in":"600","#, 600),
        (r#""expires_in":600.9,"#, 600),
        (r#""expires_in":"600.0","#, 600),
        ("", 300),
        (r#""expires_in":null,"#, 300),
        (r#""expires_in":NaN,"#, 300),
        (r#""expires_in":"soon","#, 300),
    ];
    for (life, seconds) in table {
        let fake = Fake::start().await;
        fake.tokens([Reply::text(200, "application/json", answer(life))]).api((0..3).map(|_| page(&[], None)));
        let catena = fake.client();
        catena.invitations().await.unwrap();
        fake.clock.advance(Duration::seconds(seconds - 31));
        catena.invitations().await.unwrap();
        assert_eq!(fake.token_requests().len(), 1, "{life}: 31 s before its end");
        fake.clock.advance(Duration::seconds(1));
        catena.invitations().await.unwrap();
        assert_eq!(fake.token_requests().len(), 2, "{life}: 30 s before its end");
    }
}

#[tokio::test]
async fn refused_credentials_name_the_settings_to_mend() {
    let invalid_client = json!({
        "error": "invalid_client", "error_description": "Invalid client or Invalid client credentials"
    });
    let cases = [
        (
            Reply::json(401, &invalid_client),
            "Catena's auth server rejected the credentials: invalid_client (Invalid client or Invalid client credentials)",
        ),
        (
            Reply::json(400, &json!({"error": "invalid_scope"})),
            "Catena's auth server rejected the credentials: invalid_scope",
        ),
        (Reply::json(401, &json!({})), "Catena's auth server rejected the credentials: status 401"),
    ];
    for (reply, text) in cases {
        let fake = Fake::start().await;
        fake.tokens([reply]);
        let error = fake.client().invitations().await.unwrap_err();
        assert!(matches!(error, CatenaError::BadCredentials { .. }));
        assert_eq!(error.to_string(), text);
        assert!(error.advice().contains("CATENA_CLIENT_ID, CATENA_CLIENT_SECRET"), "{}", error.advice());
        assert_eq!(fake.token_requests().len(), 1, "wrong stays wrong");
        assert!(fake.api_requests().is_empty());
    }
}

#[tokio::test]
async fn an_auth_server_that_is_none_names_its_own_setting() {
    let side = Side::Auth;
    let cases = [
        (Reply::html(200), CatenaError::NotJson { side, status: 200 }),
        (Reply::html(404), CatenaError::NotJson { side, status: 404 }),
        (
            Reply::json(404, &json!({"error": "Realm does not exist"})),
            CatenaError::UnexpectedAnswer { side, status: 404, problem: "there is no token endpoint here".into() },
        ),
        (
            Reply::json(200, &json!({"token": "s3cret"})),
            CatenaError::UnexpectedAnswer {
                side,
                status: 200,
                problem: "the field access_token is missing (line 1, column 18)".into(),
            },
        ),
        (
            Reply::empty(302).header("location", "/login"),
            CatenaError::UnexpectedAnswer { side, status: 302, problem: "a redirect, which is not followed".into() },
        ),
    ];
    for (reply, want) in cases {
        let fake = Fake::start().await;
        fake.tokens([reply]);
        let error = fake.client().granted_scopes().await.unwrap_err();
        assert_eq!(error, want);
        assert!(error.advice().contains("CATENA_AUTH_URL"), "{}", error.advice());
    }
}

#[tokio::test]
async fn an_auth_server_that_stumbles_is_asked_again() {
    let fake = Fake::start().await;
    fake.tokens([Reply::html(502), Reply::json(429, &json!({}))]);
    assert!(fake.client().granted_scopes().await.is_ok());
    assert_eq!(fake.token_requests().len(), 3);
}

#[tokio::test]
async fn those_who_wait_for_a_token_share_the_failure_and_the_next_one_asks_anew() {
    let fake = Fake::start().await;
    fake.tokens([Reply::html(503)]).api([page(&[], None)]);
    let retries = Retries { tries: 1, ..fake.settings().retries };
    let catena = fake.client_of(CatenaSettings { retries, ..fake.settings() });
    for outcome in join_all((0..50).map(|_| catena.invitations())).await {
        assert_eq!(outcome, Err(CatenaError::NotJson { side: Side::Auth, status: 503 }));
    }
    assert_eq!(fake.token_requests().len(), 1);
    assert!(catena.invitations().await.is_ok());
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_same_body_sent_again() {
    let fake = Fake::start().await;
    fake.api([Reply::error(401, &json!("Token expired")), Reply::json(201, &sample("invitation"))]);
    let new = CreateInvitation::new("demo");
    assert!(fake.client().create_invitation(&new).await.unwrap().is_new());
    let seen = fake.api_requests();
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].bearer(), seen[1].bearer()), (Some("token-1"), Some("token-2")));
    assert_eq!(seen[0].body, r#"{"fleet_ref":"demo"}"#);
    assert_eq!(seen[0].body, seen[1].body);
}

#[tokio::test]
async fn a_second_refusal_of_a_fresh_token_is_final() {
    let fake = Fake::start().await;
    fake.api((0..3).map(|_| Reply::error(401, &json!("Token expired"))));
    let error = fake.client().invitations().await.unwrap_err();
    assert_eq!(error, CatenaError::Unauthorized);
    assert!(error.advice().contains("CATENA_API_URL and CATENA_AUTH_URL"));
    assert_eq!((fake.api_requests().len(), fake.token_requests().len()), (2, 2));
}

#[tokio::test]
async fn many_refusals_of_one_token_bring_one_new_one() {
    let fake = Fake::start().await;
    let catena = fake.client();
    catena.granted_scopes().await.unwrap();
    fake.revoke("token-1");
    fake.api((0..10).map(|_| page(&[], None)));
    for outcome in join_all((0..10).map(|_| catena.invitations())).await {
        assert_eq!(outcome, Ok(Listed::default()));
    }
    assert_eq!(fake.token_requests().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_ended_is_not_used_again() {
    let fake = Fake::start().await;
    fake.api((0..2).map(|_| page(&[], None)));
    let catena = fake.client();
    assert_eq!(catena.revoke_token().await, Ok(()), "there is none yet");
    catena.invitations().await.unwrap();
    catena.revoke_token().await.unwrap();
    catena.invitations().await.unwrap();
    let ended = fake.revocations();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].body, "token=token-1&client_id=onramp-client&client_secret=client-secret-0815");
    assert_eq!(fake.api_requests()[1].bearer(), Some("token-2"));
}
