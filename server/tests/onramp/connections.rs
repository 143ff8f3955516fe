//! Connections that cost more than they may, and requests under way when the server is told to stop.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::rejection::StringRejection,
    routing::{get, post},
};
use platform::http_server::{Limits, serve};
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::TestServer;

const LONG: Duration = Duration::from_secs(10);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

struct Served {
    address: std::net::SocketAddr,
    closing: CancellationToken,
    ended: JoinHandle<()>,
    /// Notified when a request to `/slow` has come in; it is answered when `go` is notified.
    came: Arc<Notify>,
    go: Arc<Notify>,
}

async fn served(limits: Limits) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (came, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (came, go) = (came.clone(), go.clone());
        async move || {
            came.notify_one();
            go.notified().await;
            "slow"
        }
    };
    let form = post(async |body: Result<String, StringRejection>| if body.is_ok() { "whole" } else { "given up" });
    let app = Router::new().route("/", get(async || "quick")).route("/slow", get(slow)).route("/form", form);
    let closing = CancellationToken::new();
    let ended = tokio::spawn(serve(listener, app, limits, closing.clone(), TaskTracker::new()));
    Served { address, closing, ended, came, go }
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

#[tokio::test]
async fn a_sender_that_never_ends_its_headers_is_cut_off() {
    let limits = Limits { headers: Duration::from_millis(50), ..Limits::default() };
    let served = served(limits).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"POST /webhooks/catena HTTP/1.1\r\nhost:").await.unwrap();
    let answer = read_until(&mut stream, "no such text").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_sender_that_stops_in_the_middle_of_a_form_is_waited_for_no_longer() {
    let served = served(Limits { body: Duration::from_millis(50), ..Limits::default() }).await;
    let head = "POST /form HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\n";
    for (sent, answer) in [("0123456789", "whole"), ("01234", "given up")] {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(format!("{head}{sent}").as_bytes()).await.unwrap();
        assert!(read_until(&mut stream, answer).await.contains(answer), "{answer}");
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn_and_are_served_then() {
    let served = served(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = TcpStream::connect(served.address).await.unwrap();
    first.write_all(REQUEST).await.unwrap();
    assert!(read_until(&mut first, "quick").await.contains("quick"));
    let mut second = TcpStream::connect(served.address).await.unwrap();
    second.write_all(REQUEST).await.unwrap();
    let mut byte = [0];
    assert!(timeout(Duration::from_millis(100), second.read(&mut byte)).await.is_err(), "its turn has not come");
    drop(first);
    assert!(read_until(&mut second, "quick").await.contains("quick"));
}

#[tokio::test]
async fn a_request_under_way_is_answered_after_the_server_was_told_to_stop() {
    let served = served(Limits::default()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    timeout(LONG, served.came.notified()).await.unwrap();
    served.closing.cancel();
    served.go.notify_one();
    assert!(read_until(&mut stream, "slow").await.contains("slow"));
    timeout(LONG, served.ended).await.expect("it ends").unwrap();
    assert!(TcpStream::connect(served.address).await.is_err(), "and takes nobody any more");
}

#[tokio::test]
async fn a_server_that_stops_waits_for_requests_only_so_long() {
    let served = served(Limits { drain: Duration::from_millis(50), ..Limits::default() }).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    timeout(LONG, served.came.notified()).await.unwrap();
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
