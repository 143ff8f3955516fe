use catena::{CatenaError, CatenaSettings, CreateInvitation, FieldProblem, Side};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::script::{Fake, Reply};

/// What a creation that is answered so says: the error and what to do.
async fn on_create(reply: Reply) -> (CatenaError, String) {
    let fake = Fake::start().await;
    fake.api([reply]);
    let error = fake.client().create_invitation(&CreateInvitation::new("demo")).await.unwrap_err();
    let advice = error.advice();
    (error, advice)
}

#[tokio::test]
async fn trouble_on_catenas_side_is_told_as_such() {
    let side = Side::Api;
    let cases = [
        (Reply::json(500, &json!({"message": "Internal Server Error"})), CatenaError::Server { side, status: 500 }),
        (Reply::error(504, &json!(null)), CatenaError::Server { side, status: 504 }),
        (Reply::empty(503), CatenaError::Server { side, status: 503 }),
        (Reply::html(502), CatenaError::NotJson { side, status: 502 }),
    ];
    for (reply, want) in cases {
        let (error, advice) = on_create(reply).await;
        assert_eq!(error, want);
        assert!(advice.starts_with("The problem is on Catena's side"), "{advice}");
    }
}

#[tokio::test]
async fn a_stranger_at_the_address_is_told_as_such() {
    let side = Side::Api;
    let cases = [
        (Reply::html(200), CatenaError::NotJson { side, status: 200 }),
        (Reply::html(404), CatenaError::NotJson { side, status: 404 }),
        (Reply::html(403), CatenaError::NotJson { side, status: 403 }),
        (
            Reply::empty(301).header("location", "https://elsewhere.example/"),
            CatenaError::UnexpectedAnswer { side, status: 301, problem: "a redirect, which is not followed".into() },
        ),
        (
            Reply::json(201, &json!({"id": 7})),
            CatenaError::UnexpectedAnswer {
                side,
                status: 201,
                problem: "a value has another type than documented (line 1, column 7)".into(),
            },
        ),
    ];
    for (reply, want) in cases {
        let (error, advice) = on_create(reply).await;
        assert_eq!(error, want);
        assert!(advice.contains("CATENA_API_URL"), "{advice}");
    }
}

#[tokio::test]
async fn a_refused_connection_names_the_setting() {
    let fake = Fake::start().await;
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let catena = fake.client_of(CatenaSettings { api_url: nobody.parse().unwrap(), ..fake.settings() });
    let error = catena.create_invitation(&CreateInvitation::new("demo")).await.unwrap_err();
    assert!(matches!(error, CatenaError::Unreachable { side: Side::Api, .. }), "{error:?}");
    assert!(error.to_string().contains("Connection refused"), "{error}");
    assert!(error.advice().contains("CATENA_API_URL"));

    let catena = fake.client_of(CatenaSettings { auth_url: nobody.parse().unwrap(), ..fake.settings() });
    let error = catena.invitations().await.unwrap_err();
    assert!(matches!(error, CatenaError::Unreachable { side: Side::Auth, .. }), "{error:?}");
    assert!(error.advice().contains("CATENA_AUTH_URL"));
    assert!(!error.may_have_happened());
}

#[tokio::test]
async fn silence_is_told_as_such_on_both_sides() {
    let fake = Fake::start().await;
    fake.api([Reply::never()]);
    let catena = fake.impatient_client();
    let error = catena.create_invitation(&CreateInvitation::new("demo")).await.unwrap_err();
    assert_eq!(error, CatenaError::TimedOut { side: Side::Api });
    assert!(error.advice().contains("whether it was done"), "{}", error.advice());

    let fake = Fake::start().await;
    fake.tokens((0..3).map(|_| Reply::never()));
    let error = fake.impatient_client().invitations().await.unwrap_err();
    assert_eq!(error, CatenaError::TimedOut { side: Side::Auth });
    assert!(error.advice().contains("CATENA_AUTH_URL"), "{}", error.advice());
}

#[tokio::test]
async fn refused_fields_are_named_without_what_was_sent() {
    let (error, advice) = on_create(Reply::error(
        422,
        &json!([
            {"path": "body.expires_in_hours", "input": "673", "message": "Input should be less than or equal to 672", "error_type": "less_than_equal"},
            {"path": "body.permissions.hos_events", "input": "read", "message": "Input should be a resource", "error_type": "enum"},
            {"unexpected": true},
        ]),
    ))
    .await;
    let CatenaError::Invalid { fields } = &error else { panic!("{error:?}") };
    let problem = |path: &str, message: &str| FieldProblem { path: path.into(), message: message.into() };
    assert_eq!(
        *fields,
        [
            problem("body.expires_in_hours", "Input should be less than or equal to 672"),
            problem("body.permissions.hos_events", "Input should be a resource"),
        ]
    );
    assert_eq!(fields[0].field(), "expires_in_hours");
    assert_eq!(fields[1].field(), "permissions.hos_events");
    assert_eq!(
        error.to_string(),
        "Catena rejects what was sent: expires_in_hours: Input should be less than or equal to 672; \
         permissions.hos_events: Input should be a resource"
    );
    assert_eq!(advice, "Correct the fields that Catena names and send it again.");
}

#[tokio::test]
async fn every_shape_of_detail_is_read() {
    let shapes = [
        (json!("Invitation already accepted"), Some("Invitation already accepted")),
        (json!({"message": "Already there"}), Some("Already there")),
        (json!([{"path": "body.url", "message": "taken"}, {"path": "", "message": "sorry"}]), Some("taken; sorry")),
        (json!({"retry_after_seconds": 5}), None),
        (json!([]), None),
        (Value::Null, None),
        (json!(7), Some("7")),
    ];
    for (detail, words) in shapes {
        let (error, _) = on_create(Reply::error(409, &detail)).await;
        assert_eq!(error, CatenaError::Conflict { detail: words.map(str::to_owned) }, "{detail}");
        let (error, _) = on_create(Reply::error(400, &detail)).await;
        assert_eq!(error, CatenaError::Refused { status: 400, detail: words.map(str::to_owned) }, "{detail}");
        let (error, _) = on_create(Reply::error(422, &detail)).await;
        assert!(matches!(error, CatenaError::Invalid { .. }), "{error:?}");
    }
    let (error, _) = on_create(Reply::json(409, &json!({}))).await;
    assert_eq!(error, CatenaError::Conflict { detail: None });
    let (error, _) = on_create(Reply::error(422, &json!("No body"))).await;
    assert_eq!(error.to_string(), "Catena rejects what was sent: No body");
}

#[tokio::test]
async fn an_address_of_another_kind_stops_the_start_and_names_the_setting() {
    let fake = Fake::start().await;
    let settings = CatenaSettings { auth_url: "ftp://auth.example".parse().unwrap(), ..fake.settings() };
    let random = std::sync::Arc::new(platform::random::SeededRandom::new(1));
    let error = catena::Catena::new(settings, fake.clock.clone(), random, fake.stop.clone()).unwrap_err();
    assert!(error.to_string().starts_with("CATENA_AUTH_URL: it must start with https://"), "{error}");
}
