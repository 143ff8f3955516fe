//! Checks traffic between Onramp and a stand-in for Catena against the two published OpenAPI documents, in every test.
//!
//! [`recorded`] wraps the stand-in's routes. Each request of Onramp's own client is checked before it is answered and, where
//! the stand-in claims to answer as Catena does, each answer before it is sent. Violations are kept until the test ends: then
//! the [`Recording`] is dropped and fails the test. A panic inside a server's task would be lost.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::header,
    middleware::{Next, from_fn},
    response::Response,
};

use super::{check, documents::Documents};

/// Known differences between a stand-in's answers and the documents: an operation, and a part of the violation's text. Fix
/// differences instead of adding them here.
const KNOWN: &[(&str, &str)] = &[];

/// Statuses that a gateway in front of the API may return in HTML, although they are not documented (CONTRACT.md 3).
const GATEWAY: [u16; 2] = [502, 503];

/// More bytes than any body in a test.
const LIMIT: usize = 64 * 1024 * 1024;

/// Whether a stand-in claims to answer as Catena does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// It does, so each answer is checked.
    Checked,
    /// It gives odd answers on purpose, so only requests are checked.
    Scripted,
}

/// What was seen so far. Fails the test when it is dropped, if there were violations.
#[must_use = "dropping it ends the recording"]
pub struct Recording(Arc<Mutex<Log>>);

#[derive(Default)]
struct Log {
    requests: usize,
    answers: usize,
    operations: BTreeSet<String>,
    violations: Vec<String>,
}

/// Records the traffic of `router`, which plays Catena's API. Paths outside the API pass unchecked: the documents don't describe the
/// token endpoint, the pages that fleets see, and the stand-in's controls.
pub fn recorded(router: Router, answers: Answers) -> (Router, Recording) {
    let log = Arc::new(Mutex::new(Log::default()));
    let recording = Recording(Arc::clone(&log));
    let router =
        router.layer(from_fn(move |request: Request, next: Next| record(Arc::clone(&log), answers, request, next)));
    (router, recording)
}

impl Recording {
    /// The number of checked requests of Onramp's client.
    pub fn requests(&self) -> usize {
        self.0.lock().unwrap().requests
    }

    /// The number of checked answers.
    pub fn answers(&self) -> usize {
        self.0.lock().unwrap().answers
    }

    /// The operations that Onramp's client has called, as `GET /v2/orgs/fleets/{fleet_id}`.
    pub fn operations(&self) -> BTreeSet<String> {
        self.0.lock().unwrap().operations.clone()
    }

    /// Takes the violations, so that they don't fail the test. For tests of the recorder itself.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().violations)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let violations = self.take_violations();
        if !std::thread::panicking() {
            let told = violations.join("\n");
            assert!(violations.is_empty(), "{} violations of the OpenAPI documents:\n{told}", violations.len());
        }
    }
}

async fn record(log: Arc<Mutex<Log>>, answers: Answers, request: Request, next: Next) -> Response {
    let Some(path) = path_of_the_api(request.uri().path()) else { return next.run(request).await };
    let method = request.method().clone();
    let found = Documents::get().find(&method, &path);
    let name = found.as_ref().map_or_else(|| format!("{method} {path}"), |(operation, _)| operation.to_string());
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LIMIT).await.unwrap_or_default();
    if is_onramps_own(&parts.headers) {
        let wrong = match &found {
            Some((operation, ids)) => check::request(operation, ids, &parts, &body),
            None => vec!["no such operation".to_owned()],
        };
        let mut log = log.lock().unwrap();
        log.requests += 1;
        log.operations.insert(name.clone());
        keep(&mut log, &name, "request", wrong);
    }
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    if answers == Answers::Scripted {
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, LIMIT).await.unwrap_or_default();
    let status = parts.status.as_u16();
    let wrong = if GATEWAY.contains(&status) {
        Vec::new()
    } else {
        check::answer(found.as_ref().map(|(operation, _)| *operation), status, &parts.headers, &body)
    };
    let mut log_now = log.lock().unwrap();
    log_now.answers += 1;
    keep(&mut log_now, &name, &format!("answer {status}"), wrong);
    drop(log_now);
    Response::from_parts(parts, Body::from(body))
}

fn keep(log: &mut Log, operation: &str, what: &str, wrong: Vec<String>) {
    let known = |text: &String| KNOWN.iter().any(|(of, part)| operation == *of && text.contains(part));
    let new = wrong.into_iter().filter(|text| !known(text));
    log.violations.extend(new.map(|text| format!("{operation}, {what}: {text}")));
}

/// The path without the prefix that the stand-in is mounted under; `None` outside the API. The older path of agreements is treated
/// like the one in the documents (CONTRACT.md trap 1).
fn path_of_the_api(path: &str) -> Option<String> {
    let start = path.find("/v2/")?;
    Some(path[start..].replacen("/share_agreements", "/share-agreements", 1))
}

fn is_onramps_own(headers: &header::HeaderMap) -> bool {
    headers.get(header::USER_AGENT).is_some_and(|agent| agent.as_bytes().starts_with(b"onramp/"))
}
