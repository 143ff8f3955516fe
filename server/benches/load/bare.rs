//! What the HTTP stack alone can do: the route without verification and storage. A separate process, like the others.

use std::net::SocketAddr;

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use platform::http_server::{Limits, serve as serve_connections};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::Failure;

/// Reads bodies and answers 202, until it is killed.
pub async fn serve(address: SocketAddr) -> Result<(), Failure> {
    let router = Router::new().route("/webhooks/catena", post(async |_: Bytes| StatusCode::ACCEPTED));
    let listener = TcpListener::bind(address).await?;
    serve_connections(listener, router, Limits::default(), CancellationToken::new(), TaskTracker::new()).await;
    Ok(())
}
