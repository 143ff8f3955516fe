//! `onramp sandbox`: the binary by itself.

use std::{collections::BTreeSet, path::Path, process::Stdio, time::Duration};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

struct Alone {
    base: String,
    token: String,
    http: Client,
    process: Child,
    /// Held, so that the process has somewhere to write.
    _out: Lines<BufReader<ChildStdout>>,
}

impl Alone {
    async fn start(more: &[&str]) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut process = Command::new(env!("CARGO_BIN_EXE_onramp"))
            .args(["sandbox", "--listen", "127.0.0.1:0", "--client-id", "me", "--client-secret", "mine"])
            .args(more)
            .env_remove("ONRAMP_LISTEN")
            .env_remove("ONRAMP_PUBLIC_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        while let Some(line) = out.next_line().await.unwrap() {
            printed.push_str(&line);
            if line.contains("CATENA_API_URL") {
                break;
            }
        }
        let base = printed.split_ascii_whitespace().find(|word| word.starts_with("http")).unwrap();
        let base = base.trim_end_matches(';').to_owned();
        for part in ["/v2", "/sandbox", "/realms/catena/protocol/openid-connect/token", "curl -s"] {
            assert!(printed.contains(part), "{part} in {printed}");
        }
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "me"),
            ("client_secret", "mine"),
            ("scope", "organization"),
        ];
        let url = format!("{base}/realms/catena/protocol/openid-connect/token");
        let answer = http.post(url).form(&form).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        Self { token: text(&body["access_token"]), base, http, process, _out: out }
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.json(&body).send().await.unwrap().json().await.unwrap()
    }

    /// Without warning, as a power cut would.
    async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }
}

fn with(file: &Path) -> [&str; 2] {
    ["--data", file.to_str().unwrap()]
}

/// The sandbox keeps its own list, so that a mistake in the client's would show; both come from the same contract.
#[test]
fn the_client_and_the_sandbox_know_the_same_scopes() {
    for (sandbox, client) in
        [(sandbox::PARTNER_SCOPES, catena::scopes::PARTNER), (sandbox::ALL_SCOPES, catena::scopes::ALL)]
    {
        let sandbox: BTreeSet<&str> = sandbox.split_ascii_whitespace().collect();
        assert_eq!(sandbox, client.iter().copied().collect());
    }
}

#[tokio::test]
async fn it_answers_at_the_root_and_shows_its_page_at_sandbox() {
    let alone = Alone::start(&["--demo"]).await;
    let fleets = alone.get("/v2/orgs/invitations?size=1000").await;
    assert_eq!(fleets["total"], 196, "the demo without the four deleted ones");
    let made = alone.post("/v2/orgs/invitations", json!({ "fleet_ref": "F-1" })).await;
    let link = text(&made["magic_link"]);
    assert!(link.starts_with(&format!("{}/connect?invite=", alone.base)), "{link}");
    assert_eq!(alone.http.get(link).send().await.unwrap().status(), 200);
    let page = alone.http.get(format!("{}/sandbox", alone.base)).send().await.unwrap();
    let html = page.text().await.unwrap();
    assert!(html.contains("Sandbox control") && html.contains("action=\"/control/page/clock\""));
    let root = alone.http.get(format!("{}/", alone.base)).send().await.unwrap();
    assert_eq!(root.headers()["location"], "/sandbox");
}

#[tokio::test]
async fn a_name_that_another_site_has_pointed_here_gets_no_answer_from_it() {
    let alone = Alone::start(&[]).await;
    for path in ["/sandbox", "/control/state", "/v2/orgs/invitations"] {
        let request = alone.http.get(format!("{}{path}", alone.base)).header("host", "evil.example:4010");
        assert_eq!(request.send().await.unwrap().status(), 421, "{path}");
    }
    let by_name = alone.http.get(format!("{}/control/state", alone.base)).header("host", "localhost:4010");
    assert_eq!(by_name.send().await.unwrap().status(), 200);
}

/// The parts of ids, tokens and secrets that are no time.
#[tokio::test]
async fn the_same_seed_and_the_same_calls_come_to_the_same_ids_and_secrets() {
    let run = async |seed: &str| {
        let alone = Alone::start(&["--seed", seed]).await;
        let made = alone.post("/v2/orgs/invitations", json!({ "fleet_ref": "F-1" })).await;
        let hook = json!({ "url": "http://127.0.0.1:1/hook", "event_name": "tsp.created" });
        let hook = alone.post("/v2/notifications/webhooks", hook).await;
        (text(&made["id"])[14..].to_owned(), hook["secret"].clone(), hook["partner_id"].clone())
    };
    let (one, same, other) = (run("7").await, run("7").await, run("8").await);
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[tokio::test]
async fn a_kill_in_the_middle_of_saving_loses_at_most_the_last_moment_and_a_seed_repeats_no_id() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alone.db");
    let args = [&with(&file)[..], &["--seed", "7"]].concat();
    let mut known = Vec::new();
    for round in 0..3 {
        let alone = Alone::start(&args).await;
        let page = alone.get("/v2/orgs/invitations?size=1000").await;
        let there: Vec<_> = page["items"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect();
        assert!(known.iter().all(|id| there.contains(id)), "what was saved before is there");
        let first = alone.post("/v2/orgs/invitations", json!({ "fleet_ref": format!("R-{round}") })).await;
        known.push(text(&first["id"]));
        // Saved before long; what comes after it may be lost with the kill.
        tokio::time::timeout(Duration::from_secs(10), saved(&file, &known[round])).await.unwrap();
        for n in 0..50 {
            alone
                .post("/control/stories", json!({ "story": "happy_path", "fleet_ref": format!("R-{round}-{n}") }))
                .await;
        }
        alone.kill().await;
    }
    known.sort();
    known.dedup();
    assert_eq!(known.len(), 3);
}

/// Waits until the file holds the record.
async fn saved(file: &Path, id: &str) {
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let found = async || {
        let query = sqlx::query("SELECT 1 FROM record WHERE kind = 'invitation' AND id = ?").bind(id.to_owned());
        query.fetch_optional(&pool).await.unwrap().is_some()
    };
    while !found().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    pool.close().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_command_is_said_in_one_line() {
    let fail = async |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_onramp")).arg("sandbox").args(args).output().await.unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = fail(&["--listen", "nowhere"]).await;
    assert!(said.contains("ONRAMP_LISTEN") && said.lines().count() == 1, "{said}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("no.db");
    std::fs::write(&file, "this was never a database, however long it may be, and so it cannot be opened").unwrap();
    let said = fail(&["--listen", "127.0.0.1:0", "--data", file.to_str().unwrap()]).await;
    // Before, the log says that others could read the file.
    assert!(said.lines().last().unwrap().contains("damaged") && said.lines().count() == 2, "{said}");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}
