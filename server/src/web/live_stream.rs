//! What all streams of server-sent events have in common: they end with the session, and with the right to see the page; they are
//! counted; no proxy may hold them back; and what fails is logged once.

use std::{convert::Infallible, future::ready, time::Duration};

use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderName, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::staff::Role;
use futures::{Stream, StreamExt as _, future::select, stream};
use platform::clock::SharedClock;
use tower_sessions::Session;

use crate::{
    security::live_streams::LiveStreams,
    state::{AppState, Shutdown},
    store::{SharedStore, StoreError},
    web::{extract::session::Viewer, sessions::id_digest},
};

/// How often a stream without news gives a sign of life. Proxies end connections that are silent for a minute.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// What every stream needs.
#[derive(Clone, FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct LiveStream {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    streams: LiveStreams,
    #[from_request(via(State))]
    shutdown: Shutdown,
    session: Session,
}

impl LiveStream {
    /// At each tick, loads the page's state, and sends what `event` makes of it, if anything. The stream ends once there is no
    /// state to load, the session has ended, or `may` no longer holds of the viewer's role; the browser then reconnects, and is
    /// answered like any other visitor.
    ///
    /// If the viewer opens too many, the oldest stream ends with a `replaced` event.
    pub(super) fn respond<T: Send + 'static, L: Future<Output = Result<Option<T>, StoreError>> + Send + 'static>(
        self,
        (viewer, may): (&Viewer, fn(Role) -> bool),
        ticks: impl Stream<Item = ()> + Send + 'static,
        mut load: impl FnMut() -> L + Send + 'static,
        mut event: impl FnMut(T) -> Option<Event> + Send + 'static,
    ) -> Response {
        let Self { store, clock, streams, shutdown, session } = self;
        let (staff, session) = (viewer.staff.id, session.id().map(|id| id_digest(&id)).unwrap_or_default());
        let open = streams.open(&session, staff);
        let news = ticks
            .then(move |()| {
                let (store, now, session, state) = (store.clone(), clock.now(), session.clone(), load());
                async move {
                    let signed_in = store.session(&session, now).await?.is_some();
                    let staff = if signed_in { store.staff_by_id(staff).await? } else { None };
                    if staff.is_some_and(|staff| may(staff.role)) { state.await } else { Ok(None) }
                }
            })
            .map(|state: Result<Option<T>, StoreError>| {
                state.unwrap_or_else(|error| {
                    tracing::error!(%error, "can't update a live page");
                    None
                })
            })
            .take_while(|state| ready(state.is_some()))
            .filter_map(move |state| ready(state.and_then(&mut event)));
        let end = select(Box::pin(shutdown.0.cancelled_owned()), Box::pin(open.replaced().cancelled_owned()));
        // It holds the place among the open streams to the end.
        let last = stream::once(async move {
            // Browsers ignore events without data.
            open.replaced().is_cancelled().then(|| Event::default().event("replaced").data("yes"))
        });
        // The first byte comes at once: until then, a browser counts the page as loading, and a proxy may give up.
        let events = stream::once(ready(Event::default().comment("open")))
            .chain(news.take_until(end))
            .chain(last.filter_map(ready))
            .map(Ok::<_, Infallible>);
        let headers = [
            // nginx and others that know this header pass the stream on as it comes.
            (HeaderName::from_static("x-accel-buffering"), "no"),
            (header::CACHE_CONTROL, "no-store, no-transform"),
        ];
        (headers, Sse::new(events).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE))).into_response()
    }
}
