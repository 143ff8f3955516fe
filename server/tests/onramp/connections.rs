//! Connections that cost more than they may, and requests under way when the server is told to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    routing::{get, post},
};
use domain::staff::Role;
use futures::{StreamExt as _, stream};
use platform::http_server::{Limits, serve};
use reqwest::{Method, StatusCode};
use server::security::live_streams::PER_SESSION;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{INVITATION, TestServer, until};

const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(100);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const SLOW: &[u8] = b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
const FORM: &[u8] = b"POST /form HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\n";

struct Served {
    address: SocketAddr,
    closing: CancellationToken,
    ended: JoinHandle<()>,
    /// Notified when a request to `/slow`, or the first part of a form, has come in.
    came: Arc<Notify>,
    /// A request to `/slow` is answered when this is notified.
    go: Arc<Notify>,
    /// Notified when the server gives up on a response without end.
    gave_up: Arc<Notify>,
}

struct OnDrop(Arc<Notify>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

async fn served(limits: Limits) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (came, go, gave_up) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (came, go) = (came.clone(), go.clone());
        async move || {
            came.notify_one();
            go.notified().await;
            "slow"
        }
    };
    let form = {
        let came = came.clone();
        async move |body: Body| {
            let mut parts = body.into_data_stream();
            while let Some(part) = parts.next().await {
                if part.is_err() {
                    return "given up";
                }
                came.notify_one();
            }
            "whole"
        }
    };
    let endless = {
        let gave_up = gave_up.clone();
        async move || {
            let held = OnDrop(gave_up);
            Body::from_stream(stream::repeat(Bytes::from("x".repeat(65_536))).map(move |part| {
                let _ = &held;
                Ok::<_, std::io::Error>(part)
            }))
        }
    };
    let who = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string();
    let app = Router::new().route("/", get(async || "quick")).route("/slow", get(slow)).route("/form", post(form));
    let app = app.route("/endless", get(endless)).route("/who", get(who));
    let closing = CancellationToken::new();
    let ended = tokio::spawn(serve(listener, app, limits, closing.clone(), TaskTracker::new()));
    Served { address, closing, ended, came, go, gave_up }
}

impl Served {
    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// Sends a request and waits until a handler has it.
    async fn begin(&self, bytes: &[u8]) -> TcpStream {
        let stream = self.send(bytes).await;
        timeout(LONG, self.came.notified()).await.expect("the handler has it");
        stream
    }
}

/// Reads until the text has come or the connection ends.
async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    let whole = async {
        while !String::from_utf8_lossy(&read).contains(text) {
            if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                break;
            }
        }
    };
    timeout(LONG, whole).await.expect("an answer or an end");
    String::from_utf8(read).unwrap()
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    read_until(stream, "no such text").await
}

#[tokio::test]
async fn a_connection_without_a_whole_request_is_closed_soon_whatever_it_has_sent() {
    let served = served(Limits { first_request: SHORT, ..Limits::default() }).await;
    let half_a_preface = &b"PRI * HTTP/2.0\r\n"[..];
    for sent in [&b""[..], b"P", half_a_preface, b"POST /webhooks/catena HTTP/1.1\r\nhost:"] {
        let mut stream = served.send(sent).await;
        assert_eq!(read_to_end(&mut stream).await, "", "{sent:?}");
    }
}

#[tokio::test]
async fn a_connection_may_stay_idle_for_longer_between_two_requests_but_not_forever() {
    let served = served(Limits { first_request: SHORT, idle: 4 * SHORT, ..Limits::default() }).await;
    let mut stream = served.send(REQUEST).await;
    read_until(&mut stream, "quick").await;
    let mut byte = [0];
    assert!(timeout(2 * SHORT, stream.read(&mut byte)).await.is_err(), "it is still open");
    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn a_sender_that_stops_in_the_middle_of_a_form_is_waited_for_no_longer() {
    let served = served(Limits { body: SHORT / 2, ..Limits::default() }).await;
    for (sent, answer) in [("0123456789", "whole"), ("01234", "given up")] {
        let mut stream = served.send(&[FORM, sent.as_bytes()].concat()).await;
        assert!(read_until(&mut stream, answer).await.contains(answer), "{answer}");
    }
}

#[tokio::test]
async fn a_sender_that_drips_is_given_up_although_each_byte_comes_in_time() {
    let served = served(Limits { body: 3 * SHORT, ..Limits::default() }).await;
    let (mut answers, mut drips) = served.send(FORM).await.into_split();
    let dripping = async {
        // Fewer than the form has.
        for _ in 0..8 {
            drips.write_all(b"x").await.unwrap();
            tokio::time::sleep(SHORT).await;
        }
    };
    let mut read = Vec::new();
    let answered = async {
        while !String::from_utf8_lossy(&read).contains("given up") {
            assert_ne!(answers.read_buf(&mut read).await.unwrap(), 0, "an answer comes before the end");
        }
    };
    tokio::select! {
        () = answered => {}
        () = dripping => panic!("it was waited for all the time"),
    }
}

#[tokio::test]
async fn a_large_body_may_take_longer_than_a_small_one() {
    let served = served(Limits { body: SHORT, ..Limits::default() }).await;
    let head = "POST /form HTTP/1.1\r\nhost: x\r\ncontent-length: 262144\r\n\r\n";
    let mut stream = served.send(head.as_bytes()).await;
    for _ in 0..4 {
        stream.write_all("x".repeat(65_536).as_bytes()).await.unwrap();
        tokio::time::sleep(SHORT / 2).await;
    }
    assert!(read_until(&mut stream, "whole").await.contains("whole"));
}

#[tokio::test]
async fn a_client_that_reads_no_answer_is_given_up() {
    let served = served(Limits { write: SHORT, ..Limits::default() }).await;
    let _unread = served.send(b"GET /endless HTTP/1.1\r\nhost: x\r\n\r\n").await;
    timeout(LONG, served.gave_up.notified()).await.expect("it is given up");
}

#[tokio::test]
async fn a_new_connection_takes_the_place_of_the_one_that_has_been_idle_for_longest() {
    let served = served(Limits { connections: 2, ..Limits::default() }).await;
    let mut first = served.send(REQUEST).await;
    read_until(&mut first, "quick").await;
    let mut busy = served.begin(SLOW).await;
    for _ in 0..3 {
        let mut next = served.send(REQUEST).await;
        assert!(read_until(&mut next, "quick").await.contains("quick"));
        assert_eq!(read_to_end(&mut first).await, "", "it had to go");
        first = next;
    }
    served.go.notify_one();
    assert!(read_until(&mut busy, "slow").await.contains("slow"), "who waits for us is never sent away");
}

#[tokio::test]
async fn a_half_sent_form_gives_way_to_a_new_connection_too() {
    let served = served(Limits { connections: 1, ..Limits::default() }).await;
    let mut half = served.begin(&[FORM, b"01234"].concat()).await;
    let mut next = served.send(REQUEST).await;
    assert!(read_until(&mut next, "quick").await.contains("quick"));
    assert_eq!(read_to_end(&mut half).await, "");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn_while_all_others_are_being_served() {
    let served = served(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = served.begin(SLOW).await;
    let mut second = served.send(REQUEST).await;
    let mut byte = [0];
    assert!(timeout(SHORT, second.read(&mut byte)).await.is_err(), "its turn has not come");
    served.go.notify_one();
    assert!(read_until(&mut first, "slow").await.contains("slow"));
    assert!(read_until(&mut second, "quick").await.contains("quick"));
}

#[tokio::test]
async fn handlers_know_the_address_of_the_other_end() {
    let served = served(Limits::default()).await;
    let mut stream = served.send(b"GET /who HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let own = stream.local_addr().unwrap().to_string();
    assert!(read_until(&mut stream, &own).await.contains(&own));
}

#[tokio::test]
async fn what_is_half_sent_delays_no_stop() {
    for half in [&b""[..], b"POST /form HTTP/1.1\r\nho", &[FORM, b"01234"].concat()] {
        let served = served(Limits { rest: SHORT, drain: 6 * LONG, ..Limits::default() }).await;
        // One after the other, so that the second has been accepted once the first is answered.
        let _half = served.send(half).await;
        let mut whole = served.send(REQUEST).await;
        read_until(&mut whole, "quick").await;
        served.closing.cancel();
        timeout(LONG, served.ended).await.expect("it ends long before it has to").unwrap();
    }
}

#[tokio::test]
async fn a_form_whose_rest_arrives_while_the_server_stops_is_answered() {
    let served = served(Limits { rest: LONG, ..Limits::default() }).await;
    let mut stream = served.begin(&[FORM, b"01234"].concat()).await;
    served.closing.cancel();
    stream.write_all(b"56789").await.unwrap();
    assert!(read_until(&mut stream, "whole").await.contains("whole"));
    timeout(LONG, served.ended).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn a_request_under_way_is_answered_after_the_server_was_told_to_stop() {
    let served = served(Limits::default()).await;
    let mut stream = served.begin(SLOW).await;
    served.closing.cancel();
    served.go.notify_one();
    assert!(read_until(&mut stream, "slow").await.contains("slow"));
    timeout(LONG, served.ended).await.expect("it ends").unwrap();
    assert!(TcpStream::connect(served.address).await.is_err(), "and takes nobody any more");
}

#[tokio::test]
async fn a_server_that_stops_waits_for_requests_only_so_long() {
    let served = served(Limits { drain: Duration::from_millis(50), ..Limits::default() }).await;
    let _stream = served.begin(SLOW).await;
    served.closing.cancel();
    timeout(LONG, served.ended).await.expect("it ends although the request is still open").unwrap();
}

#[tokio::test]
async fn many_deliveries_that_never_end_keep_no_other_waiting() {
    let server = TestServer::start().await;
    let address = server.url.socket_addrs(|| None).unwrap()[0];
    let head = "POST /webhooks/catena HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{";
    let mut stalled = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stalled.push(stream);
    }
    // Shorter than those are waited for, and than Catena waits.
    let genuine = timeout(Duration::from_secs(2), server.send_example("invitation.viewed")).await;
    assert_eq!(genuine.expect("an answer in time"), StatusCode::ACCEPTED);
    drop(stalled);
}

/// The limits of a small machine.
const FEW: Limits = Limits {
    first_request: LONG,
    idle: LONG,
    body: LONG,
    write: LONG,
    connections: 20,
    per_source: 20,
    rest: LONG,
    drain: LONG,
};

#[tokio::test]
async fn neither_silent_connections_nor_half_forms_keep_a_delivery_or_a_person_waiting() {
    let server = TestServer::start_limited(FEW).await;
    let browser = server.signed_in(Role::Viewer).await;
    let address = server.url.socket_addrs(|| None).unwrap()[0];
    let mut strangers = Vec::new();
    for head in [&b""[..], b"POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\ne"] {
        for _ in 0..3 * FEW.connections {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // Some have had to give way already.
            let _ = stream.write_all(head).await;
            strangers.push(stream);
        }
        let genuine = timeout(Duration::from_secs(2), server.send_example("invitation.viewed")).await;
        assert_eq!(genuine.expect("an answer in time"), StatusCode::ACCEPTED);
        let page = timeout(Duration::from_secs(2), browser.get("/deliveries")).await;
        assert_eq!(page.expect("a page in time").status, StatusCode::OK);
    }
}

#[tokio::test]
async fn open_pages_leave_connections_for_deliveries() {
    let server = TestServer::start_limited(FEW).await;
    let browser = server.signed_in(Role::Viewer).await;
    assert_eq!(server.send_example("invitation.created").await, StatusCode::ACCEPTED);
    server.processed().await;
    let path = format!("/live?invitation={}", server.own_id(INVITATION).await);
    let mut streams = Vec::new();
    for _ in 0..3 * FEW.connections {
        let stream = timeout(LONG, browser.request(Method::GET, &path).send()).await.expect("nobody hangs").unwrap();
        assert_eq!(stream.status(), StatusCode::OK);
        streams.push(stream);
    }
    until("old streams to end", async || (server.state.live_streams.count() <= PER_SESSION).then_some(())).await;
    let genuine = timeout(Duration::from_secs(2), server.send_example("invitation.viewed")).await;
    assert_eq!(genuine.expect("an answer in time"), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_ends_its_connection_so_that_nothing_hides_behind_it() {
    let server = TestServer::start().await;
    let host = server.url.socket_addrs(|| None).unwrap()[0];
    let smuggled = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\n\r\n");
    for (line, body) in [
        ("content-length: 4\r\ntransfer-encoding: chunked", "0\r\n\r\n"),
        ("content-length: 4\r\ncontent-length: 5", "abcd"),
        ("content-length: -1", ""),
        ("content-length: +4", "abcd"),
        ("content-length : 4", "abcd"),
        ("transfer-encoding: identity", ""),
        ("transfer-encoding: xchunked", "0\r\n\r\n"),
        ("transfer-encoding: chunked, identity", "0\r\n\r\n"),
        ("transfer-encoding: chunked", "zz\r\nabc\r\n0\r\n\r\n"),
        ("a: b\r\n c", ""),
        (&format!("a: {}", "x".repeat(800_000)), ""),
        (&"a: b\r\n".repeat(200), ""),
    ] {
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!("POST /login HTTP/1.1\r\nhost: {host}\r\n{line}\r\n\r\n{body}{smuggled}");
        // It may have been refused before all of it was sent.
        let _ = stream.write_all(request.as_bytes()).await;
        let answer = read_to_end(&mut stream).await;
        let line: String = line.chars().take(60).collect();
        assert!(answer.matches("HTTP/1.1 ").count() <= 1 && !answer.contains(" 200 "), "{line:?}: {answer}");
    }
}
