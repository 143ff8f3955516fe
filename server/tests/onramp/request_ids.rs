//! The id of a request: in the response, and around its lines in the log.

use std::{collections::BTreeSet, sync::Arc};

use domain::staff::Role;
use reqwest::{Method, StatusCode};

use server::telemetry::log::DEFAULT_FILTER;

use crate::support::TestServer;

const HEADER: &str = "x-request-id";

#[tokio::test]
async fn every_response_carries_an_id_of_its_own() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let mut ids = BTreeSet::new();
    // A page, a redirect, a check, an unknown address, a wrong method, a body that isn't a form, and an unsigned webhook.
    for (method, path, status) in [
        (Method::GET, "/login", StatusCode::OK),
        (Method::GET, "/invitations", StatusCode::SEE_OTHER),
        (Method::GET, "/healthz", StatusCode::OK),
        (Method::GET, "/no-such-page", StatusCode::NOT_FOUND),
        (Method::DELETE, "/login", StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/login", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Method::POST, "/webhooks/catena", StatusCode::UNAUTHORIZED),
    ] {
        let answer = browser.send(browser.request(method.clone(), path)).await;
        assert_eq!(answer.status, status, "{method} {path}");
        let id = answer.header(HEADER).to_owned();
        assert!(!id.is_empty(), "{method} {path}");
        assert!(ids.insert(id), "{method} {path} has the id of another request");
    }
}

#[tokio::test]
async fn an_id_from_the_client_is_ignored() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let answer = browser.send(browser.request(Method::GET, "/login").header(HEADER, "forged-id")).await;
    assert_eq!(answer.headers.get_all(HEADER).iter().count(), 1);
    let id = answer.header(HEADER);
    assert!(!id.is_empty() && !id.contains("forged-id"), "{id}");
}

#[tokio::test]
async fn the_log_line_of_a_failed_page_and_of_its_statements_lies_in_the_span_with_the_id() {
    let file = tempfile::NamedTempFile::new().unwrap();
    // As in production, with ours in more detail: tower-sessions logs some failures too, and nothing may be there twice.
    let filter = format!("{DEFAULT_FILTER},server=debug");
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
    // Only for this thread, on which the server runs too.
    let _guard = tracing::subscriber::set_default(lines.with_writer(Arc::new(file.reopen().unwrap())).finish());
    let server = TestServer::start().await;
    let browser = server.signed_in(Role::Operator).await;
    let database = server.dir.path().join("onramp.db");
    let pool = sqlx::SqlitePool::connect(database.to_str().unwrap()).await.unwrap();
    sqlx::query("ALTER TABLE sessions RENAME TO gone").execute(&pool).await.unwrap();
    let path = "/invitations?q=secret-query";
    assert_eq!(browser.get(path).await.status, StatusCode::SERVICE_UNAVAILABLE);
    // If a test on another thread, which has no subscriber, reached a line of the log first, tracing may have turned it off.
    // All of them have been reached now.
    tracing::callsite::rebuild_interest_cache();
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains(answer.header(HEADER)), "the page shows no reference: {}", answer.body);
    let span = format!("request{{id={} method=GET route=\"/invitations\"}}:", answer.header(HEADER));

    sqlx::query("ALTER TABLE gone RENAME TO sessions").execute(&pool).await.unwrap();
    assert_eq!(browser.get(path).await.status, StatusCode::OK);

    let log = std::fs::read_to_string(file.path()).unwrap();
    let of_request: Vec<&str> = log.lines().filter(|line| line.contains(&span)).collect();
    let has = |parts: &[&str]| of_request.iter().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(has(&[" ERROR ", "a session can't be read or changed", "no such table"]), "{of_request:#?}");
    let errors = of_request.iter().filter(|line| line.contains(" ERROR ")).count();
    assert_eq!(errors, 1, "a failure is logged once: {of_request:#?}");
    assert!(has(&["ran a statement", "sessions::BY_DIGEST", "ok=false"]), "{of_request:#?}");
    assert!(has(&["responded", "status=503"]), "{of_request:#?}");
    assert!(!log.contains("secret-query"), "the query is in the log");
    let statements: Vec<&str> = log.lines().filter(|line| line.contains("ran a statement")).collect();
    assert!(statements.iter().any(|line| line.contains("ok=true")), "{statements:#?}");
    assert!(statements.iter().all(|line| !line.contains("operator@example.com")), "a value is in the log");
}
