//! `/live`: server-sent events for a page that is open. The first one is how things stand, so nothing is missed between the
//! page's rendering and the connection; then one whenever something changes.

use std::{convert::Infallible, time::Duration};

use app::components::OnboardingView;
use axum::{
    extract::{Query, State},
    response::sse::{Event, KeepAlive, Sse},
};
use domain::onboarding::lifecycle::fold;
use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use tokio_stream::wrappers::{BroadcastStream, IntervalStream, errors::BroadcastStreamRecvError};
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    state::AppState,
    store::{FleetKey, InvitationRow, StoreError},
    web::{errors::PageError, extract::session::Viewer, sessions::id_digest},
};

/// How often an open page is told without a change.
const LOOK_EVERY: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
pub(super) struct Params {
    invitation: Uuid,
}

pub(super) async fn live(
    State(state): State<AppState>,
    Query(params): Query<Params>,
    session: Session,
    _: Viewer,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, PageError> {
    let invitation = state.store.invitation(params.invitation).await?.ok_or(PageError::NoSuchInvitation)?;
    // Subscribed before the first look, which is at once: a change in between is told twice rather than not at all.
    let changes = BroadcastStream::new(state.timeline.changes());
    let fleet = invitation.fleet;
    let changes = changes.filter_map(move |change| async move { concerns(change, fleet) });
    // Words such as "in 21 hours" grow old, and a session may have ended: so now and then without a change.
    let now_and_then = IntervalStream::new(tokio::time::interval(LOOK_EVERY)).map(|_| ());
    let looks = stream::select(now_and_then, changes);
    let session = session.id().map(|id| id_digest(&id));
    let shutdown = state.shutdown.0.clone();
    let events = looks
        .then(move |()| view(state.clone(), invitation.id, session.clone()))
        // The end of a session, or a failing database, ends the stream; the browser comes again by itself and is then
        // answered as any other visitor.
        .take_while(|view| std::future::ready(view.is_some()))
        .filter_map(|view| async move { Some(Ok(Event::default().event("onboarding").json_data(view?).ok()?)) })
        .take_until(async move { shutdown.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// Whether a change concerns the fleet. A listener that fell behind doesn't know, so it looks.
fn concerns(change: Result<FleetKey, BroadcastStreamRecvError>, fleet: FleetKey) -> Option<()> {
    match change {
        Ok(changed) => (changed == fleet).then_some(()),
        Err(BroadcastStreamRecvError::Lagged(_)) => Some(()),
    }
}

async fn view(state: AppState, invitation: Uuid, session: Option<String>) -> Option<OnboardingView> {
    match look(&state, invitation, session).await {
        Ok(view) => view,
        Err(error) => {
            tracing::error!(%error, "a live page can't be updated");
            None
        }
    }
}

async fn look(state: &AppState, id: Uuid, session: Option<String>) -> Result<Option<OnboardingView>, StoreError> {
    let now = state.clock.now();
    let Some(session) = session else { return Ok(None) };
    if state.store.session(&session, now).await?.is_none() {
        return Ok(None);
    }
    let Some(InvitationRow { fleet, expires_at, .. }) = state.store.invitation(id).await? else { return Ok(None) };
    let onboarding = fold(state.store.facts_of(fleet).await?);
    let onboarding = state.providers.with_names(onboarding).await?;
    Ok(Some(OnboardingView::new(&onboarding, expires_at, now)))
}
