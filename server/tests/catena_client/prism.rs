//! Every call against Prism, a mock that a third party makes of the same two OpenAPI documents: it refuses requests that they
//! don't allow, and answers what they allow. Run by `make conformance`, which starts it.

use std::{
    env,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use server::{
    catena::{CALLS_AT_ONCE, Catena, CatenaSettings, Retries},
    clock::SystemClock,
    entropy::SystemEntropy,
    secret::Secret,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    contract::{Answers, Recording, recorded},
    every_call::every_call,
};

/// In front of both Prisms, as one Catena with a token endpoint.
#[derive(Clone)]
struct Front {
    http: reqwest::Client,
    orgs: String,
    notifications: String,
    /// What Prism found wrong with a request or with its own answer.
    violations: Arc<Mutex<Vec<String>>>,
}

#[tokio::test]
#[ignore = "needs two running Prisms: make conformance"]
async fn every_call_is_taken_and_answered_by_a_third_partys_mock() {
    let (front, catena, recording) = start().await;
    let mut made = 0;
    let mut failed = Vec::new();
    for (_, call) in every_call(&catena) {
        made += 1;
        if let Err(error) = call.await {
            failed.push(format!("call {made}: {error}"));
        }
    }
    let violations = front.violations.lock().unwrap().clone();
    assert!(failed.is_empty() && violations.is_empty(), "{failed:#?} {violations:#?}");
    let operations = recording.operations().len();
    println!("Prism took and answered {made} calls of {operations} operations, in {} requests", recording.requests());
}

#[tokio::test]
#[ignore = "needs two running Prisms: make conformance"]
async fn the_mock_refuses_what_the_documents_do_not_allow() {
    let (front, _, recording) = start().await;
    let send = async |method: Method, path: &str, body: Option<Value>| {
        let url = format!("{}{path}", front.orgs);
        let request = front.http.request(method, url).bearer_auth("t");
        let request = if let Some(body) = body { request.json(&body) } else { request };
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(send(Method::GET, "/v2/orgs/fleets?size=many", None).await, 422);
    assert_eq!(send(Method::POST, "/v2/orgs/invitations", Some(json!({"fleet_name": "Acme"}))).await, 422);
    assert_eq!(send(Method::GET, "/v2/orgs/nothing", None).await, 404);
    drop(recording);
}

async fn start() -> (Front, Catena, Recording) {
    let base = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run make conformance"));
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let (orgs, notifications) = (base("ONRAMP_PRISM_ORGS"), base("ONRAMP_PRISM_NOTIFICATIONS"));
    let front = Front { http, orgs, notifications, violations: Arc::default() };
    let router = Router::new()
        .route("/realms/catena/protocol/openid-connect/token", post(token))
        .fallback(forward)
        .with_state(front.clone());
    let (router, recording) = recorded(router, Answers::Checked);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = CatenaSettings {
        api_url: url.parse().unwrap(),
        auth_url: format!("{url}/realms/catena").parse().unwrap(),
        client_id: "onramp-client".into(),
        client_secret: Secret::from("client-secret"),
        timeout: Duration::from_secs(30),
        retries: Retries { tries: 1, ..Retries::default() },
        at_once: CALLS_AT_ONCE,
    };
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    (front, Catena::new(settings, clock, entropy, CancellationToken::new()).unwrap(), recording)
}

async fn token() -> Json<Value> {
    Json(json!({"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer", "scope": "organization"}))
}

/// Forwards to the Prism whose document knows the path. Prism makes up cursors without end, so a list is over after its second
/// page: that one, asked for with a made-up cursor, says so.
async fn forward(State(front): State<Front>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path_and_query().unwrap().as_str();
    let base = if path.starts_with("/v2/notifications/") { &front.notifications } else { &front.orgs };
    let mut onward = front.http.request(parts.method.clone(), format!("{base}{path}")).body(body);
    for name in [header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE] {
        if let Some(value) = parts.headers.get(&name) {
            onward = onward.header(name, value);
        }
    }
    let answer = onward.send().await.unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
    let told = answer.headers().get("sl-violations").map(|told| told.to_str().unwrap_or("?").to_owned());
    let mut body = answer.bytes().await.unwrap();
    if let Some(told) = told {
        front.violations.lock().unwrap().push(format!("{} {}: {told}", parts.method, parts.uri.path()));
    }
    if path.contains("cursor=")
        && let Ok(mut page) = serde_json::from_slice::<Value>(&body)
        && page.get("next_page").is_some()
    {
        page["next_page"] = Value::Null;
        body = page.to_string().into();
    }
    let mut response = (status, Body::from(body)).into_response();
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}
