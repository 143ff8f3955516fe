//! The streams behind pages that update while someone looks at them.

use std::{collections::BTreeSet, time::Duration};

use domain::staff::Role;
use reqwest::{Method, Response, StatusCode};
use server::security::live_streams::PER_SESSION;
use tokio::time::timeout;

use crate::{
    commands::onramp,
    imports::done,
    support::{Browser, FLEET_REF, INVITATION, TestServer, until},
};

const SOON: Duration = Duration::from_secs(5);

/// A stream and what has come of it.
pub struct Live {
    pub response: Response,
    text: String,
}

impl Live {
    pub async fn open(browser: &Browser, path: &str) -> Self {
        let response =
            timeout(SOON, browser.request(Method::GET, path).send()).await.expect("an answer at once").unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// Reads until the next event has come, and returns it; `None` at the end.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let event = self.text[..end].to_owned();
                self.text.drain(..end + 2);
                return Some(event);
            }
            // The end of the server's process, a cut connection, is an end too.
            let chunk = timeout(SOON, self.response.chunk()).await.expect("something comes in time").ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Reads until an event has this text.
    pub async fn until(&mut self, text: &str) -> String {
        while let Some(event) = self.next().await {
            if event.contains(text) {
                return event;
            }
        }
        panic!("the stream ended without {text}")
    }

    /// Reads to the end and returns the last event.
    pub async fn last(&mut self) -> String {
        let mut last = String::new();
        while let Some(event) = self.next().await {
            last = event;
        }
        last
    }
}

/// A server that knows one invitation, and the address of its stream.
pub async fn server_with_an_invitation() -> (TestServer, String) {
    let server = TestServer::start().await;
    let path = stream_of_an_invitation(&server).await;
    (server, path)
}

pub async fn stream_of_an_invitation(server: &TestServer) -> String {
    assert_eq!(server.send_example("invitation.created").await, StatusCode::ACCEPTED);
    server.processed().await;
    format!("/live?invitation={}", server.own_id(INVITATION).await)
}

#[tokio::test]
async fn no_proxy_is_given_a_reason_to_hold_a_stream_back() {
    let (server, path) = server_with_an_invitation().await;
    let browser = server.signed_in(Role::Operator).await;
    let import = done(&server, &browser, "fleet_ref\nA\n").await;
    for path in [path, format!("{import}/live?state=done")] {
        let mut live = Live::open(&browser, &path).await;
        assert_eq!(live.response.headers()["x-accel-buffering"], "no");
        assert_eq!(live.response.headers()["cache-control"], "no-store, no-transform");
        assert!(!live.response.headers().contains_key("content-encoding"));
        assert_eq!(live.next().await.unwrap(), ": open", "the first byte needs no database");
        assert!(live.next().await.unwrap().contains("event: part"));
    }
}

#[tokio::test]
async fn the_first_event_is_what_the_page_shows_and_the_next_comes_with_the_next_change() {
    let (server, path) = server_with_an_invitation().await;
    let browser = server.signed_in(Role::Viewer).await;
    let page = browser.get(&format!("/invitations/{}", server.own_id(INVITATION).await)).await.body;
    let versions = |html: &str| -> BTreeSet<String> {
        html.split(" data-version=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let mut live = Live::open(&browser, &path).await;
    let first = live.until("event: part").await;
    assert_eq!(versions(&first), versions(&page), "no element has to be replaced");
    assert!(versions(&page).len() >= 9, "badges, sentence, expiry, six steps");

    assert_eq!(server.send_example("invitation.viewed").await, StatusCode::ACCEPTED);
    let second = live.until("data-kind=\"invitation.viewed\"").await;
    assert!(versions(&second).intersection(&versions(&first)).count() >= 5, "what didn’t change keeps its version");
}

#[tokio::test]
async fn a_session_that_opens_too_many_streams_loses_the_oldest_which_is_told() {
    let (server, path) = server_with_an_invitation().await;
    let (browser, other) = (server.signed_in(Role::Viewer).await, server.signed_in(Role::Operator).await);
    let mut of_other = Live::open(&other, &path).await;
    let mut streams = Vec::new();
    for _ in 0..=PER_SESSION {
        streams.push(Live::open(&browser, &path).await);
    }
    assert!(streams[0].last().await.contains("event: replaced"));
    assert_eq!(server.send_example("invitation.viewed").await, StatusCode::ACCEPTED);
    for stream in streams[1..].iter_mut().chain([&mut of_other]) {
        stream.until("data-kind=\"invitation.viewed\"").await;
    }
}

#[tokio::test]
async fn a_page_that_is_left_no_longer_counts() {
    let (server, path) = server_with_an_invitation().await;
    let browser = server.signed_in(Role::Viewer).await;
    let mut live = Live::open(&browser, &path).await;
    live.until("event: part").await;
    assert_eq!(server.state.live_streams.count(), 1);
    drop(live);
    until("the stream to end", async || (server.state.live_streams.count() == 0).then_some(())).await;
}

#[tokio::test]
async fn a_stream_ends_with_the_session_and_with_the_right_to_see_the_page() {
    let (server, path) = server_with_an_invitation().await;
    let browser = server.signed_in(Role::Operator).await;
    let import = done(&server, &browser, "fleet_ref\nA\n").await;
    let mut of_import = Live::open(&browser, &format!("{import}/live?state=done")).await;
    let mut of_fleet = Live::open(&browser, &path).await;
    of_import.until("event: part").await;
    of_fleet.until("event: part").await;

    let database = format!("sqlite://{}", server.dir.path().join("onramp.db").display());
    let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&database).await.unwrap();
    sqlx::query("UPDATE staff SET role = 'viewer'").execute(&mut database).await.unwrap();
    assert!(!of_import.last().await.contains("event: replaced"), "viewers don’t see imports");

    assert_eq!(browser.post("/logout", &[]).await.status, StatusCode::SEE_OTHER);
    // Not the change itself, but the look that it causes.
    assert_eq!(server.send_example("invitation.viewed").await, StatusCode::ACCEPTED);
    assert!(!of_fleet.last().await.contains("invitation.viewed"));
}

#[tokio::test]
async fn a_stop_ends_open_pages_at_once() {
    let (server, path) = server_with_an_invitation().await;
    let browser = server.signed_in(Role::Viewer).await;
    let mut live = Live::open(&browser, &path).await;
    live.until("event: part").await;
    let (stopped, last) = tokio::join!(timeout(SOON, server.stop()), live.last());
    stopped.expect("within seconds");
    assert!(!last.contains("event: replaced"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_stream_nor_a_printed_timeline_holds_an_invitation_id_a_magic_link_or_a_token() {
    let (server, path) = server_with_an_invitation().await;
    let mut streams = Vec::new();
    for role in [Role::Viewer, Role::Operator, Role::Administrator] {
        let browser = server.signed_in(role).await;
        // Whoever may see the link sees it on the page alone.
        browser.post(&format!("/invitations/{}/link", server.own_id(INVITATION).await), &[]).await;
        streams.push((role, Live::open(&browser, &path).await));
    }
    assert_eq!(server.send_example("invitation.accepted").await, StatusCode::ACCEPTED);
    server.processed().await;
    let mut said = Vec::new();
    for (role, live) in &mut streams {
        let mut all = String::new();
        while !all.contains("data-kind=\"invitation.accepted\"") {
            all += &live.next().await.expect("the stream goes on");
        }
        said.push((role.name(), all));
    }
    let database = format!("sqlite:{}", server.dir.path().join("onramp.db").display());
    let printed =
        tokio::task::block_in_place(|| onramp(&["timeline", FLEET_REF, "--json"], &[("DATABASE_URL", &*database)]));
    let json = String::from_utf8(printed.stdout).unwrap();
    assert!(json.contains("invitation.accepted"), "{json}{}", String::from_utf8_lossy(&printed.stderr));
    said.push(("the command", json));
    for (who, text) in said {
        for secret in [INVITATION, "connect.catenatelematics.com", "invite=", "example-pre-registration"] {
            assert!(!text.contains(secret), "{who} is told {secret}: {text}");
        }
    }
}
