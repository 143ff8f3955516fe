//! A whole Onramp on a real socket, with a clock that stands still until it is moved.

use std::{
    collections::BTreeMap,
    io::Write as _,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use catena::{CALLS_AT_ONCE, CatenaSettings, Retries};
use domain::{
    digest::of_invitation,
    events::{delivery::DeliveryState, fact::Fact},
    link::reminder::DEFAULT_WAIT,
    onboarding::lifecycle::{Onboarding, fold},
    staff::Role,
    timestamp,
};
use flate2::{Compression, write::GzEncoder};
use hmac::{Hmac, KeyInit as _, Mac as _};
use platform::{
    clock::{Clock as _, ManualClock},
    http_server::Limits,
    random::{Random, SharedRandom, SystemRandom},
    secret::Secret,
};
use reqwest::{Method, StatusCode, header};
use sandbox::{Sandbox, SandboxSettings};
use server::{
    config::{ImportPace, ReconcileSettings, Retention, Settings},
    mail::MailSettings,
    security::vault::{Purpose, Vault},
    startup::{Application, Dependencies},
    state::AppState,
    static_files::Site,
    store::{
        DeliveryFilter, DeliveryRow, NewStaff, SharedStore, SigningSecret, StaffRow, SubscriptionRow,
        sqlite::SqliteStore,
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use contract::{Answers, Recording, recorded};

pub const SECRET: &str = "acme-webhook-secret-0001";
pub const PASSWORD: &str = "correct horse battery";
/// The invitation of the published story (WEBHOOKS.md 2.1), its fleet, and the subscription that carries it.
pub const INVITATION: &str = "019caf10-331c-7fc1-b466-44073a4d3b3b";
pub const FLEET_REF: &str = "FLEET-42";

/// A running Onramp.
pub struct TestServer {
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    pub random: Arc<BreakableRandom>,
    pub url: Url,
    pub dir: TempDir,
    /// What Onramp and Catena said to each other, held against the OpenAPI documents.
    pub recording: Recording,
    shutdown: CancellationToken,
    serving: JoinHandle<()>,
}

/// The system's randomness, until a test breaks it: whoever asks then, panics.
#[derive(Default)]
pub struct BreakableRandom(AtomicBool);

impl BreakableRandom {
    pub fn set_broken(&self, broken: bool) {
        self.0.store(broken, Ordering::SeqCst);
    }
}

impl Random for BreakableRandom {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(!self.0.load(Ordering::SeqCst), "a test broke the randomness");
        SystemRandom.fill(bytes);
    }
}

/// How Catena is played.
pub enum Catena {
    /// By the sandbox.
    Sandbox,
    /// By the sandbox, whose ids and chance follow from this number.
    SeededSandbox(u64),
    /// By these routes, which answer under `/catena`.
    Routes(Router),
    /// By the sandbox, seen through something that meddles with requests or answers.
    Through(Box<dyn FnOnce(Router) -> Router + Send>),
}

impl TestServer {
    /// An Onramp in the minute of the published story, with the sandbox as Catena.
    pub async fn start() -> Self {
        Self::start_with(Catena::Sandbox).await
    }

    pub async fn start_with(catena: Catena) -> Self {
        Self::start_at("2026-03-02T15:31:06Z", catena, tempfile::tempdir().unwrap()).await
    }

    pub async fn start_at(now: &str, catena: Catena, dir: TempDir) -> Self {
        Self::start_tuned(now, catena, dir, |_| {}).await
    }

    /// As [`start`](Self::start), with a mail server to send with, and a name under which fleets know us.
    pub async fn start_mailing(smtp_url: &str) -> Self {
        let mail = MailSettings::new(smtp_url, "Acme Onboarding <onboarding@acme.example>").unwrap();
        let tune = |settings: &mut Settings| {
            settings.mail = Some(mail);
            settings.sender_name = Some("Acme Insurance".into());
        };
        Self::start_tuned("2026-03-02T15:31:06Z", Catena::Sandbox, tempfile::tempdir().unwrap(), tune).await
    }

    /// As [`start`](Self::start), with other limits for its clients.
    pub async fn start_limited(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::start_with_limits("2026-03-02T15:31:06Z", Catena::Sandbox, dir, limits, |_| {}).await
    }

    /// As [`start_at`](Self::start_at), with some settings changed.
    pub async fn start_tuned(now: &str, catena: Catena, dir: TempDir, tune: impl FnOnce(&mut Settings)) -> Self {
        Self::start_with_limits(now, catena, dir, Limits::default(), tune).await
    }

    async fn start_with_limits(
        now: &str,
        catena: Catena,
        dir: TempDir,
        limits: Limits,
        tune: impl FnOnce(&mut Settings),
    ) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let clock = Arc::new(ManualClock::at(timestamp::parse(now).unwrap()));
        let breakable = Arc::new(BreakableRandom::default());
        let random: SharedRandom = breakable.clone();
        let database = dir.path().join("onramp.db");
        let store: SharedStore = Arc::new(SqliteStore::open(&database).await.unwrap());
        let base = match catena {
            Catena::Sandbox | Catena::SeededSandbox(_) | Catena::Through(_) => "/sandbox",
            Catena::Routes(_) => "/catena",
        };
        let mut settings = Settings {
            listen: listener.local_addr().unwrap(),
            public_url: url.clone().try_into().unwrap(),
            data_dir: dir.path().to_owned(),
            database,
            catena: CatenaSettings {
                api_url: url.join(base).unwrap(),
                auth_url: url.join(&format!("{base}/realms/catena")).unwrap(),
                client_id: "client".into(),
                client_secret: Secret::from("client-secret"),
                timeout: Duration::from_millis(500),
                retries: Retries { tries: 2, base: Duration::from_millis(1), longest: Duration::from_millis(5) },
                at_once: CALLS_AT_ONCE,
            },
            sandbox: true,
            may_hear_real: false,
            sandbox_scopes: String::new(),
            site_dir: None,
            retention: Retention::default(),
            reconcile: ReconcileSettings { every: None, pause: Duration::ZERO },
            replay_on_start: true,
            imports: ImportPace {
                per_minute: 60_000,
                waits: vec![Duration::from_millis(10); 2],
                longest: Duration::from_secs(2),
            },
            remind_after: DEFAULT_WAIT,
            mail: None,
            sender_name: None,
        };
        tune(&mut settings);
        let vault = Vault::new(&[7; 32], random.clone());
        let dependencies =
            Dependencies { settings, site: Site::none(), store, vault, clock: clock.clone(), random: random.clone() };
        let mut application = Application::build(dependencies).unwrap().with_limits(limits);
        let recording = match catena {
            Catena::Routes(played) => {
                let (played, recording) = recorded(played, Answers::Scripted);
                application = application.nest("/catena", played);
                recording
            }
            played @ (Catena::Sandbox | Catena::SeededSandbox(_) | Catena::Through(_)) => {
                let seed = if let Catena::SeededSandbox(seed) = played { Some(seed) } else { None };
                // Not beside our own files: what lies there in the clear is Catena's business.
                let catena_dir = dir.path().join("catena");
                std::fs::create_dir_all(&catena_dir).unwrap();
                let settings = SandboxSettings {
                    base_url: url.join("/sandbox").unwrap(),
                    client_id: "client".into(),
                    client_secret: "client-secret".into(),
                    data: Some(catena_dir.join("sandbox.db")),
                    seed,
                    scopes: sandbox::PARTNER_SCOPES.into(),
                    token_lifetime: sandbox::DEFAULT_TOKEN_LIFETIME,
                    retry_waits: vec![Duration::from_millis(20); 3],
                    longest_delay: Duration::from_millis(100),
                    stylesheet: "onramp.css".into(),
                };
                let sandbox = Sandbox::open(settings, clock.clone(), random).await.unwrap();
                let (answers, recording) = recorded(sandbox.router(), Answers::Checked);
                let answers = if let Catena::Through(meddle) = played { meddle(answers) } else { answers };
                application = application.nest("/sandbox", answers);
                application.spawn(sandbox.run(application.stopping()));
                recording
            }
        };
        let (state, shutdown) = (application.state().clone(), CancellationToken::new());
        let serving = tokio::spawn(application.run_until(listener, shutdown.clone().cancelled_owned()));
        Self { state, clock, random: breakable, url, dir, recording, shutdown, serving }
    }

    /// Ends it and gives its directory, to start again over the same data.
    pub async fn stop(self) -> TempDir {
        self.shutdown.cancel();
        self.serving.await.unwrap();
        self.dir
    }

    /// Makes a subscription known, as if Catena had just been asked for it.
    pub async fn subscribe(&self, webhook_id: Uuid, secrets: &[&str]) {
        for secret in secrets {
            let id = self.state.random.uuid_v4();
            let sealed = self.state.vault.seal(Purpose::SigningSecret, secret.as_bytes());
            let created_at = self.clock.now();
            let secret = SigningSecret { id, event_name: "*".into(), sealed, created_at };
            self.state.store.put_secret(&secret).await.unwrap();
            let row = SubscriptionRow {
                webhook_id,
                event_name: "*".into(),
                url: "-".into(),
                status: "active".into(),
                created_at,
            };
            self.state.store.put_subscriptions(id, &[row]).await.unwrap();
        }
    }

    /// Sends one of the published example payloads, signed and compressed as Catena does.
    pub async fn send_example(&self, event: &str) -> StatusCode {
        let body = example(event);
        let webhook_id: Uuid = serde_json::from_slice::<serde_json::Value>(&body).unwrap()["webhook_id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        self.subscribe_once(webhook_id).await;
        self.delivery(webhook_id, body).send(self).await
    }

    async fn subscribe_once(&self, webhook_id: Uuid) {
        if self.state.store.secrets_of(webhook_id).await.unwrap().is_empty() {
            self.subscribe(webhook_id, &[SECRET]).await;
        }
    }

    /// A delivery of `body`, right in every way until it is changed.
    pub fn delivery(&self, webhook_id: Uuid, body: Vec<u8>) -> Delivery {
        let timestamp = timestamp::rfc3339(self.clock.now()).replace('Z', "+00:00");
        let signature = sign(SECRET, &timestamp, &body);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("content-encoding", "gzip".to_owned()),
            ("user-agent", "Catena-Webhook".to_owned()),
            ("x-catena-signature", signature),
            ("x-catena-timestamp", timestamp),
            ("x-webhook-id", webhook_id.to_string()),
            ("x-request-id", (&SystemRandom as &dyn Random).uuid_v4().to_string()),
            ("x-delivery-attempt", "1".to_owned()),
        ];
        Delivery { headers: headers.into_iter().collect(), wire: gzip(&body) }
    }

    /// What the fold says of a fleet.
    pub async fn onboarding(&self, fleet_ref: &str) -> Option<Onboarding> {
        let fleet = self.state.store.fleet_by_ref(fleet_ref).await.unwrap()?;
        Some(fold(self.state.store.facts_of(fleet.key).await.unwrap()))
    }

    pub async fn facts(&self, fleet_ref: &str) -> Vec<Fact> {
        let onboarding = self.onboarding(fleet_ref).await;
        onboarding.map(|known| known.timeline.into_iter().map(|entry| entry.fact).collect()).unwrap_or_default()
    }

    pub async fn deliveries(&self) -> Vec<DeliveryRow> {
        self.state.store.deliveries(&DeliveryFilter::default(), None, 10_000).await.unwrap()
    }

    /// Waits until everything that was received is processed.
    pub async fn processed(&self) -> Vec<DeliveryRow> {
        until("every delivery to be processed", async || {
            let all = self.deliveries().await;
            all.iter().all(|row| row.state != DeliveryState::Received).then_some(all)
        })
        .await
    }

    /// Our id of the invitation with this id of Catena's.
    pub async fn own_id(&self, catena_id: &str) -> Uuid {
        let digest = of_invitation(catena_id.parse().unwrap());
        self.state.store.invitation_by_digest(&digest).await.unwrap().expect("the invitation is known").id
    }

    /// Adds a member of staff with [`PASSWORD`].
    pub async fn add_staff(&self, email: &str, role: Role) -> Uuid {
        let hash = self.state.passwords.hash(PASSWORD.into()).await.unwrap();
        let id = self.state.random.uuid_v4();
        let row = StaffRow { id, email: email.into(), role, password_hash: Some(hash), demo: false };
        assert!(self.state.store.add_staff(&NewStaff { row, created_at: self.clock.now() }).await.unwrap());
        id
    }

    /// A browser in which someone of that role is signed in.
    pub async fn signed_in(&self, role: Role) -> Browser {
        let email = format!("{}@example.com", role.name());
        self.add_staff(&email, role).await;
        let browser = self.browser();
        let answer = browser.post("/login", &[("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    pub fn browser(&self) -> Browser {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Browser::at(&self.url, client)
    }

    /// A browser on the machine with this address, one of those of the loopback network.
    pub fn browser_on(&self, address: [u8; 4]) -> Browser {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Browser::at(&self.url, client.local_address(IpAddr::from(address)).build().unwrap())
    }
}

/// One request of Catena's.
#[derive(Clone)]
pub struct Delivery {
    pub headers: BTreeMap<&'static str, String>,
    pub wire: Vec<u8>,
}

impl Delivery {
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub fn wire(mut self, wire: Vec<u8>) -> Self {
        self.wire = wire;
        self
    }

    pub async fn send(self, server: &TestServer) -> StatusCode {
        let mut request = reqwest::Client::new().post(server.url.join("/webhooks/catena").unwrap()).body(self.wire);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.send().await.unwrap().status()
    }
}

/// A browser's cookies and manners, without its scripts.
pub struct Browser {
    client: reqwest::Client,
    base: Url,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Browser {
    /// A browser that opens pages below `base`.
    pub fn at(base: &Url, client: reqwest::Client) -> Self {
        Self { client, base: base.clone(), cookies: Mutex::default() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path).header("sec-fetch-site", "same-origin");
        self.send(request.form(form)).await
    }

    /// Sends a form with a file, as a browser does.
    pub async fn upload(&self, path: &str, name: &str, bytes: &[u8], text: &str) -> Answer {
        const BORDER: &str = "----a-border-that-no-file-has";
        let mut body = format!(
            "--{BORDER}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: text/csv\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(
            format!(
                "\r\n--{BORDER}\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--{BORDER}--\r\n"
            )
            .as_bytes(),
        );
        let request = self.request(Method::POST, path).header("sec-fetch-site", "same-origin");
        let kind = format!("multipart/form-data; boundary={BORDER}");
        self.send(request.header(header::CONTENT_TYPE, kind).body(body)).await
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let cookies = self.cookies.lock().unwrap();
        let line = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        self.client.request(method, self.base.join(path).unwrap()).header(header::COOKIE, line)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let (pair, rest) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if rest.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (status, headers) = (response.status(), response.headers().clone());
        // Views leave marks between their parts, for islands.
        let body = response.text().await.unwrap().replace("<!>", "");
        Answer { status, headers, body }
    }
}

/// Waits for a condition, at most ten seconds.
pub async fn until<T>(what: &str, condition: impl AsyncFn() -> Option<T>) -> T {
    within(10, what, condition).await
}

/// Waits for a condition, at most so many seconds.
pub async fn within<T>(seconds: u64, what: &str, condition: impl AsyncFn() -> Option<T>) -> T {
    let look = async {
        loop {
            if let Some(value) = condition().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(seconds), look)
        .await
        .unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// A published example payload, as compact JSON.
pub fn example(event: &str) -> Vec<u8> {
    let value: serde_json::Value = serde_json::from_str(contract::event(event)).unwrap();
    serde_json::to_vec(&value).unwrap()
}

pub fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
