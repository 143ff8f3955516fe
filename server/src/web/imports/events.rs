//! Server-sent events for the open page of a running import: `part` is the progress bar and the figures in HTML, whenever they
//! have changed; `over` says that the import is in another state now, so the whole page is out of date.

use std::time::Duration;

use app::{
    components::{ImportBar, ImportProgress},
    html::to_html,
};
use axum::{
    extract::{FromRequestParts, Query, State},
    response::{Response, sse::Event},
};
use domain::{import::ImportState, staff::Role};
use futures::StreamExt as _;
use leptos::view;
use serde::Deserialize;
use tokio_stream::wrappers::IntervalStream;

use crate::{
    state::AppState,
    store::{ImportKey, SharedStore, StoreError},
    web::{
        extract::{path::ImportPath, session::Inviter},
        imports::detail,
        live_stream::LiveStream,
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
    detail: detail::Parts,
}

pub(super) async fn live(
    Inviter(viewer): Inviter,
    parts: Parts,
    ImportPath(import): ImportPath,
    Query(params): Query<Params>,
    stream: LiveStream,
) -> Response {
    let ticks = IntervalStream::new(tokio::time::interval(UPDATE_EVERY)).map(|_| ());
    let load = move || parts.clone().load(import.key);
    let mut last = None;
    let event = move |snapshot: Snapshot| {
        if last.as_ref() == Some(&snapshot) {
            return None;
        }
        last = Some(snapshot.clone());
        let (state, progress) = snapshot;
        if state.name() != params.state {
            // Browsers ignore events without data.
            return Some(Event::default().event("over").data("reload"));
        }
        let part = to_html(None, || view! { <ImportBar progress=progress live=true/> });
        Some(Event::default().event("part").data(part))
    };
    stream.respond((&viewer, Role::may_invite), ticks, load, event)
}

/// An import's state and progress.
type Snapshot = (ImportState, ImportProgress);

impl Parts {
    /// `None` once the import is gone.
    async fn load(self, key: ImportKey) -> Result<Option<Snapshot>, StoreError> {
        let Some(import) = self.store.import(key).await? else { return Ok(None) };
        Ok(Some((import.state, self.detail.load_progress(&import).await?)))
    }
}
