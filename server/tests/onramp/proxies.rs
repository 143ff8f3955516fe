//! Onramp behind the reverse proxies that `docs/operating.md` shows, configured word for word as it says: only addresses, ports,
//! and the folder of the certificate are those of the test.

use std::{
    net::{SocketAddr, TcpListener as StdListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use catena::webhook_signature::WIRE_MAX;
use domain::{import::MAX_BYTES, staff::Role};
use reqwest::{Method, StatusCode, header, redirect::Policy};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, timeout},
};
use url::Url;
use uuid::Uuid;

use crate::{
    imports::HOME,
    live::{Live, stream_of_an_invitation},
    support::{Browser, Catena, PASSWORD, TestServer, until},
};

const NAME: &str = "onramp.example.com";
const SOON: Duration = Duration::from_secs(3);

/// A proxy in front of a server.
struct Proxied {
    server: TestServer,
    /// The public address.
    url: Url,
    client: reqwest::Client,
    _proxy: Child,
}

impl Proxied {
    /// Starts a server and the proxy that `command` runs, once it has written its configuration for that server.
    async fn start(command: impl FnOnce(&Path, SocketAddr, u16) -> Command) -> Self {
        let port = StdListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url: Url = format!("https://{NAME}:{}", port.port()).parse().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let public_url = url.clone();
        let tune = |settings: &mut server::config::Settings| settings.public_url = public_url.try_into().unwrap();
        let server = TestServer::start_tuned("2026-03-02T15:31:06Z", Catena::Sandbox, dir, tune).await;
        let work = server.dir.path().join("proxy");
        std::fs::create_dir(&work).unwrap();
        let upstream = server.url.socket_addrs(|| None).unwrap()[0];
        let mut command = command(&work, upstream, port.port());
        let log = std::fs::File::create(work.join("log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        let mut proxy = command.spawn().unwrap();
        let started = Instant::now();
        while TcpStream::connect(port).await.is_err() {
            let log = || std::fs::read_to_string(work.join("log")).unwrap();
            assert!(proxy.try_wait().unwrap().is_none(), "the proxy ended: {}", log());
            assert!(started.elapsed() < 5 * SOON, "the proxy doesn’t listen: {}", log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Its certificate is made for the test.
        let client = reqwest::Client::builder().redirect(Policy::none()).danger_accept_invalid_certs(true);
        let client = client.resolve(NAME, port).build().unwrap();
        Self { server, url, client, _proxy: proxy }
    }

    /// Signs in as a browser that sends `Origin` but not `Sec-Fetch-Site`, so that all depends on `Host`.
    async fn signed_in(&self) -> Browser {
        self.server.add_staff("ada@example.com", Role::Administrator).await;
        let browser = Browser::at(&self.url, self.client.clone());
        let form = [("email", "ada@example.com"), ("password", PASSWORD)];
        let request =
            browser.request(Method::POST, "/login").header(header::ORIGIN, self.url.origin().ascii_serialization());
        let answer = browser.send(request.form(&form)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    async fn streams_arrive_at_once(&self, browser: &Browser) {
        let path = stream_of_an_invitation(&self.server).await;
        let began = Instant::now();
        let mut live = Live::open(browser, &path).await;
        live.until("event: part").await;
        assert!(began.elapsed() < SOON, "the first event came after {:?}", began.elapsed());
        self.server.send_example("invitation.viewed").await;
        timeout(SOON, live.until("data-kind=\"invitation.viewed\"")).await.expect("the change comes at once");
    }

    async fn a_form_from_elsewhere_is_refused(&self, browser: &Browser) {
        let request = browser.request(Method::POST, "/logout").header(header::ORIGIN, "https://elsewhere.example");
        assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN);
    }

    /// A delivery as large as Onramp takes.
    async fn the_largest_delivery_passes(&self) {
        let webhook_id = Uuid::from_u128(7);
        self.server.subscribe(webhook_id, &[crate::support::SECRET]).await;
        let mut body = br#"{"event_name":"large","data":[],"filler":""#.to_vec();
        body.resize(WIRE_MAX - 2, b'x');
        body.extend_from_slice(b"\"}");
        let delivery = self.server.delivery(webhook_id, body.clone()).without("content-encoding");
        let mut request = self.client.post(self.url.join("/webhooks/catena").unwrap()).body(body);
        for (name, value) in delivery.headers {
            request = request.header(name, value);
        }
        assert_eq!(request.send().await.unwrap().status(), StatusCode::ACCEPTED);
    }

    /// An import as large as Onramp takes.
    async fn the_largest_import_passes(&self, browser: &Browser) {
        let mut file = b"fleet_ref,fleet_name\nLARGE-1,".to_vec();
        file.resize(MAX_BYTES, b'x');
        let answer = browser.upload(HOME, "large.csv", &file, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        file.push(b'x');
        let answer = browser.upload(HOME, "larger.csv", &file, "").await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.body.contains("It is larger than 20 MB."), "Onramp says it, not the proxy: {}", answer.body);
    }

    /// Everything that a proxy could break.
    async fn works(self) {
        let browser = self.signed_in().await;
        assert_eq!(browser.get("/deliveries").await.status, StatusCode::OK);
        self.a_form_from_elsewhere_is_refused(&browser).await;
        self.streams_arrive_at_once(&browser).await;
        self.the_largest_delivery_passes().await;
        self.the_largest_import_passes(&browser).await;
        let metrics = self.client.get(self.url.join("/metrics").unwrap()).send().await.unwrap();
        assert_eq!(metrics.status(), StatusCode::NOT_FOUND, "metrics are nobody’s business");
        // A page that is closed is closed for Onramp too, so that no stream is left behind.
        drop(browser);
        until("streams to end", async || (self.server.state.live_streams.count() == 0).then_some(())).await;
    }
}

/// The configuration in this language that the guide shows.
fn shown(language: &str) -> String {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let (_, rest) = guide.split_once(&format!("```{language}\n")).expect("the guide shows one");
    rest.split("```").next().unwrap().to_owned()
}

/// Replaces what is the operator's choice. Each of these stands in the guide.
fn with(config: &str, replacements: &[(&str, String)]) -> String {
    replacements.iter().fold(config.to_owned(), |config, (shown, ours)| {
        assert!(config.contains(shown), "the guide doesn’t show {shown}");
        config.replace(shown, ours)
    })
}

/// The program, from `.tools` or the machine. Where it is missing, the test can't test: it says so, and fails under CI.
fn program(name: &str) -> Option<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(tools).chain(std::env::split_paths(&path)).chain(["/usr/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        let text = format!("{name} is missing, so this can’t be tested: run scripts/tools.sh proxies, or install it");
        assert!(std::env::var_os("CI").is_none(), "{text}");
        eprintln!("{text}");
    }
    found
}

#[tokio::test]
async fn everything_passes_through_nginx_as_the_guide_configures_it() {
    let Some(nginx) = program("nginx") else { return };
    let proxied = Proxied::start(|work, upstream, port| {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        std::fs::write(work.join("fullchain.pem"), made.cert.pem()).unwrap();
        std::fs::write(work.join("privkey.pem"), made.signing_key.serialize_pem()).unwrap();
        let site = with(
            &shown("nginx"),
            &[
                ("127.0.0.1:3000", upstream.to_string()),
                ("listen 443", format!("listen 127.0.0.1:{port}")),
                ("/etc/ssl/onramp", work.display().to_string()),
            ],
        );
        let dir = work.display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|kind| format!("{kind}_temp_path {dir}/{kind};\n")).concat();
        let around = format!(
            "daemon off;\nmaster_process off;\npid {dir}/pid;\nerror_log stderr;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{site}}}\n"
        );
        std::fs::write(work.join("nginx.conf"), around).unwrap();
        let mut command = Command::new(nginx);
        command.arg("-p").arg(work).arg("-c").arg(work.join("nginx.conf")).args(["-e", "stderr"]);
        command
    });
    proxied.await.works().await;
}

#[tokio::test]
async fn everything_passes_through_caddy_as_the_guide_configures_it() {
    let Some(caddy) = program("caddy") else { return };
    let proxied = Proxied::start(|work, upstream, port| {
        let site = with(&shown("caddyfile"), &[("127.0.0.1:3000", upstream.to_string())]);
        let dir = work.display();
        // A certificate of its own, no port but ours, and nothing outside the folder.
        let global = format!(
            "{{\nadmin off\nauto_https disable_redirects\nhttps_port {port}\nlocal_certs\nskip_install_trust\n\
             default_bind 127.0.0.1\nstorage file_system {dir}/storage\n}}\n"
        );
        std::fs::write(work.join("Caddyfile"), global + &site).unwrap();
        let mut command = Command::new(caddy);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(work.join("Caddyfile")).env("HOME", work);
        command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
        command
    });
    proxied.await.works().await;
}
