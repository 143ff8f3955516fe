//! Every call against Prism, a mock that a third party makes of the same two OpenAPI documents: it refuses requests that they
//! don't allow, and answers by their schemas: with one sample of each, or with values made up anew each time. Run by
//! `make conformance`, which starts it.
//!
//! What Prism says against a request or its own answer, in the header `sl-violations`, fails the test, unless it is one of
//! [`LIMITS`]. There the front mends what is wrong and passes it on, so that no call is left out. Beside Prism, the recording
//! holds each request and each mended answer against the documents.

use std::{
    collections::BTreeSet,
    env,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};
use catena::{CALLS_AT_ONCE, Catena, CatenaSettings, Retries};
use platform::{clock::SystemClock, random::SystemRandom, secret::Secret};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::every_call::every_call;
use contract::{Answers, Recording, documents::Documents, recorded};

/// What Prism gets wrong by itself. Each must be met on each of its operations, or the test fails: an entry that nothing
/// needs any more is to be deleted.
static LIMITS: [Limit; 6] = [
    // A list is written by repeating its parameter (OpenAPI's default: `form`, exploded), so one of a single value is written
    // `fleet_refs=x`. Prism 5.14.2 makes an array of that only where the schema's own `type` is `array`; these are
    // `anyOf` an array and null (prism-http, validator/deserializers/style/form.js).
    Limit {
        place: Place::Query("fleet_ids"),
        rules: &["type", "anyOf"],
        operations: &["GET /v2/integrations/connections/data-freshness"],
        only: None,
    },
    Limit {
        place: Place::Query("fleet_refs"),
        rules: &["type", "anyOf"],
        operations: &["GET /v2/integrations/connections", "GET /v2/integrations/connections/data-freshness"],
        only: None,
    },
    // Neither of its two generators heeds `propertyNames`: the keys that it makes up are not among those that its validator
    // then asks for (`enum` is the rule for a key, when it is told of the whole object).
    Limit {
        place: Place::Answer("permissions", documented_keys),
        rules: &["enum", "propertyNames"],
        operations: &[
            "GET /v2/orgs/invitations",
            "GET /v2/orgs/invitations/{invitation_id}",
            "POST /v2/orgs/invitations",
        ],
        only: None,
    },
    Limit {
        place: Place::Answer("scopes", documented_keys),
        rules: &["enum", "propertyNames"],
        operations: &[
            "GET /v2/orgs/share-agreements",
            "GET /v2/orgs/share-agreements/{share_agreement_id}",
            "PATCH /v2/orgs/share-agreements/{share_agreement_id}",
            "POST /v2/orgs/share-agreements/{share_agreement_id}/activate",
            "POST /v2/orgs/share-agreements/{share_agreement_id}/cancel",
            "POST /v2/orgs/share-agreements/{share_agreement_id}/pause",
        ],
        only: None,
    },
    Limit {
        place: Place::Answer("integrations", documented_keys),
        rules: &["enum", "propertyNames"],
        operations: &["GET /v2/integrations/tsps", "GET /v2/integrations/tsps/{tsp_id}"],
        only: None,
    },
    // The generator of samples does not heed `pattern`: its sample of `^\w{3}$` is "string".
    Limit {
        place: Place::Answer("country_code", three_letters),
        rules: &["anyOf", "pattern", "type"],
        operations: &["GET /v2/orgs/fleets", "GET /v2/orgs/fleets/{fleet_id}"],
        only: Some(Kind::Static),
    },
];

/// How often every call is made against answers that are made up anew each time.
const ROUNDS: usize = 20;

struct Limit {
    place: Place,
    /// The rules that are said to be broken at exactly this place.
    rules: &'static [&'static str],
    operations: &'static [&'static str],
    /// The kind of answers where it is met, if not with both.
    only: Option<Kind>,
}

enum Place {
    /// A parameter of the query, of which one value was given.
    Query(&'static str),
    /// A property of the record that is answered, or of each record of a page, and how to mend it.
    Answer(&'static str, fn(&mut Value)),
}

/// How the mock makes its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Static,
    Dynamic,
}

/// One thing that Prism found wrong.
#[derive(Debug, Deserialize)]
struct Violation {
    /// `request` or `response`, then the way to the value.
    location: Vec<String>,
    /// The schema's keyword that is broken.
    #[serde(default)]
    code: Value,
    message: String,
}

impl Limit {
    fn explains(&self, violation: &Violation) -> bool {
        let location: Vec<&str> = violation.location.iter().map(String::as_str).collect();
        let is_here = match (&self.place, &*location) {
            (Place::Query(name), ["request", "query", given]) => name == given,
            (Place::Answer(name, _), ["response", "body", given] | ["response", "body", "items", _, given]) => {
                name == given
            }
            _ => false,
        };
        is_here && violation.code.as_str().is_some_and(|code| self.rules.contains(&code))
    }
}

/// Some of the resources that are documented as keys, in place of made-up ones.
fn documented_keys(map: &mut Value) {
    const KEYS: [&str; 6] = ["asset", "dvir_log", "hos_event", "user", "vehicle", "vehicle_location"];
    let values = std::mem::take(map.as_object_mut().unwrap());
    *map = KEYS.iter().map(|key| (*key).to_owned()).zip(values.into_iter().map(|(_, value)| value)).collect();
}

fn three_letters(code: &mut Value) {
    *code = json!("USA");
}

/// In front of both Prisms, as one Catena with a token endpoint.
#[derive(Clone)]
struct Front {
    http: reqwest::Client,
    orgs: String,
    notifications: String,
    kind: Kind,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// What Prism found wrong with a request or with its own answer, its limits excepted.
    violations: Vec<String>,
    /// The limits that were met, by their index, on which operation.
    met: BTreeSet<(usize, String)>,
    last_answer: String,
}

#[tokio::test]
#[ignore = "needs two running Prisms: make conformance"]
async fn every_call_is_taken_and_answered_by_a_third_partys_mock() {
    let (front, catena, recording) = start().await;
    let rounds = if front.kind == Kind::Static { 1 } else { ROUNDS };
    let mut made = 0;
    let mut failed = Vec::new();
    for _ in 0..rounds {
        for (at, (_, call)) in every_call(&catena).into_iter().enumerate() {
            made += 1;
            if let Err(error) = call.await {
                let answer = &front.seen.lock().unwrap().last_answer;
                failed.push(format!("call {}: {error}, of {answer}", at + 1));
            }
        }
    }
    let wrong_by_the_documents = recording.take_violations();
    let Seen { violations, met, .. } = std::mem::take(&mut *front.seen.lock().unwrap());
    assert!(
        failed.is_empty() && violations.is_empty() && wrong_by_the_documents.is_empty(),
        "{failed:#?} {violations:#?} {wrong_by_the_documents:#?}"
    );
    assert_eq!(met, to_be_met(front.kind), "limits of Prism, by their index: those that were met, and those listed");
    println!(
        "Prism took and answered {} calls of {} operations{}, in {} requests, and showed its {} known limits",
        made / rounds,
        recording.operations().len(),
        if rounds > 1 { format!(" {rounds} times each") } else { String::new() },
        recording.requests(),
        met.len()
    );
}

fn to_be_met(kind: Kind) -> BTreeSet<(usize, String)> {
    let now = LIMITS.iter().enumerate().filter(|(_, limit)| limit.only.is_none_or(|only| only == kind));
    now.flat_map(|(at, limit)| limit.operations.iter().map(move |operation| (at, (*operation).to_owned()))).collect()
}

#[tokio::test]
#[ignore = "needs two running Prisms: make conformance"]
async fn the_mock_refuses_what_the_documents_do_not_allow() {
    let (front, _, recording) = start().await;
    let send = async |method: Method, base: &str, path: &str, body: Option<Value>| {
        let request = front.http.request(method, format!("{base}{path}")).bearer_auth("t");
        let request = if let Some(body) = body { request.json(&body) } else { request };
        request.send().await.unwrap().status().as_u16()
    };
    let get = async |path: &str| send(Method::GET, &front.orgs, path, None).await;
    assert_eq!(get("/v2/orgs/fleets?size=many").await, 422);
    assert_eq!(get("/v2/orgs/fleets?size=1001").await, 422);
    assert_eq!(get("/v2/orgs/share-agreements?share_agreement_status=sleeping").await, 422);
    assert_eq!(get("/v2/integrations/connections?fleet_ids=7&fleet_ids=8").await, 422);
    assert_eq!(get("/v2/orgs/fleets/7").await, 422);
    assert_eq!(get("/v2/orgs/nothing").await, 404);
    let invite = async |body: Value| send(Method::POST, &front.orgs, "/v2/orgs/invitations", Some(body)).await;
    assert_eq!(invite(json!({"fleet_ref": "a"})).await, 200);
    assert_eq!(invite(json!({"fleet_name": "Acme"})).await, 422);
    assert_eq!(invite(json!({"fleet_ref": "a", "expires_in_hours": 673})).await, 422);
    assert_eq!(invite(json!({"fleet_ref": "a", "fleet_country_code": "US"})).await, 422);
    assert_eq!(invite(json!({"fleet_ref": "a", "permissions": {"hos_events": "read"}})).await, 422);
    let subscribe =
        async |body: Value| send(Method::POST, &front.notifications, "/v2/notifications/webhooks", Some(body)).await;
    assert_eq!(subscribe(json!({"url": "https://a.example/", "event_name": "connection.*"})).await, 200);
    assert_eq!(subscribe(json!({"url": "https://a.example/", "event_name": "connection.sold"})).await, 422);
    let without_a_token = front.http.get(format!("{}/v2/orgs/fleets", front.orgs)).send().await.unwrap();
    assert_eq!(without_a_token.status(), 401);
    drop(recording);
}

async fn start() -> (Front, Catena, Recording) {
    let set = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run make conformance"));
    rustls::crypto::ring::default_provider().install_default().ok();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let (orgs, notifications) = (set("ONRAMP_PRISM_ORGS"), set("ONRAMP_PRISM_NOTIFICATIONS"));
    let kind = match &*set("ONRAMP_PRISM_ANSWERS") {
        "static" => Kind::Static,
        "dynamic" => Kind::Dynamic,
        other => panic!("no kind of answers: {other}"),
    };
    let front = Front { http, orgs, notifications, kind, seen: Arc::default() };
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
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    (front, Catena::new(settings, clock, random, CancellationToken::new()).unwrap(), recording)
}

async fn token() -> Json<Value> {
    Json(json!({"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer", "scope": "organization"}))
}

/// Forwards to the Prism whose document knows the path, and works around its limits. Prism makes up cursors without end, so a
/// list is over after its second page: that one, asked for with a made-up cursor, says so.
async fn forward(State(front): State<Front>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, usize::MAX).await.unwrap();
    let found = Documents::get().find(&parts.method, parts.uri.path());
    let operation = found.map_or_else(|| parts.uri.path().to_owned(), |(operation, _)| operation.to_string());
    let mut path = parts.uri.path_and_query().unwrap().to_string();
    let (mut answer, mut limits) = front.ask(&parts, &operation, &path, &body).await;
    let singles: Vec<String> = limits
        .iter()
        .filter_map(|limit| match limit.place {
            Place::Query(name) => path.split(['?', '&']).find(|pair| pair.split('=').next() == Some(name)),
            Place::Answer(..) => None,
        })
        .map(str::to_owned)
        .collect();
    if !singles.is_empty() {
        // The same values again: the list means the same, and Prism sees that it is one.
        path = format!("{path}&{}", singles.join("&"));
        (answer, limits) = front.ask(&parts, &operation, &path, &body).await;
        let unmended = limits.iter().any(|limit| matches!(limit.place, Place::Query(_)));
        assert!(!unmended, "{operation}: refused a list of two values as well");
    }
    let Answer { status, content_type, mut body } = answer;
    let mends = limits.iter().filter_map(|limit| match limit.place {
        Place::Answer(name, mend) => Some((name, mend)),
        Place::Query(_) => None,
    });
    for (name, mend) in mends {
        body = changed(&body, |answer| mend_each(answer, name, mend));
    }
    if path.contains("cursor=") {
        body = changed(&body, |page| page["next_page"] = Value::Null);
    }
    front.seen.lock().unwrap().last_answer = String::from_utf8_lossy(&body).chars().take(2_000).collect();
    let mut response = (status, Body::from(body)).into_response();
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}

struct Answer {
    status: StatusCode,
    content_type: Option<header::HeaderValue>,
    body: Bytes,
}

impl Front {
    /// Prism's answer, and which of its limits it shows. What else it finds wrong is kept.
    async fn ask(&self, parts: &Parts, operation: &str, path: &str, body: &Bytes) -> (Answer, Vec<&'static Limit>) {
        let base = if path.starts_with("/v2/notifications/") { &self.notifications } else { &self.orgs };
        let mut onward = self.http.request(parts.method.clone(), format!("{base}{path}")).body(body.clone());
        for name in [header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE] {
            if let Some(value) = parts.headers.get(&name) {
                onward = onward.header(name, value);
            }
        }
        let answer = onward.send().await.unwrap();
        let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
        let content_type = answer.headers().get(header::CONTENT_TYPE).cloned();
        let told = answer.headers().get("sl-violations").map(|told| told.to_str().unwrap_or("?").to_owned());
        let limits = told.map(|told| self.sift(operation, &told)).unwrap_or_default();
        (Answer { status, content_type, body: answer.bytes().await.unwrap() }, limits)
    }

    /// Which limits explain what Prism told; what none of them explains is kept.
    fn sift(&self, operation: &str, told: &str) -> Vec<&'static Limit> {
        let mut seen = self.seen.lock().unwrap();
        let Some(violations) = violations(told) else {
            seen.violations.push(format!("{operation}: {told}"));
            return Vec::new();
        };
        let mut explained = BTreeSet::new();
        for violation in violations {
            let known = LIMITS.iter().position(|limit| {
                let now = limit.only.is_none_or(|only| only == self.kind);
                now && limit.operations.contains(&operation) && limit.explains(&violation)
            });
            match known {
                Some(at) => {
                    explained.insert(at);
                    seen.met.insert((at, operation.to_owned()));
                }
                None => seen.violations.push(format!("{operation}: {}", violation.message)),
            }
        }
        explained.into_iter().map(|at| &LIMITS[at]).collect()
    }
}

/// What stands in the header. Prism cuts it off after 8 kB, within an answer's violations, which come last: the recording tells
/// of those that are lost so, if the answer is not mended.
fn violations(told: &str) -> Option<Vec<Violation>> {
    let Some(cut) = told.strip_prefix("Too many violations! ") else { return serde_json::from_str(told).ok() };
    let whole = &cut[..cut.rfind(",{\"location\"")?];
    serde_json::from_str(&format!("{whole}]")).ok()
}

fn changed(body: &Bytes, change: impl FnOnce(&mut Value)) -> Bytes {
    let mut answer = serde_json::from_slice(body).unwrap();
    change(&mut answer);
    answer.to_string().into()
}

/// Mends the property of this name in a record, or in each record of a page.
fn mend_each(answer: &mut Value, name: &str, mend: fn(&mut Value)) {
    let of_page = answer.get("items").is_some_and(Value::is_array);
    let records = if of_page { answer["items"].as_array_mut().unwrap() } else { std::slice::from_mut(answer) };
    for property in records.iter_mut().filter_map(|record| record.get_mut(name)) {
        mend(property);
    }
}
