//! Server-sent events for the open page of a running import: `part` is the progress bar and the figures in HTML, whenever they
//! have changed; `over` says that the import is in another state now, so the whole page is out of date.

use std::{convert::Infallible, time::Duration};

use app::{
    components::{ImportBar, ImportProgress},
    html::to_html,
};
use axum::{
    extract::{FromRequestParts, Query, State},
    response::sse::{Event, KeepAlive, Sse},
};
use domain::import::ImportState;
use futures::{Stream, StreamExt as _};
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use tokio_stream::wrappers::IntervalStream;
use tower_sessions::Session;

use crate::{
    state::{AppState, Shutdown},
    store::{ImportKey, SharedStore, StoreError},
    web::{
        extract::{path::ImportPath, session::Inviter},
        imports::detail,
        sessions::id_digest,
    },
};

/// How often to check for progress: rows finish faster than anyone reads.
const UPDATE_EVERY: Duration = Duration::from_millis(500);

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    /// The state that the open page shows.
    state: String,
}

/// What the events need.
#[derive(Clone, FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    shutdown: Shutdown,
    detail: detail::Parts,
}

pub(super) async fn live(
    _: Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
    Query(params): Query<Params>,
    session: Session,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let key = import.key;
    let session = session.id().map(|id| id_digest(&id));
    let shutdown = parts.shutdown.0.clone();
    let events = IntervalStream::new(tokio::time::interval(UPDATE_EVERY))
        .then(move |_| parts.clone().snapshot(key, session.clone()))
        // The end of the session or of the import, or a failing database, ends the stream.
        .take_while(|snapshot| std::future::ready(snapshot.is_some()))
        .scan(None, |last: &mut Option<Snapshot>, snapshot| {
            let changed = snapshot.filter(|snapshot| last.as_ref() != Some(snapshot));
            *last = changed.clone().or_else(|| last.take());
            std::future::ready(Some(changed))
        })
        .filter_map(async |changed| changed)
        .map(move |(state, progress)| {
            if state.name() != params.state {
                // Browsers ignore events without data.
                return Ok(Event::default().event("over").data("reload"));
            }
            let part = to_html(None, || view! { <ImportBar progress=progress/> });
            Ok(Event::default().event("part").data(part))
        })
        .take_until(async move { shutdown.cancelled().await });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

/// An import's state and progress.
type Snapshot = (ImportState, ImportProgress);

impl Parts {
    async fn snapshot(self, key: ImportKey, session: Option<String>) -> Option<Snapshot> {
        match self.load(key, session).await {
            Ok(snapshot) => snapshot,
            Err(error) => {
                tracing::error!(%error, "can't update an import's open page");
                None
            }
        }
    }

    /// `None` once the session or the import is gone.
    async fn load(&self, key: ImportKey, session: Option<String>) -> Result<Option<Snapshot>, StoreError> {
        let Some(session) = session else { return Ok(None) };
        if self.store.session(&session, self.clock.now()).await?.is_none() {
            return Ok(None);
        }
        let Some(import) = self.store.import(key).await? else { return Ok(None) };
        Ok(Some((import.state, self.detail.load_progress(&import).await?)))
    }
}
