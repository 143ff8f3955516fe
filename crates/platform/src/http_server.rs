//! An HTTP server with limits: how many connections, how long each may keep us waiting, and how the last requests end when the
//! program stops.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::timeout::RequestBodyTimeoutLayer;

/// What a server grants its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a request's headers may take, and how long a connection may stay open without a request.
    pub headers: Duration,
    /// The longest pause within a request's body.
    pub body: Duration,
    /// The number of connections at the same time; further ones wait to be accepted.
    pub connections: usize,
    /// How long requests may go on once the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    /// Fewer connections than the 1,024 open files that systems usually allow, so that some are left for the database.
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(30),
            body: Duration::from_secs(20),
            connections: 800,
            drain: Duration::from_secs(10),
        }
    }
}

/// How long to wait when the system can't give us another connection, for lack of open files for example.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `app` until `closing` is cancelled. Then accepts no more connections and returns once the open requests and the tasks
/// in `detached`, which may outlive their connections, have ended, or after [`Limits::drain`], with a warning in the log.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    closing: CancellationToken,
    detached: TaskTracker,
) {
    // A client that sends half a form doesn't keep its connection forever.
    let app = app.layer(RequestBodyTimeoutLayer::new(limits.body));
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.headers);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(limits.headers);
    let permits = Arc::new(Semaphore::new(limits.connections));
    let connections = GracefulShutdown::new();
    loop {
        let next = async {
            let permit = permits.clone().acquire_owned().await;
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            () = closing.cancelled() => break,
            next = next => next,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // The client left before we accepted it.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => continue,
            Err(error) => {
                tracing::error!(%error, "can't accept connections; trying again");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Responses are small: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // How a connection ends is the client's business.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    let drained = async {
        connections.shutdown().await;
        detached.close();
        detached.wait().await;
    };
    if tokio::time::timeout(limits.drain, drained).await.is_err() {
        tracing::warn!(after_s = limits.drain.as_secs(), "stopped before all requests were answered");
    }
}
