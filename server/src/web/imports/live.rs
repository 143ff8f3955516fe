//! Server-sent events for the open page of an import that moves: how far it is, whenever that changed.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::components::ImportProgress;
use axum::{
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _};
use tokio_stream::wrappers::IntervalStream;
use tower_sessions::Session;

use super::{detail, find};
use crate::{
    onramp::Onramp,
    store::{ImportKey, StoreError},
    web::{errors::PageError, sessions::id_digest, visitor::Viewer},
};

/// How often to look: rows come faster than anyone reads.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn live(
    State(onramp): State<Arc<Onramp>>,
    Path(id): Path<String>,
    session: Session,
    viewer: Viewer,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, PageError> {
    viewer.may_invite()?;
    let key = find(&onramp, &id).await?.key;
    let session = session.id().map(|id| id_digest(&id));
    let shutdown = onramp.shutdown.clone();
    let events = IntervalStream::new(tokio::time::interval(LOOK_EVERY))
        .then(move |_| told(onramp.clone(), key, session.clone()))
        // The end of a session, of the import, or a failing database ends the stream.
        .take_while(|progress| std::future::ready(progress.is_some()))
        .scan(None, |before: &mut Option<ImportProgress>, progress| {
            let news = progress.filter(|progress| before.as_ref() != Some(progress));
            *before = news.clone().or_else(|| before.take());
            std::future::ready(Some(news))
        })
        .filter_map(async |news| Some(Ok(Event::default().event("import").json_data(news?).ok()?)))
        .take_until(async move { shutdown.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

async fn told(onramp: Arc<Onramp>, key: ImportKey, session: Option<String>) -> Option<ImportProgress> {
    match look(&onramp, key, session).await {
        Ok(progress) => progress,
        Err(error) => {
            tracing::error!(%error, "an import's open page can't be updated");
            None
        }
    }
}

async fn look(onramp: &Onramp, key: ImportKey, session: Option<String>) -> Result<Option<ImportProgress>, StoreError> {
    let Some(session) = session else { return Ok(None) };
    if onramp.store.session(&session, onramp.clock.now()).await?.is_none() {
        return Ok(None);
    }
    let Some(import) = onramp.store.import(key).await? else { return Ok(None) };
    Ok(Some(detail::look(onramp, &import).await?))
}
