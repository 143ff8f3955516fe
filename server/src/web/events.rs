//! `/live`: server-sent events for open pages. The first has the current state, so nothing is missed between the page's
//! rendering and the connection; then one follows whenever something changes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::components::OnboardingView;
use axum::{
    extract::{FromRequestParts, Query, State},
    response::sse::{Event, KeepAlive, Sse},
};
use domain::onboarding::lifecycle::fold;
use futures::{Stream, StreamExt as _, stream};
use platform::clock::SharedClock;
use serde::Deserialize;
use tokio_stream::wrappers::{BroadcastStream, IntervalStream, errors::BroadcastStreamRecvError};
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    services::{providers::Providers, timeline::Timeline},
    state::{AppState, Shutdown},
    store::{FleetKey, InvitationRow, SharedStore, StoreError},
    web::{errors::PageError, extract::session::Viewer, sessions::id_digest},
};

/// How often an open page is updated even without a change: texts such as "in 21 hours" grow old, and a session may have ended.
const UPDATE_EVERY: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
pub(super) struct Params {
    invitation: Uuid,
}

/// What live pages need.
#[derive(Clone, FromRequestParts)]
#[from_request(state(AppState))]
pub(super) struct Parts {
    #[from_request(via(State))]
    store: SharedStore,
    #[from_request(via(State))]
    clock: SharedClock,
    #[from_request(via(State))]
    timeline: Timeline,
    #[from_request(via(State))]
    providers: Arc<Providers>,
    #[from_request(via(State))]
    shutdown: Shutdown,
}

pub(super) async fn live(
    _: Viewer,
    parts: Parts,
    Query(params): Query<Params>,
    session: Session,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, PageError> {
    let invitation = parts.store.invitation(params.invitation).await?.ok_or(PageError::NoSuchInvitation)?;
    // Subscribe before the first read, so that a change in between is sent twice rather than never.
    let changes = BroadcastStream::new(parts.timeline.changes());
    let fleet = invitation.fleet;
    let changes = changes.filter_map(move |change| async move { concerns(change, fleet) });
    let interval = IntervalStream::new(tokio::time::interval(UPDATE_EVERY)).map(|_| ());
    let updates = stream::select(interval, changes);
    let session = session.id().map(|id| id_digest(&id));
    let shutdown = parts.shutdown.0.clone();
    let events = updates
        .then(move |()| parts.clone().view(invitation.id, session.clone()))
        // The end of the session or a failing database ends the stream. The browser reconnects, and is answered like any other
        // visitor.
        .take_while(|view| std::future::ready(view.is_some()))
        .filter_map(|view| async move { Some(Ok(Event::default().event("onboarding").json_data(view?).ok()?)) })
        .take_until(async move { shutdown.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// Whether a change concerns the fleet. A listener that lagged doesn't know, so it has to read.
fn concerns(change: Result<FleetKey, BroadcastStreamRecvError>, fleet: FleetKey) -> Option<()> {
    match change {
        Ok(changed) => (changed == fleet).then_some(()),
        Err(BroadcastStreamRecvError::Lagged(_)) => Some(()),
    }
}

impl Parts {
    async fn view(self, invitation: Uuid, session: Option<String>) -> Option<OnboardingView> {
        match self.load(invitation, session).await {
            Ok(view) => view,
            Err(error) => {
                tracing::error!(%error, "can't update a live page");
                None
            }
        }
    }

    /// `None` once the session or the invitation is gone.
    async fn load(&self, id: Uuid, session: Option<String>) -> Result<Option<OnboardingView>, StoreError> {
        let now = self.clock.now();
        let Some(session) = session else { return Ok(None) };
        if self.store.session(&session, now).await?.is_none() {
            return Ok(None);
        }
        let Some(InvitationRow { fleet, expires_at, .. }) = self.store.invitation(id).await? else { return Ok(None) };
        let onboarding = fold(self.store.facts_of(fleet).await?);
        let onboarding = self.providers.with_names(onboarding).await?;
        Ok(Some(OnboardingView::new(&onboarding, expires_at, now)))
    }
}
