//! An id and a span for every request. The id is in each log line that the request causes, in the answer's `X-Request-ID`,
//! and on error pages, so that what a visitor reports leads to its line in the log.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use platform::random::SharedRandom;
use tracing::Instrument as _;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request. Always ours: what a client sends under that name is ignored, since it would end up in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    process: u32,
    number: u64,
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:06x}", self.process, self.number)
    }
}

/// Gives ids: one random number for the process, so that ids of different starts differ, and then a count.
#[derive(Clone)]
struct RequestIds {
    process: u32,
    count: Arc<AtomicU64>,
}

impl RequestIds {
    fn next(&self) -> RequestId {
        RequestId { process: self.process, number: self.count.fetch_add(1, Ordering::Relaxed) }
    }
}

/// Puts every request of `router` into a span with an id.
pub fn traced(router: Router, random: &SharedRandom) -> Router {
    let ids = RequestIds { process: u32::from_be_bytes(random.bytes()), count: Arc::default() };
    router.layer(from_fn_with_state(ids, trace))
}

/// The span holds the route's template, never the address as it came: addresses hold ids, and queries hold secrets.
async fn trace(State(ids): State<RequestIds>, mut request: Request, next: Next) -> Response {
    let id = ids.next();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", %id, method = %request.method(), route);
    request.extensions_mut().insert(id);
    async move {
        let started = Instant::now();
        let mut response = next.run(request).await;
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), elapsed_ms, "answered");
        if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(X_REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_process_differ_and_so_do_those_of_two() {
        let first = RequestIds { process: 1, count: Arc::default() };
        let second = RequestIds { process: 2, count: Arc::default() };
        let ids = [first.next(), first.next(), second.next()].map(|id| id.to_string());
        assert_eq!(ids, ["00000001-000000", "00000001-000001", "00000002-000000"]);
    }
}
