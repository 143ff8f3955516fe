//! An HTTP server with limits: how many connections, how long each may keep us waiting, and how the last requests end when the
//! program stops.

mod body;
mod limits;
mod place;
mod places;

use std::{io::ErrorKind, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    middleware::{Next, from_fn},
    response::Response,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::add_extension::AddExtension;

pub use self::limits::{BODY_RATE, Limits};
use self::{
    body::{Download, Upload},
    place::Place,
    places::{Places, Seat},
};

/// How long to wait when the system can't give us another connection, for lack of open files for example.
const PAUSE: Duration = Duration::from_millis(100);
/// How often to look whether a connection keeps us waiting, and for what.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often HTTP/2 connections are asked for a sign of life.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Serves `app` until `closing` is cancelled. Then accepts no more connections and returns once the open requests and the tasks
/// in `detached`, which may outlive their connections, have ended, or after [`Limits::drain`], with a warning in the log. Requests
/// of which a part is missing get [`Limits::rest`] for it, so that half a form delays no stop.
///
/// Handlers find the address of the other end as `ConnectInfo<SocketAddr>`.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    closing: CancellationToken,
    detached: TaskTracker,
) {
    let server = Server { app: app.layer(from_fn(track)), builder: builder(), closing: closing.clone() };
    let places = Arc::new(Places::new(limits));
    let connections = TaskTracker::new();
    loop {
        let next = async {
            let (stream, peer) = listener.accept().await?;
            Ok((stream, peer, places.admit(peer).await))
        };
        let accepted = tokio::select! {
            () = closing.cancelled() => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, _, Some(seat))) => drop(connections.spawn(server.clone().connection(stream, seat))),
            // Its source has too many already.
            Ok((stream, _, None)) => drop(stream),
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    let drained = async {
        connections.close();
        connections.wait().await;
        detached.close();
        detached.wait().await;
    };
    if timeout(limits.drain, drained).await.is_err() {
        tracing::warn!(after_s = limits.drain.as_secs(), "stopped before all requests were answered");
    }
}

async fn pause_after(error: &std::io::Error) {
    // The client left before we accepted it.
    if !matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) {
        tracing::error!(%error, "can't accept connections; trying again");
        sleep(PAUSE).await;
    }
}

/// Places keep the time, not hyper: its timer for headers starts with the first byte only.
fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(PING_EVERY);
    builder
}

/// What every connection needs.
#[derive(Clone)]
struct Server {
    app: Router,
    builder: Builder<TokioExecutor>,
    closing: CancellationToken,
}

impl Server {
    /// Serves one connection to its end. How it ends is the client's business.
    async fn connection(self, stream: TcpStream, seat: Seat) {
        // Responses are small: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let place = seat.place();
        let service = TowerToHyperService::new(AddExtension::new(self.app, place.clone()));
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = overdue(place, None) => return,
            () = place.is_needed() => return,
            () = self.closing.cancelled() => {}
        }
        // It ends at once if no request is under way, and after the response otherwise.
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection.as_mut() => {}
            () = overdue(place, Some(Instant::now())) => {}
        }
    }
}

/// Returns once the connection has kept us waiting for longer than it may.
async fn overdue(place: &Place, stopping: Option<Instant>) {
    loop {
        let now = Instant::now();
        let due = place.due(stopping);
        if due.is_some_and(|due| due <= now) {
            return;
        }
        // By then, it may wait for something else, which has less time.
        let look = now + LOOK_EVERY;
        sleep_until(due.map_or(look, |due| due.min(look))).await;
    }
}

/// Notes at the connection's place what each request waits for.
async fn track(mut request: Request, next: Next) -> Response {
    let Some(place) = request.extensions_mut().remove::<Arc<Place>>() else { return next.run(request).await };
    request.extensions_mut().insert(ConnectInfo::<SocketAddr>(place.peer()));
    let ongoing = place.begin();
    let request = match place.begin_reading(request.body()) {
        Some(reading) => request.map(|body| Body::new(Upload::new(body, reading))),
        None => request,
    };
    next.run(request).await.map(|body| Body::new(Download::new(body, ongoing)))
}
