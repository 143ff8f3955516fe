//! What one connection does, as far as it matters to whether it may stay.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::body::{Body, HttpBody as _};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::Limits;

/// A connection.
#[derive(Debug)]
pub(super) struct Place {
    peer: SocketAddr,
    limits: Limits,
    state: Mutex<State>,
    needed: CancellationToken,
    /// Notified when the connection begins to keep us waiting.
    waits: Arc<Notify>,
}

#[derive(Debug)]
struct State {
    /// When the connection was accepted, when its last response ended, or when the first of its open requests began.
    since: Instant,
    /// Whether it has had a request.
    used: bool,
    /// Requests whose response has not ended.
    ongoing: usize,
    /// Those of them whose body has not arrived.
    reading: usize,
}

impl Place {
    /// A new connection from `peer`, which notifies `waits` whenever it begins to keep us waiting.
    pub(super) fn new(peer: SocketAddr, limits: Limits, waits: Arc<Notify>) -> Self {
        let state = State { since: Instant::now(), used: false, ongoing: 0, reading: 0 };
        Self { peer, limits, state: Mutex::new(state), needed: CancellationToken::new(), waits }
    }

    /// The other end.
    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// How long we may wait for the body of a request, apart from what arrives.
    pub(super) fn body_limit(&self) -> Duration {
        self.limits.body
    }

    /// Since when all we do is wait for the client; `None` while it waits for us.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.ongoing == state.reading).then_some(state.since)
    }

    /// When the connection has to end unless its client does something. `stopping` is when the server was told to stop. The time
    /// for bodies is kept where they are read.
    pub(super) fn due(&self, limits: &Limits, stopping: Option<Instant>) -> Option<Instant> {
        let state = self.state();
        if state.ongoing > state.reading {
            return None;
        }
        let rest = stopping.map(|stopping| stopping + limits.rest);
        if state.ongoing > 0 {
            return rest;
        }
        let due = state.since + if state.used { limits.idle } else { limits.first_request };
        Some(rest.map_or(due, |rest| rest.min(due)))
    }

    /// Asks the connection to end, so that another one can have its place.
    pub(super) fn need(&self) {
        self.needed.cancel();
    }

    /// Returns once it was asked to.
    pub(super) async fn is_needed(&self) {
        self.needed.cancelled().await;
    }

    /// Notes a request until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Ongoing {
        let mut state = self.state();
        state.used = true;
        if state.ongoing == 0 {
            state.since = Instant::now();
        }
        state.ongoing += 1;
        Ongoing(self.clone())
    }

    /// Notes that the body of a request is awaited until the guard is dropped; `None` if there is none to wait for.
    pub(super) fn begin_reading(self: &Arc<Self>, body: &Body) -> Option<Reading> {
        if body.is_end_stream() {
            return None;
        }
        self.state().reading += 1;
        Some(Reading(self.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request whose response has not ended.
#[derive(Debug)]
pub(super) struct Ongoing(Arc<Place>);

impl Drop for Ongoing {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.ongoing -= 1;
        if state.ongoing == 0 {
            state.since = Instant::now();
        }
        if state.ongoing == state.reading {
            self.0.waits.notify_one();
        }
    }
}

/// A request whose body has not arrived.
#[derive(Debug)]
pub(super) struct Reading(Arc<Place>);

impl Reading {
    pub(super) fn limit(&self) -> Duration {
        self.0.body_limit()
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.state().reading -= 1;
    }
}
