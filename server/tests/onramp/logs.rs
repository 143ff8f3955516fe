//! What is written to the log: lines of our own alone, whatever comes from outside.

use std::sync::Arc;

use domain::staff::Role;
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use uuid::Uuid;

use crate::{
    hostile_text::{answers_with, spoiled},
    support::{SECRET, TestServer},
};

const HOOK: Uuid = Uuid::from_u128(1);
/// Where a line breaks and where a terminal takes orders.
const BROKEN: &str = "x\r\nFORGED line\u{1b}[31m red\u{85}\u{2028}FORGED";

#[tokio::test]
async fn no_text_from_outside_begins_a_line_of_the_log_or_commands_a_terminal() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    // Only for this thread, on which the server runs too.
    let _guard = tracing::subscriber::set_default(lines.with_writer(Arc::new(file.reopen().unwrap())).finish());
    let server = TestServer::start_with(answers_with(BROKEN, BROKEN)).await;
    server.subscribe(HOOK, &[SECRET]).await;
    let browser = server.signed_in(Role::Administrator).await;
    let visit = async |round: u128| {
        let all = [
            spoiled("invitation.created", BROKEN, BROKEN, |value| {
                value["id"] = Uuid::from_u128(round).to_string().into();
            }),
            spoiled("invitation.viewed", BROKEN, BROKEN, |value| value["event_name"] = BROKEN.into()),
            spoiled("invitation.viewed", BROKEN, BROKEN, |value| value["data"][0]["status"] = BROKEN.into()),
            spoiled("invitation.viewed", BROKEN, BROKEN, |value| value["data"][0]["expires_at"] = BROKEN.into()),
            spoiled("invitation.viewed", BROKEN, BROKEN, |value| value["id"] = BROKEN.into()),
            format!("{{\"event_name\": \"{BROKEN}").into_bytes(),
        ];
        for body in all {
            for signature in [None, Some("AAAA")] {
                let delivery = server.delivery(HOOK, body.clone());
                let delivery =
                    if let Some(wrong) = signature { delivery.with("x-catena-signature", wrong) } else { delivery };
                delivery.with("x-source", "x\u{9b}31m\tFORGED").send(&server).await;
            }
        }
        server.processed().await;
        browser.post("/invitations/new", &[("fleet_ref", "ACME-1"), ("fleet_name", BROKEN)]).await;
        browser.post("/subscriptions/refresh", &[]).await;
        server.browser().post("/login", &[("email", BROKEN), ("password", BROKEN)]).await;
        for path in ["/deliveries/x%0d%0aFORGED%1b[31m", "/x%0aFORGED%1b[31m?a=%0aFORGED", "/setup?code=%0aFORGED"] {
            browser.send(browser.request(Method::GET, path)).await;
        }
        // What no client of ours would send.
        let mut socket = TcpStream::connect(server.state.settings.listen).await.unwrap();
        let request = b"POST /webhooks/catena HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Source: a\x1b[31m\rFORGED\r\nContent-Length: 0\r\n\r\n";
        socket.write_all(request).await.unwrap();
        socket.shutdown().await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    };
    // If a test on another thread, which has no subscriber, reached a line first, tracing may have turned it off.
    visit(1).await;
    tracing::callsite::rebuild_interest_cache();
    visit(2).await;
    assert_eq!(server.browser().get("/healthz").await.status, StatusCode::OK);

    let log = std::fs::read_to_string(file.path()).unwrap();
    let is_ours = |line: &str| line.starts_with("20") && line.as_bytes().get(10) == Some(&b'T');
    let forged: Vec<&str> = log
        .lines()
        .filter(|line| line.trim_start().starts_with("FORGED") || (line.contains("FORGED") && !is_ours(line)))
        .collect();
    assert!(forged.is_empty(), "{forged:#?}");
    let commands = log.chars().find(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'));
    let around = commands.map(|letter| log.lines().find(|line| line.contains(letter)).unwrap_or_default());
    assert_eq!((commands, around), (None, None), "the log commands a terminal");
    assert!(log.lines().any(|line| is_ours(line) && line.contains("FORGED")), "nothing of it came to the log: {log}");
}
