//! A receiver of webhooks. It decompresses and verifies with code of its own, and answers what a test sets.

use std::{collections::VecDeque, io::Read as _, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::{net::TcpListener, sync::watch};

use crate::harness::{SECRET, fields, published_event, text};

/// One request, verified.
#[derive(Clone)]
pub struct Got {
    pub headers: HeaderMap,
    pub body: Value,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn event(&self) -> &str {
        self.header("x-event-type")
    }

    pub fn record(&self) -> &Value {
        &self.body["data"][0]
    }
}

/// One request, whatever is wrong with it.
#[derive(Clone)]
pub struct Raw {
    pub headers: HeaderMap,
    /// The body, if it's JSON.
    pub body: Value,
    pub is_gzip: bool,
    /// The size after decompression.
    pub inflated: usize,
    /// Whether the signature matches [`SECRET`].
    pub is_signed: bool,
}

#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    got: Arc<watch::Sender<Vec<Got>>>,
    raw: Arc<std::sync::Mutex<Vec<Raw>>>,
    answers: Arc<std::sync::Mutex<VecDeque<u16>>>,
}

impl Receiver {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/catena", listener.local_addr().unwrap());
        let receiver =
            Self { url, got: Arc::new(watch::Sender::new(Vec::new())), raw: Arc::default(), answers: Arc::default() };
        let router = Router::new()
            .route("/hooks/catena", post(receive))
            .route("/hooks/careless", post(receive_anything))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        receiver
    }

    /// Sets the next answers. 0 means no answer at all. After these, the answer is 202.
    pub fn answer(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// An address that accepts anything, for [`Self::raw`].
    pub fn careless(&self) -> String {
        self.url.replace("/catena", "/careless")
    }

    /// All requests to the careless address so far.
    pub fn raw(&self) -> Vec<Raw> {
        self.raw.lock().unwrap().clone()
    }

    /// Waits for `count` requests in total. Returns them in the order of their events.
    pub async fn wait(&self, count: usize) -> Vec<Got> {
        let mut all = self.got.subscribe();
        let enough = all.wait_for(|got| got.len() >= count);
        let Ok(got) = tokio::time::timeout(Duration::from_secs(10), enough).await else {
            panic!("only {:?} came", self.events());
        };
        let mut got = got.unwrap().clone();
        got.sort_by_key(|one| (text(&one.body["id"]), one.body["delivery_attempt"].as_u64()));
        got
    }

    /// The names of all events so far, in the order of their ids.
    pub fn events(&self) -> Vec<String> {
        let mut got = self.got.borrow().clone();
        got.sort_by_key(|one| text(&one.body["id"]));
        got.iter().map(|one| one.event().to_owned()).collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, raw: Bytes) -> Response {
    let got = verify(headers, &raw);
    receiver.got.send_modify(|all| all.push(got));
    let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(202);
    if status == 0 {
        std::future::pending::<()>().await;
    }
    if status == 308 {
        return Redirect::permanent("/elsewhere").into_response();
    }
    StatusCode::from_u16(status).unwrap().into_response()
}

async fn receive_anything(State(receiver): State<Receiver>, headers: HeaderMap, raw: Bytes) -> StatusCode {
    let is_gzip = raw.starts_with(b"\x1f\x8b");
    let mut body = Vec::new();
    if is_gzip {
        flate2::read::GzDecoder::new(&raw[..]).read_to_end(&mut body).unwrap();
    } else {
        body.extend_from_slice(&raw);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(headers["x-catena-timestamp"].as_bytes());
    mac.update(b".");
    mac.update(&body);
    let signature = STANDARD.decode(headers["x-catena-signature"].as_bytes()).unwrap();
    let is_signed = mac.verify_slice(&signature).is_ok();
    let json = serde_json::from_slice(&body).unwrap_or_default();
    receiver.raw.lock().unwrap().push(Raw { headers, body: json, is_gzip, inflated: body.len(), is_signed });
    let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(202);
    StatusCode::from_u16(status).unwrap()
}

/// Checks a request against WEBHOOKS.md 1 and 3.
fn verify(headers: HeaderMap, raw: &[u8]) -> Got {
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(&raw[..2], b"\x1f\x8b", "gzip");
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(raw).read_to_end(&mut body).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(header("x-catena-timestamp").as_bytes());
    mac.update(b".");
    mac.update(&body);
    let signature = STANDARD.decode(header("x-catena-signature")).unwrap();
    mac.verify_slice(&signature).expect("the signature is right");
    for (name, want) in [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
        ("user-agent", "Catena-Webhook"),
        ("accept", "application/json"),
        ("x-source", "catena-notifications"),
    ] {
        assert_eq!(header(name), want, "{name}");
    }
    assert!(header("x-catena-timestamp").ends_with("+00:00"), "not Z");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["event_name"], header("x-event-type"));
    assert_eq!(body["webhook_id"], header("x-webhook-id"));
    assert_eq!(body["version"], header("x-schema-version"));
    assert_eq!(body["delivery_attempt"].to_string(), header("x-delivery-attempt"));
    assert_eq!(uuid::Uuid::parse_str(&text(&body["id"])).unwrap().get_version_num(), 7);
    assert_as_published(&body);
    Got { headers, body }
}

/// The fields of the envelope and of the record are exactly those of the published example, with values of the same kind.
fn assert_as_published(body: &Value) {
    let event = text(&body["event_name"]);
    // Only one event about subscriptions has a published payload. The others have the same format (WEBHOOKS.md 2.9).
    let about_subscription = event.starts_with("webhook.");
    let example = published_event(if about_subscription { "webhook.staled" } else { &event });
    assert_eq!(fields(body), fields(&example), "{event}");
    assert_eq!(body["version"], example["version"], "{event}");
    let (record, wanted) = (&body["data"][0], &example["data"][0]);
    assert_eq!(fields(record), fields(wanted), "{event}");
    for (name, want) in wanted.as_object().unwrap() {
        let is = &record[name];
        let same_kind = std::mem::discriminant(is) == std::mem::discriminant(want);
        assert!(same_kind || is.is_null() || want.is_null(), "{event}: {name} is {is}");
    }
    assert!(about_subscription || record["status"] == wanted["status"], "{event}");
}
