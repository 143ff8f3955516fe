//! A server that answers what it was told to and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Uri, header},
    response::Response,
};
use catena::{CALLS_AT_ONCE, Catena, CatenaSettings, Retries};
use platform::{clock::ManualClock, random::SeededRandom, secret::Secret};
use serde_json::{Value, json};
use time::macros::datetime;
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::log;
use contract::{Answers, Recording, recorded};

pub const TOKEN_PATH: &str = "/realms/catena/protocol/openid-connect/token";
const REVOKE_PATH: &str = "/realms/catena/protocol/openid-connect/revoke";

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn bearer(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// An answer to give.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    never: bool,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    pub fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("content-type", content_type.into())], body: body.into(), never: false }
    }

    pub fn html(status: u16) -> Self {
        Self::text(status, "text/html", "<html><h1>Bad gateway</h1></html>")
    }

    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new(), never: false }
    }

    /// Keeps the caller waiting for ever.
    pub fn never() -> Self {
        Self { never: true, ..Self::empty(200) }
    }

    /// The API's error body (CONTRACT.md 3).
    pub fn error(status: u16, detail: &Value) -> Self {
        Self::json(status, &json!({"code": status, "message": "Words", "detail": detail}))
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

#[derive(Default)]
struct Script {
    tokens: VecDeque<Reply>,
    api: VecDeque<Reply>,
    seen: Vec<Seen>,
    tokens_given: u32,
    revoked: Option<String>,
    at_once: usize,
    most_at_once: usize,
}

/// What the scripted server's answers come out of.
#[derive(Clone)]
struct Desk {
    script: Arc<Mutex<Script>>,
    /// Each of the API's answers takes one.
    releases: Arc<Semaphore>,
}

/// The scripted server. Every request to it is held against the OpenAPI documents.
pub struct Fake {
    pub url: String,
    pub clock: Arc<ManualClock>,
    /// What its clients are told to stop by.
    pub stop: CancellationToken,
    pub recording: Recording,
    script: Arc<Mutex<Script>>,
    releases: Arc<Semaphore>,
}

impl Fake {
    pub async fn start() -> Self {
        Self::that_answers(Answers::Scripted).await
    }

    /// One whose answers are held against the documents too.
    pub async fn faithful() -> Self {
        Self::that_answers(Answers::Checked).await
    }

    async fn that_answers(answers: Answers) -> Self {
        log::keep();
        let script = Arc::new(Mutex::new(Script::default()));
        let releases = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        let desk = Desk { script: Arc::clone(&script), releases: Arc::clone(&releases) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(desk);
        let (router, recording) = recorded(router, answers);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let clock = Arc::new(ManualClock::at(datetime!(2026-03-02 15:00 UTC)));
        Self { url, clock, stop: CancellationToken::new(), recording, script, releases }
    }

    /// The API's next answers, in order.
    pub fn api(&self, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.script.lock().unwrap().api.extend(replies);
        self
    }

    /// The token endpoint's next answers; after them it gives `token-1`, `token-2` and so on for an hour each.
    pub fn tokens(&self, replies: impl IntoIterator<Item = Reply>) -> &Self {
        self.script.lock().unwrap().tokens.extend(replies);
        self
    }

    /// From now on the API refuses this token, whatever the script says.
    pub fn revoke(&self, token: &str) {
        self.script.lock().unwrap().revoked = Some(token.to_owned());
    }

    /// From now on the API keeps its answers back, each until [`Self::release_one`].
    pub fn hold(&self) {
        self.releases.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets one answer go.
    pub fn release_one(&self) {
        self.releases.add_permits(1);
    }

    /// How many requests of the API were under way at once, at most.
    pub fn most_at_once(&self) -> usize {
        self.script.lock().unwrap().most_at_once
    }

    /// Waits until the API was asked so often.
    pub async fn until_seen(&self, requests: usize) {
        until(|| self.api_requests().len() >= requests).await;
    }

    /// Waits until a token was asked for so often.
    pub async fn until_asked_for_tokens(&self, requests: usize) {
        until(|| self.token_requests().len() >= requests).await;
    }

    pub fn token_requests(&self) -> Vec<Seen> {
        self.requests(|path| path == TOKEN_PATH)
    }

    /// Requests to the endpoint that ends tokens.
    pub fn revocations(&self) -> Vec<Seen> {
        self.requests(|path| path == REVOKE_PATH)
    }

    pub fn api_requests(&self) -> Vec<Seen> {
        self.requests(|path| path != TOKEN_PATH && path != REVOKE_PATH)
    }

    fn requests(&self, wanted: impl Fn(&str) -> bool) -> Vec<Seen> {
        self.script.lock().unwrap().seen.iter().filter(|seen| wanted(&seen.path)).cloned().collect()
    }

    pub fn settings(&self) -> CatenaSettings {
        CatenaSettings {
            api_url: self.url.parse().unwrap(),
            auth_url: format!("{}/realms/catena", self.url).parse().unwrap(),
            client_id: "onramp-client".into(),
            client_secret: Secret::from("client-secret-0815"),
            timeout: Duration::from_secs(20),
            retries: Retries { tries: 3, base: Duration::from_millis(1), longest: Duration::from_secs(2) },
            at_once: CALLS_AT_ONCE,
        }
    }

    pub fn client(&self) -> Catena {
        self.client_of(self.settings())
    }

    /// A client that gives up after half a second.
    pub fn impatient_client(&self) -> Catena {
        self.client_of(CatenaSettings { timeout: Duration::from_millis(500), ..self.settings() })
    }

    pub fn client_of(&self, settings: CatenaSettings) -> Catena {
        Catena::new(settings, self.clock.clone(), Arc::new(SeededRandom::new(7)), self.stop.clone()).unwrap()
    }
}

/// Waits for a condition, at most ten seconds.
async fn until(condition: impl Fn() -> bool) {
    let look = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_secs(10), look).await.expect("it happens");
}

async fn answer(
    State(Desk { script, releases }): State<Desk>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let for_token = path == TOKEN_PATH;
    let for_revocation = path == REVOKE_PATH;
    let for_api = !for_token && !for_revocation;
    let reply = {
        let mut script = script.lock().unwrap();
        let seen = Seen { method, path, query: uri.query().unwrap_or_default().to_owned(), headers, body };
        let revoked = seen.bearer().is_some_and(|token| script.revoked.as_deref() == Some(token));
        script.seen.push(seen);
        if for_api {
            script.at_once += 1;
            script.most_at_once = script.most_at_once.max(script.at_once);
        }
        if revoked {
            Reply::error(401, &json!("Token revoked"))
        } else if for_token {
            script.tokens.pop_front().unwrap_or_else(|| {
                script.tokens_given += 1;
                token(&format!("token-{}", script.tokens_given), 3600)
            })
        } else if for_revocation {
            Reply::empty(200)
        } else {
            script.api.pop_front().unwrap_or_else(|| Reply::text(418, "text/plain", "not in the script"))
        }
    };
    // Dropped with the request when the client gives it up.
    let _under_way = for_api.then(|| UnderWay(Arc::clone(&script)));
    if for_api {
        releases.acquire().await.unwrap().forget();
    }
    if reply.never {
        std::future::pending::<()>().await;
    }
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}

/// A request of the API that is not answered yet.
struct UnderWay(Arc<Mutex<Script>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lock().unwrap().at_once -= 1;
    }
}

/// The token endpoint's success.
pub fn token(token: &str, expires_in: i64) -> Reply {
    Reply::json(
        200,
        &json!({
            "access_token": token, "expires_in": expires_in, "token_type": "Bearer", "not-before-policy": 0,
            "scope": "fleet:read invitation:create",
        }),
    )
}

/// `record` with some fields replaced.
pub fn with(mut record: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        record[name] = value.clone();
    }
    record
}

/// A page of the orgs lists; the cursor as Catena writes it, percent-encoded.
pub fn page(items: &[Value], next_page: Option<&str>) -> Reply {
    Reply::json(
        200,
        &json!({"items": items, "total": 3, "current_page": "Pg%3D%3D", "previous_page": null, "next_page": next_page}),
    )
}
