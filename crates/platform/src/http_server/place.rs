//! What one connection does, as far as it matters to whether it may stay.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::body::{Body, HttpBody as _};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::limits::Limits;

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
    /// When it began to keep us waiting, if it does.
    since: Instant,
    /// Whether it has had a request.
    used: bool,
    /// Requests whose response has not ended.
    ongoing: usize,
    /// Those of them whose body has not arrived.
    reading: usize,
    /// Those of them whose client has not yet taken what it was last given of the response.
    untaken: usize,
}

impl State {
    fn waits(&self) -> bool {
        self.ongoing == self.reading + self.untaken
    }
}

impl Place {
    /// A new connection from `peer`, which notifies `waits` whenever it begins to keep us waiting.
    pub(super) fn new(peer: SocketAddr, limits: Limits, waits: Arc<Notify>) -> Self {
        let state = State { since: Instant::now(), used: false, ongoing: 0, reading: 0, untaken: 0 };
        Self { peer, limits, state: Mutex::new(state), needed: CancellationToken::new(), waits }
    }

    /// The other end.
    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Since when all we do is wait for the client; `None` while it waits for us.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let state = self.state();
        state.waits().then_some(state.since)
    }

    /// When the connection has to end unless its client does something. `stopping` is when the server was told to stop. The time
    /// for bodies is kept where they are read.
    pub(super) fn due(&self, stopping: Option<Instant>) -> Option<Instant> {
        let (state, limits) = (self.state(), &self.limits);
        if !state.waits() {
            return None;
        }
        let due = match *state {
            State { untaken: 1.., .. } => return Some(state.since + limits.write),
            State { ongoing: 1.., .. } => None,
            State { used: true, .. } => Some(state.since + limits.idle),
            State { used: false, .. } => Some(state.since + limits.first_request),
        };
        stopping.map(|stopping| stopping + limits.rest).into_iter().chain(due).min()
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
        self.change(|state| {
            state.used = true;
            state.ongoing += 1;
        });
        Ongoing { place: self.clone(), untaken: false }
    }

    /// Notes that the body of a request is awaited until the guard is dropped; `None` if there is none to wait for.
    pub(super) fn begin_reading(self: &Arc<Self>, body: &Body) -> Option<Reading> {
        if body.is_end_stream() {
            return None;
        }
        self.change(|state| state.reading += 1);
        Some(Reading(self.clone()))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        let waited = state.waits();
        change(&mut state);
        if state.waits() && !waited {
            state.since = Instant::now();
            self.waits.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request whose response has not ended.
#[derive(Debug)]
pub(super) struct Ongoing {
    place: Arc<Place>,
    untaken: bool,
}

impl Ongoing {
    /// Notes whether the client has yet to take what it was given of the response.
    pub(super) fn set_untaken(&mut self, untaken: bool) {
        if untaken != self.untaken {
            self.untaken = untaken;
            self.place.change(|state| if untaken { state.untaken += 1 } else { state.untaken -= 1 });
        }
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        self.set_untaken(false);
        self.place.change(|state| state.ongoing -= 1);
    }
}

/// A request whose body has not arrived.
#[derive(Debug)]
pub(super) struct Reading(Arc<Place>);

impl Reading {
    /// How long we may wait for the body, apart from what arrives.
    pub(super) fn limit(&self) -> Duration {
        self.0.limits.body
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.change(|state| state.reading -= 1);
    }
}
