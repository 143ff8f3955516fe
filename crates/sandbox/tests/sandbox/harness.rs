//! A sandbox on a real socket, and a client that calls it as a partner, as a fleet, and as a tester.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use platform::{
    clock::{Clock as _, ManualClock, SharedClock},
    random::SeededRandom,
};
use reqwest::{Client, Method, Response};
use sandbox::{ALL_SCOPES, PARTNER_SCOPES, Sandbox, SandboxSettings};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use contract::{Answers, Recording, recorded};

/// How long the webhook faults `delay` and `shuffle` hold back a delivery here, at most.
pub const LONGEST_DELAY: Duration = Duration::from_millis(50);
pub const SECRET: &str = "acme-webhook-secret-0001";

/// A running sandbox.
pub struct World {
    pub base: String,
    /// The sandbox's clock, if the test can move it.
    pub clock: Arc<ManualClock>,
    pub http: Client,
    pub token: String,
    /// Its answers, compared with the OpenAPI documents. Requests aren't: tests send wrong ones on purpose.
    pub recording: Recording,
    shutdown: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl World {
    pub async fn open() -> Self {
        Self::open_with(None).await
    }

    /// A sandbox whose tokens have every scope.
    pub async fn administrator() -> Self {
        Self::open_as(ALL_SCOPES, None).await
    }

    pub async fn open_with(state_file: Option<PathBuf>) -> Self {
        Self::open_as(PARTNER_SCOPES, state_file).await
    }

    async fn open_as(scopes: &str, state_file: Option<PathBuf>) -> Self {
        let start = domain::timestamp::parse("2026-03-02T15:00:00Z").unwrap();
        let clock = Arc::new(ManualClock::at(start));
        Self { clock: clock.clone(), ..Self::serve(clock, state_file, scopes).await }
    }

    pub async fn open_on(clock: SharedClock, state_file: Option<PathBuf>) -> Self {
        Self::serve(clock, state_file, PARTNER_SCOPES).await
    }

    async fn serve(clock: SharedClock, state_file: Option<PathBuf>, scopes: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/sandbox", listener.local_addr().unwrap());
        let settings = SandboxSettings {
            base_url: base.parse().unwrap(),
            client_id: "onramp".into(),
            client_secret: "s3cret".into(),
            data: state_file,
            seed: None,
            scopes: scopes.into(),
            token_lifetime: Duration::from_hours(1),
            retry_waits: [5, 10, 15].map(Duration::from_millis).to_vec(),
            longest_delay: LONGEST_DELAY,
            stylesheet: "onramp.css".into(),
        };
        let sandbox = Sandbox::open(settings, clock, Arc::new(SeededRandom::new(42))).await.unwrap();
        let shutdown = CancellationToken::new();
        let (played, recording) = recorded(sandbox.router(), Answers::Checked);
        let router = Router::new().nest("/sandbox", played);
        let stop = shutdown.clone();
        let serve = async move {
            axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await.unwrap();
        };
        let tasks = vec![tokio::spawn(serve), tokio::spawn(sandbox.run(shutdown.clone()))];
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let clock = Arc::new(ManualClock::at(OffsetDateTime::UNIX_EPOCH));
        let mut world = Self { base, clock, http, token: String::new(), recording, shutdown, tasks };
        world.token = world.ask_token().await;
        world
    }

    /// Shuts it down as the server would.
    pub async fn close(self) {
        self.shutdown.cancel();
        drop(self.http);
        for task in self.tasks {
            tokio::time::timeout(Duration::from_secs(10), task).await.expect("it shuts down").unwrap();
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub async fn ask_token(&self) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "onramp"),
            ("client_secret", "s3cret"),
            ("scope", "organization"),
        ];
        let url = self.url("/realms/catena/protocol/openid-connect/token");
        let answer = self.http.post(url).form(&form).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    }

    /// A call with the token.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Creates or refreshes an invitation.
    pub async fn invite(&self, body: Value) -> (u16, Value) {
        self.post("/v2/orgs/invitations", body).await
    }

    /// The id of a new invitation for `fleet_ref` with redirect addresses.
    pub async fn invited(&self, fleet_ref: &str) -> String {
        let body = json!({
            "fleet_ref": fleet_ref,
            "fleet_name": "Acme Trucking",
            "success_redirect_url": "https://partner.example/success?from=catena",
            "failure_redirect_url": "https://partner.example/failure",
            "permissions": { "vehicle": "read", "vehicle_location": "read_write" },
        });
        let (status, body) = self.invite(body).await;
        assert_eq!(status, 201, "{body}");
        text(&body["id"])
    }

    /// Subscribes `url` to the events, all with [`SECRET`]. Returns the subscriptions' ids.
    pub async fn subscribe(&self, url: &str, events: &[&str]) -> Vec<String> {
        let mut ids = Vec::new();
        for event in events {
            let body = json!({ "url": url, "event_name": event, "secret": SECRET });
            let (status, body) = self.post("/v2/notifications/webhooks", body).await;
            assert_eq!(status, 200, "{body}");
            match &body {
                Value::Array(each) => ids.extend(each.iter().map(|one| text(&one["id"]))),
                one => ids.push(text(&one["id"])),
            }
        }
        ids
    }

    /// Opens a page as a browser would.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(self.url(path)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Sends a form of Connect. Returns where it redirects.
    pub async fn step(&self, step: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.http.post(self.url(&format!("/connect/{step}"))).form(fields).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{step}: {}", answer.text().await.unwrap());
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// Goes from the magic link to a connected provider.
    pub async fn connect(&self, invite: &str, tsp: &str, more: &[(&str, &str)]) {
        assert_eq!(self.page(&format!("/connect?invite={invite}")).await.0, 200);
        self.step("accept", &[("invite", invite)]).await;
        self.step("choose", &[("invite", invite), ("tsp", tsp)]).await;
        let fields: Vec<_> = [("invite", invite), ("tsp", tsp)].into_iter().chain(more.iter().copied()).collect();
        let next = self.step("credentials", &fields).await;
        assert!(next.starts_with("/sandbox/connect/connected?"), "{next}");
    }

    /// Turns on exactly these webhook faults. Returns all settings.
    pub async fn set_webhook_faults(&self, disorders: Value) -> Value {
        let (status, body) = self.call(Method::PUT, "/control/disorders", Some(disorders)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Moves the sandbox's business time.
    pub async fn advance(&self, seconds: i64) -> OffsetDateTime {
        let (status, body) = self.post("/control/clock", json!({ "advance_seconds": seconds })).await;
        assert_eq!(status, 200, "{body}");
        domain::timestamp::parse(body["now"].as_str().unwrap()).unwrap()
    }

    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}

pub async fn read(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into()))
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// The field names of an object.
pub fn fields(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap_or_else(|| panic!("not an object: {value}")).keys().cloned().collect()
}

/// The published body of an event.
pub fn published_event(name: &str) -> Value {
    serde_json::from_str(contract::event(name)).unwrap()
}

/// The paths in a 422.
pub fn wrong(body: &Value) -> BTreeSet<String> {
    body["detail"].as_array().unwrap().iter().map(|problem| text(&problem["path"])).collect()
}
