//! The start, with the binary itself: what is wrong, missing, or doubled never starts quietly.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::{Client, StatusCode};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::support::{Browser, PASSWORD, until};

type Env<'a> = &'a [(&'a str, &'a str)];

/// Nothing listens there: these tests don't need Catena.
const REAL: [(&str, &str); 4] = [
    ("CATENA_CLIENT_ID", "client"),
    ("CATENA_CLIENT_SECRET", "secret"),
    ("CATENA_API_URL", "http://127.0.0.1:9"),
    ("CATENA_AUTH_URL", "http://127.0.0.1:9/realms/catena"),
];
const A_KEY: (&str, &str) = ("ONRAMP_SECRET_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
const ANOTHER_KEY: (&str, &str) = ("ONRAMP_SECRET_KEY", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=");

/// The binary with these settings and the data in `dir`, free of those of whoever runs the test.
fn onramp(dir: &Path, env: Env<'_>, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onramp"));
    for (name, _) in std::env::vars() {
        if ["ONRAMP_", "CATENA_", "DATABASE_URL", "RUST_LOG"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    command.env("ONRAMP_DATA_DIR", dir).env("ONRAMP_LISTEN", "127.0.0.1:0").envs(env.iter().copied()).args(args);
    command.stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a command that ends by itself prints.
fn output(dir: &Path, env: Env<'_>, args: &[&str]) -> Output {
    let mut child = onramp(dir, env, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    for _ in 0..1_500 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    panic!("it runs and runs: {}{}", text(&output.stdout), text(&output.stderr));
}

/// The one line with which the server refuses to start.
fn refusal(dir: &Path, env: Env<'_>, args: &[&str]) -> String {
    let output = output(dir, env, args);
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert!(!output.status.success() && out.is_empty(), "it started: {out}{error}");
    // The log may warn before.
    let line = error.lines().last().unwrap_or_default().to_owned();
    let line = line.strip_prefix("onramp: ").unwrap_or_else(|| panic!("not a refusal: {error}"));
    line.to_owned()
}

/// A server of its own.
struct Running {
    child: tokio::process::Child,
    url: String,
    log: PathBuf,
    /// What it has printed after its address.
    printed: Arc<Mutex<String>>,
    _log_dir: TempDir,
}

impl Running {
    async fn start(dir: &Path, env: Env<'_>, args: &[&str]) -> Self {
        let log_dir = tempfile::tempdir().unwrap();
        let log = log_dir.path().join("log");
        let mut command = tokio::process::Command::from(onramp(dir, env, args));
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.expect("it starts in time");
        let line = line.unwrap().unwrap_or_else(|| panic!("it ended: {}", std::fs::read_to_string(&log).unwrap()));
        // Read to the end, so that the process always has somewhere to write.
        let printed = Arc::new(Mutex::new(String::new()));
        let more = printed.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                more.lock().unwrap().extend([line.as_str(), "\n"]);
            }
        });
        let url = line.strip_prefix("Onramp is at ").unwrap_or_else(|| panic!("unexpected: {line}"));
        Self { url: url.trim_end_matches('/').to_owned(), child, log, printed, _log_dir: log_dir }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        client().get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Without warning, as a power cut would.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

fn client() -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|entry| text(entry.unwrap().file_name().as_encoded_bytes())).collect();
    names.sort();
    names
}

#[tokio::test]
async fn without_any_setting_the_sandbox_starts_a_first_and_a_second_time() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let server = Running::start(dir.path(), &[], &[]).await;
        assert_eq!(server.get("/readyz").await.status(), StatusCode::OK);
        server.kill().await;
    }
}

#[tokio::test]
async fn settings_that_end_in_a_line_break_are_read_as_if_they_did_not() {
    let dir = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}\r\n", dir.path().join("here.db").display());
    let key = format!("{}\r\n", A_KEY.1);
    let env = [("ONRAMP_LISTEN", "127.0.0.1:0\r"), ("DATABASE_URL", &database), ("ONRAMP_SECRET_KEY", &key)];
    let server = Running::start(dir.path(), &env, &[]).await;
    assert!(files(dir.path()).iter().all(|name| !name.contains('\r')), "{:?}", files(dir.path()));
    server.kill().await;
    let line = refusal(dir.path(), &[("CATENA_CLIENT_ID", "cli\rent"), ("CATENA_CLIENT_SECRET", "x")], &[]);
    assert!(line.starts_with("CATENA_CLIENT_ID: ") && line.contains("U+000D"), "{line}");
}

#[tokio::test]
async fn a_directory_with_real_data_turns_into_a_sandbox_only_on_request_and_then_hears_nothing_of_catenas() {
    let dir = tempfile::tempdir().unwrap();
    Running::start(dir.path(), &REAL, &[]).await.kill().await;
    for (env, args) in [(&[][..], &["timeline", "X"][..]), (&[], &[]), (&[("CATENA_CLIENT_ID", " \r\n")], &[])] {
        let line = refusal(dir.path(), env, args);
        assert!(line.starts_with("CATENA_CLIENT_ID: it is missing") && line.contains("--sandbox"), "{line}");
    }
    assert!(!dir.path().join("onramp-sandbox.db").exists());

    let server = Running::start(dir.path(), &[("ONRAMP_SANDBOX", "yes")], &[]).await;
    let delivery = client().post(format!("{}/webhooks/catena", server.url)).body("{}");
    // As fresh as the machine's own clock: what is stale is refused before anyone asks whose it is.
    let now = domain::timestamp::rfc3339(platform::clock::Clock::now(&platform::clock::SystemClock));
    let delivery = delivery.header("x-catena-timestamp", now).header("x-catena-signature", "AAAA");
    let delivery = delivery.header("x-webhook-id", "019ca945-0a00-748d-8a2a-3a813060eb63");
    assert_eq!(delivery.send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE, "so that it is sent again");
    until("the log to say so", async || server.log().contains("may be the real Catena's").then_some(())).await;
    server.kill().await;
    Running::start(dir.path(), &REAL, &[]).await.kill().await;
}

#[tokio::test]
async fn a_database_of_the_real_catena_and_one_of_a_sandbox_are_not_taken_for_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let one = |name: &str| format!("sqlite:{}", dir.path().join(name).display());
    let (real, made_up) = (one("a.db"), one("b.db"));
    Running::start(dir.path(), &[&REAL[..], &[("DATABASE_URL", &real)]].concat(), &[]).await.kill().await;
    Running::start(dir.path(), &[("DATABASE_URL", &made_up)], &[]).await.kill().await;
    let line = refusal(dir.path(), &[("DATABASE_URL", &real)], &["--sandbox"]);
    assert!(line.starts_with("DATABASE_URL: ") && line.contains("real Catena"), "{line}");
    let line = refusal(dir.path(), &[&REAL[..], &[("DATABASE_URL", &made_up)]].concat(), &[]);
    assert!(line.starts_with("DATABASE_URL: ") && line.contains("made-up"), "{line}");
}

#[tokio::test]
async fn a_missing_or_wrong_key_stops_the_start_and_no_new_one_is_made() {
    let dir = tempfile::tempdir().unwrap();
    Running::start(dir.path(), &[], &[]).await.kill().await;
    let (key, away) = (dir.path().join("secret.key"), dir.path().join("away"));
    std::fs::rename(&key, &away).unwrap();
    for args in [&[][..], &["user", "add", "--email", "ada@example.com", "--role", "viewer"]] {
        let line = refusal(dir.path(), &[], args);
        assert!(line.starts_with("ONRAMP_SECRET_KEY: ") && line.contains("secret.key is missing"), "{line}");
        assert!(!key.exists(), "a new key would seal what the old one can't open");
    }
    let line = refusal(dir.path(), &[ANOTHER_KEY], &[]);
    assert!(line.starts_with("ONRAMP_SECRET_KEY: the key doesn't fit"), "{line}");
    std::fs::rename(&away, &key).unwrap();
    Running::start(dir.path(), &[], &[]).await.kill().await;
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_commands_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(dir.path(), &[], &[]).await;
    let pid = format!("process {}", server.child.id().unwrap());
    let line = refusal(dir.path(), &[], &[]);
    assert!(line.starts_with("ONRAMP_DATA_DIR: ") && line.contains(&pid), "{line}");

    // With a directory of its own, but the same database.
    let (elsewhere, key) =
        (tempfile::tempdir().unwrap(), std::fs::read_to_string(dir.path().join("secret.key")).unwrap());
    let database = format!("sqlite:{}", dir.path().join("onramp-sandbox.db").display());
    let env = [("DATABASE_URL", &*database), ("ONRAMP_SECRET_KEY", &key)];
    let line = refusal(elsewhere.path(), &env, &[]);
    assert!(line.starts_with("DATABASE_URL: ") && line.contains(&pid), "{line}");
    let state = dir.path().join("sandbox.db");
    let line = refusal(dir.path(), &[], &["sandbox", "--data", state.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(line.starts_with("--data: ") && line.contains(&pid), "{line}");

    let url = [("ONRAMP_PUBLIC_URL", &*server.url), ("ONRAMP_LISTEN", server.url.trim_start_matches("http://"))];
    for args in [
        &["user", "add", "--email", "ada@example.com", "--role", "viewer"][..],
        &["invite", "ACME-1"],
        &["timeline", "ACME-1"],
        &["deliveries"],
    ] {
        let done = output(dir.path(), &url, args);
        assert!(done.status.success(), "{args:?}: {}", text(&done.stderr));
    }
    server.kill().await;
    // A lock doesn't outlive its process, however that ended.
    Running::start(dir.path(), &[], &[]).await.kill().await;
}

#[tokio::test]
async fn what_is_stored_is_for_its_owner_alone_even_if_it_was_not_before() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    Running::start(&dir, &[], &[]).await.kill().await;
    assert_eq!(mode(&dir), 0o700);
    let names = ["onramp-sandbox.db", "onramp-sandbox.db-shm", "onramp-sandbox.db-wal", "sandbox.db", "secret.key"];
    let all = files(&dir);
    assert!(names.iter().all(|name| all.iter().any(|there| there == name)), "{all:?}");
    for name in &all {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }

    // As earlier versions left them, in a directory that somebody else made.
    std::fs::set_permissions(&dir, Permissions::from_mode(0o755)).unwrap();
    for name in names {
        std::fs::set_permissions(dir.join(name), Permissions::from_mode(0o644)).unwrap();
    }
    let server = Running::start(&dir, &[], &[]).await;
    for name in names {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
        let said =
            server.log().lines().any(|line| line.contains("others could read") && line.contains(&format!("{name} ")));
        assert!(said || server.log().contains(&format!("{name}\n")), "{name}: {}", server.log());
    }
    server.kill().await;
}

#[tokio::test]
async fn a_database_that_is_lost_or_replaced_under_a_running_server_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(dir.path(), &[], &[]).await;
    assert_eq!(server.get("/readyz").await.status(), StatusCode::OK);
    let (database, away) = (dir.path().join("onramp-sandbox.db"), dir.path().join("away.db"));
    std::fs::rename(&database, &away).unwrap();
    for replaced in [false, true] {
        if replaced {
            std::fs::copy(&away, &database).unwrap();
        }
        // An answer about readiness holds for a second.
        let said = until("it to be not ready", async || {
            let ready = server.get("/readyz").await;
            (ready.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(ready.text().await.unwrap())
        })
        .await;
        assert!(said.contains("removed or replaced"), "{said}");
        let delivery = client().post(format!("{}/webhooks/catena", server.url)).body("{}").send().await.unwrap();
        assert_eq!(delivery.status(), StatusCode::SERVICE_UNAVAILABLE, "nothing is acknowledged into the void");
        let form = [("email", "demo@onramp.example"), ("password", "onramp-sandbox")];
        let form = client().post(format!("{}/login", server.url)).form(&form).send().await.unwrap();
        assert!(form.status().is_server_error(), "{}", form.status());
    }
    std::fs::rename(&away, &database).unwrap();
    until("it to be back", async || (server.get("/readyz").await.status() == StatusCode::OK).then_some(())).await;
    server.kill().await;
}

#[tokio::test]
async fn a_site_file_is_cached_for_a_year_and_a_missing_one_not_at_all() {
    let (dir, site) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::create_dir(site.path().join("pkg")).unwrap();
    std::fs::write(site.path().join("pkg/onramp.css"), "body {}").unwrap();
    let server = Running::start(dir.path(), &[("ONRAMP_SITE_DIR", site.path().to_str().unwrap())], &[]).await;
    let cached = async |path: &str| {
        let answer = server.get(path).await;
        (answer.status().as_u16(), answer.headers()["cache-control"].to_str().unwrap().to_owned())
    };
    assert_eq!(cached("/pkg/onramp.css").await, (200, "public, max-age=31536000, immutable".into()));
    for path in ["/pkg/nope", "/pkg/deep/nope.wasm", "/pkg/%2e%2e/%2e%2e/etc/passwd", "/favicon.svg"] {
        assert_eq!(cached(path).await, (404, "no-store".into()), "{path}");
    }
    server.kill().await;
}

#[tokio::test]
async fn with_the_real_catena_there_is_no_sandbox_at_any_address() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(dir.path(), &REAL, &[]).await;
    for path in ["/sandbox", "/sandbox/control/state", "/sandbox/v2/orgs/invitations", "/sandbox/connect"] {
        assert_eq!(server.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let form = [("email", "demo@onramp.example"), ("password", "onramp-sandbox")];
    let answer = client().post(format!("{}/login", server.url)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "nor its account");
    server.kill().await;
}

#[tokio::test]
async fn at_its_most_talkative_the_log_holds_no_code_password_invitation_id_or_session() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(dir.path(), &[("RUST_LOG", "trace")], &[]).await;
    let browser = Browser::at(&server.url.parse().unwrap(), client());
    let mut secrets = vec![PASSWORD.to_owned()];
    let code = until("the set-up link", async || {
        let printed = server.printed.lock().unwrap().clone();
        let code = printed.split("/setup?code=").nth(1)?.split_once('\n')?.0.to_owned();
        Some(code)
    })
    .await;
    let account = [("email", "ada@example.com"), ("password", PASSWORD)];
    let mut answers = vec![browser.get(&format!("/setup?code={code}")).await];
    secrets.push(code);
    answers.push(browser.post("/setup", &[&account[..], &[("password_again", PASSWORD)]].concat()).await);
    assert_eq!(answers[1].header("location"), "/invitations", "{}", answers[1].body);
    answers.push(browser.post("/logout", &[]).await);
    answers.push(browser.post("/login", &account).await);
    browser.post("/subscriptions/ensure", &[]).await;
    let made = browser.post("/invitations/new", &[("fleet_ref", "ACME-1")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let page = browser.get(made.header("location")).await.body;
    let id = page.split("/sandbox/connect?invite=").nth(1).expect("the link")[..36].to_owned();
    until("the webhook", async || {
        browser.get("/deliveries?state=processed").await.body.contains("row-link").then_some(())
    })
    .await;
    let fleet = Browser::at(&server.url.parse().unwrap(), client());
    answers.push(fleet.get(&format!("/onboarding/success?invitation_id={id}&fleet_ref=ACME-1&status=success")).await);
    assert_eq!(answers[4].status, StatusCode::SEE_OTHER);
    fleet.get("/onboarding/success").await;
    secrets.push(id);
    for answer in &answers {
        for cookie in answer.headers.get_all("set-cookie") {
            let value = cookie.to_str().unwrap().split(['=', ';']).nth(1).unwrap();
            secrets.extend((value.len() > 15).then(|| value.to_owned()));
        }
    }
    assert!(secrets.len() >= 6, "a code, a password, an id, and cookies: {}", secrets.len());
    let log = server.log();
    assert!(log.contains(" TRACE ") && log.contains("staff signed in"), "it says little");
    for secret in &secrets {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(secret)).take(3).collect();
        assert!(lines.is_empty(), "{secret} is in the log: {lines:#?}");
    }
    server.kill().await;
}

#[test]
fn a_damaged_key_or_database_is_refused_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("secret.key"), "c2hvcnQ=").unwrap();
    let line = refusal(dir.path(), &[], &[]);
    assert!(line.starts_with("ONRAMP_SECRET_KEY: ") && line.contains("damaged"), "{line}");
    let dir = tempfile::tempdir().unwrap();
    let noise = "this was never a database, however long it may be, and so it can't be opened".repeat(100);
    std::fs::write(dir.path().join("onramp-sandbox.db"), noise).unwrap();
    let line = refusal(dir.path(), &[A_KEY], &[]);
    assert!(line.starts_with("DATABASE_URL: ") && line.contains("can't be opened"), "{line}");
}
