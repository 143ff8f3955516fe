//! The binary itself: what it prints, and how it fails.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::TestServer;

pub fn onramp(args: &[&str], env: &[(&str, &str)]) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_onramp"));
    for (name, _) in std::env::vars()
        .filter(|(name, _)| name.starts_with("ONRAMP_") || name.starts_with("CATENA_") || name == "DATABASE_URL")
    {
        command.env_remove(name);
    }
    command.env("ONRAMP_DATA_DIR", dir.path()).env("ONRAMP_LISTEN", "127.0.0.1:9").envs(env.iter().copied()).args(args);
    command.stdin(std::process::Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn help_prints_every_setting() {
    let help = text(&onramp(&["--help"], &[]).stdout);
    for setting in [
        "ONRAMP_LISTEN",
        "ONRAMP_PUBLIC_URL",
        "ONRAMP_DATA_DIR",
        "DATABASE_URL",
        "ONRAMP_SECRET_KEY",
        "ONRAMP_SANDBOX",
        "ONRAMP_SANDBOX_SCOPES",
        "CATENA_API_URL",
        "CATENA_AUTH_URL",
        "CATENA_CLIENT_ID",
        "CATENA_CLIENT_SECRET",
        "ONRAMP_CHECK_EVERY_MINUTES",
        "ONRAMP_SMTP_URL",
        "ONRAMP_MAIL_FROM",
        "ONRAMP_SENDER_NAME",
        "ONRAMP_REMIND_AFTER_HOURS",
        "ONRAMP_IMPORT_PER_MINUTE",
        "ONRAMP_REPLAY_ON_START",
    ] {
        assert!(help.contains(setting), "{setting}");
    }
}

#[test]
fn help_never_prints_a_secret_that_is_set() {
    let env = ["CATENA_CLIENT_SECRET", "ONRAMP_SECRET_KEY", "ONRAMP_SMTP_URL"].map(|name| (name, "hunter2-hunter2"));
    assert!(!text(&onramp(&["--help"], &env).stdout).contains("hunter2"));
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_line_that_names_it() {
    let real = ("CATENA_CLIENT_ID", "id");
    let table: [(&str, Vec<(&str, &str)>); 19] = [
        ("ONRAMP_LISTEN", vec![("ONRAMP_LISTEN", "somewhere")]),
        ("ONRAMP_CHECK_EVERY_MINUTES", vec![("ONRAMP_CHECK_EVERY_MINUTES", "often")]),
        ("ONRAMP_PUBLIC_URL", vec![("ONRAMP_PUBLIC_URL", "not an address")]),
        ("CATENA_API_URL", vec![("CATENA_API_URL", "catena")]),
        ("CATENA_CLIENT_SECRET", vec![real]),
        (
            "ONRAMP_PUBLIC_URL",
            vec![real, ("CATENA_CLIENT_SECRET", "s"), ("ONRAMP_PUBLIC_URL", "http://onramp.example.com")],
        ),
        ("ONRAMP_PUBLIC_URL", vec![("ONRAMP_PUBLIC_URL", "ftp://onramp.example.com")]),
        ("ONRAMP_PUBLIC_URL", vec![("ONRAMP_PUBLIC_URL", "https://onramp.example.com/?a=b")]),
        ("ONRAMP_PUBLIC_URL", vec![("ONRAMP_PUBLIC_URL", "http://127.0.0.1:3000/onramp")]),
        ("ONRAMP_PUBLIC_URL", vec![("ONRAMP_PUBLIC_URL", "http://user:word@127.0.0.1:3000")]),
        ("ONRAMP_SANDBOX", vec![("ONRAMP_SANDBOX", "perhaps")]),
        ("ONRAMP_SECRET_KEY", vec![("ONRAMP_SECRET_KEY", "too short")]),
        ("ONRAMP_SANDBOX_SCOPES", vec![("ONRAMP_SANDBOX_SCOPES", "fleet:read fleet:eat")]),
        ("DATABASE_URL", vec![("DATABASE_URL", "mysql://x")]),
        ("ONRAMP_SMTP_URL", vec![("ONRAMP_SMTP_URL", "smtp.example.com"), ("ONRAMP_MAIL_FROM", "a@b.example")]),
        ("ONRAMP_MAIL_FROM", vec![("ONRAMP_SMTP_URL", "smtps://smtp.example.com")]),
        ("ONRAMP_REMIND_AFTER_HOURS", vec![("ONRAMP_REMIND_AFTER_HOURS", "a day")]),
        ("ONRAMP_SENDER_NAME", vec![("ONRAMP_SENDER_NAME", "Acme\nFreight")]),
        ("ONRAMP_DATA_DIR", vec![("ONRAMP_DATA_DIR", "/dev/null/data")]),
    ];
    for (setting, env) in table {
        let output = onramp(&["timeline", "X"], &env);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        // The timeline needs no key, so that one setting is asked of a command that does.
        let (output, err) = if setting == "ONRAMP_SECRET_KEY" {
            let output = onramp(&["user", "add", "--email", "a@b.example", "--role", "viewer"], &env);
            let err = text(&output.stderr);
            (output, err)
        } else {
            (output, err)
        };
        assert!(!output.status.success(), "{setting}: {out}");
        assert_eq!(err.lines().count(), 1, "{setting}: {err}");
        assert!(err.starts_with("onramp: ") && err.contains(setting), "{setting}: {err}");
    }
}

#[test]
fn a_command_that_cannot_reach_catena_says_what_to_do() {
    let output = onramp(&["invite", "ACME-1", "--json"], &[]);
    assert!(!output.status.success());
    assert_eq!(text(&output.stdout), "");
    assert_eq!(text(&output.stderr).lines().count(), 1, "{}", text(&output.stderr));
    let output = onramp(&["invite", "a/b"], &[]);
    assert!(text(&output.stderr).contains("fleet_ref"), "{}", text(&output.stderr));
}

#[test]
fn an_unknown_fleet_is_a_failure() {
    let output = onramp(&["timeline", "NOBODY", "--json"], &[]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("NOBODY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_declined_is_invited_again_only_when_that_is_said() {
    let server = TestServer::start().await;
    let (api, auth) =
        ["/sandbox", "/sandbox/realms/catena"].map(|path| server.url.join(path).unwrap().to_string()).into();
    let invite = |more: &[&str]| {
        let env = [
            ("CATENA_API_URL", api.as_str()),
            ("CATENA_AUTH_URL", &auth),
            ("CATENA_CLIENT_ID", "client"),
            ("CATENA_CLIENT_SECRET", "client-secret"),
        ];
        let args = [&["invite", "ACME-1", "--json"], more].concat();
        tokio::task::block_in_place(|| onramp(&args, &env))
    };
    let result = |output: Output| {
        assert!(output.status.success(), "{}", text(&output.stderr));
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        text(said["result"].as_str().unwrap().as_bytes())
    };
    assert_eq!(result(invite(&[])), "created");
    assert_eq!(result(invite(&[])), "refreshed", "an open one takes no word");
    let there = server.state.catena.invitations_of("ACME-1").await.unwrap();
    let url = server.url.join(&format!("/sandbox/v2/orgs/invitations/{}/decline", there[0].id.expose())).unwrap();
    let reason = json!({"decline_reason": "Not\nnow"});
    assert!(reqwest::Client::new().post(url).json(&reason).send().await.unwrap().status().is_success());

    let refused = invite(&[]);
    assert!(!refused.status.success());
    assert_eq!(text(&refused.stdout), "");
    let error = text(&refused.stderr);
    assert_eq!(error.lines().count(), 1, "{error}");
    for part in ["onramp: ACME-1 declined", "“Not now”", "--reopen-declined"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let status = async || server.state.catena.invitations_of("ACME-1").await.unwrap()[0].status.to_string();
    assert_eq!(status().await, "declined", "nothing was sent");
    assert_eq!(result(invite(&["--reopen-declined"])), "refreshed");
    assert_eq!(status().await, "active");
    assert!(text(&onramp(&["invite", "--help"], &[]).stdout).contains("--reopen-declined"));
}
