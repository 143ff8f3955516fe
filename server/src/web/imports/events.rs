//! Server-sent events for the open page of an import that moves: `part` is the bar and the figures in HTML, whenever they
//! changed; `over` says that the import stands otherwise now, so that the whole page is out of date.

use std::{convert::Infallible, time::Duration};

use app::{
    components::{ImportBar, ImportProgress},
    html::to_html,
};
use axum::{
    extract::{Path, Query, State},
    response::sse::{Event, KeepAlive, Sse},
};
use domain::import::ImportState;
use futures::{Stream, StreamExt as _};
use leptos::view;
use serde::Deserialize;
use tokio_stream::wrappers::IntervalStream;
use tower_sessions::Session;

use crate::{
    state::AppState,
    store::{ImportKey, StoreError},
    web::{
        errors::PageError,
        extract::session::Viewer,
        imports::{detail, find},
        sessions::id_digest,
    },
};

/// How often to look: rows come faster than anyone reads.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    /// How the import stands by the open page.
    state: String,
}

pub(super) async fn live(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(params): Query<Params>,
    session: Session,
    viewer: Viewer,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, PageError> {
    viewer.may_invite()?;
    let key = find(&state, &id).await?.key;
    let session = session.id().map(|id| id_digest(&id));
    let shutdown = state.shutdown.0.clone();
    let events = IntervalStream::new(tokio::time::interval(LOOK_EVERY))
        .then(move |_| told(state.clone(), key, session.clone()))
        // The end of a session, of the import, or a failing database ends the stream.
        .take_while(|told| std::future::ready(told.is_some()))
        .scan(None, |before: &mut Option<Snapshot>, told| {
            let news = told.filter(|told| before.as_ref() != Some(told));
            *before = news.clone().or_else(|| before.take());
            std::future::ready(Some(news))
        })
        .filter_map(async |news| news)
        .map(move |(now, progress)| {
            if now.name() != params.state {
                // An event without data is not passed on by browsers.
                return Ok(Event::default().event("over").data("reload"));
            }
            let part = to_html(None, || view! { <ImportBar progress=progress/> });
            Ok(Event::default().event("part").data(part))
        })
        .take_until(async move { shutdown.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// How an import stands, and how far it is.
type Snapshot = (ImportState, ImportProgress);

async fn told(state: AppState, key: ImportKey, session: Option<String>) -> Option<Snapshot> {
    match look(&state, key, session).await {
        Ok(progress) => progress,
        Err(error) => {
            tracing::error!(%error, "an import's open page can't be updated");
            None
        }
    }
}

async fn look(state: &AppState, key: ImportKey, session: Option<String>) -> Result<Option<Snapshot>, StoreError> {
    let Some(session) = session else { return Ok(None) };
    if state.store.session(&session, state.clock.now()).await?.is_none() {
        return Ok(None);
    }
    let Some(import) = state.store.import(key).await? else { return Ok(None) };
    Ok(Some((import.state, detail::look(state, &import).await?)))
}
