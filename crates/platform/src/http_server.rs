//! From the socket to the router: how connections are taken, and how long and how many of them.

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

/// What a connection may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a request's headers may take, and how long a connection may stay without a request.
    pub headers: Duration,
    /// How long nothing more of a request's body may come.
    pub body: Duration,
    /// Connections at the same time; more wait to be taken.
    pub connections: usize,
}

impl Default for Limits {
    /// Fewer connections than the 1,024 open files that systems usually allow, so that the database still finds its own.
    fn default() -> Self {
        Self { headers: Duration::from_secs(30), body: Duration::from_secs(20), connections: 800 }
    }
}

/// How long to wait when the machine can't give another connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `app` until `closing`, and then the requests under way; ends with them and with what they `begun`, which may outlive
/// its connection.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, closing: CancellationToken, begun: TaskTracker) {
    // Whoever sends half a form doesn't keep its connection for good.
    let app = app.layer(RequestBodyTimeoutLayer::new(limits.body));
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.headers);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(limits.headers);
    let turns = Arc::new(Semaphore::new(limits.connections));
    let under_way = GracefulShutdown::new();
    loop {
        let next = async {
            let turn = turns.clone().acquire_owned().await;
            (listener.accept().await, turn)
        };
        let (accepted, turn) = tokio::select! {
            () = closing.cancelled() => break,
            next = next => next,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // Gone before it was taken.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => continue,
            Err(error) => {
                tracing::error!(%error, "no connection can be taken at the moment; trying again");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Answers are small: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = under_way.watch(connection);
        tokio::spawn(async move {
            // How a connection ends is the other side's business.
            let _ = connection.await;
            drop(turn);
        });
    }
    drop(listener);
    under_way.shutdown().await;
    begun.close();
    begun.wait().await;
}
