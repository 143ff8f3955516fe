//! `/live`: server-sent events for pages about a fleet. The first `part` has the current state, so nothing is missed between the
//! page's rendering and the connection; then one follows whenever something changes.

use std::{sync::Arc, time::Duration};

use app::{
    components::{OnboardingStatus, OnboardingView},
    html::to_html,
};
use axum::{
    extract::{FromRequestParts, Query, State},
    response::{Response, sse::Event},
};
use domain::onboarding::lifecycle::fold;
use futures::{StreamExt as _, stream};
use leptos::view;
use platform::clock::SharedClock;
use serde::Deserialize;
use tokio_stream::wrappers::{BroadcastStream, IntervalStream, errors::BroadcastStreamRecvError};
use uuid::Uuid;

use crate::{
    services::{providers::Providers, timeline::Timeline},
    state::AppState,
    store::{FleetKey, InvitationRow, SharedStore, StoreError},
    web::{errors::PageError, extract::session::Viewer, live_stream::LiveStream},
};

/// How often to look even without a change: texts such as "in 21 hours" grow old, and a session may have ended.
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
}

pub(super) async fn live(
    viewer: Viewer,
    parts: Parts,
    Query(params): Query<Params>,
    stream: LiveStream,
) -> Result<Response, PageError> {
    let invitation = parts.store.invitation(params.invitation).await?.ok_or(PageError::NoSuchInvitation)?;
    // Subscribe before the first read, so that a change in between is sent twice rather than never.
    let changes = BroadcastStream::new(parts.timeline.changes());
    let fleet = invitation.fleet;
    let changes = changes.filter_map(move |change| async move { concerns(change, fleet) });
    let interval = IntervalStream::new(tokio::time::interval(UPDATE_EVERY)).map(|_| ());
    let load = move || parts.clone().load(invitation.id);
    let mut last = None;
    let event = move |view: OnboardingView| {
        if last.as_ref() == Some(&view) {
            return None;
        }
        last = Some(view.clone());
        let part = to_html(None, || view! { <OnboardingStatus onboarding=view/> });
        Some(Event::default().event("part").data(part))
    };
    Ok(stream.respond((&viewer, |_| true), stream::select(interval, changes), load, event))
}

/// Whether a change concerns the fleet. A listener that lagged doesn't know, so it has to read.
fn concerns(change: Result<FleetKey, BroadcastStreamRecvError>, fleet: FleetKey) -> Option<()> {
    match change {
        Ok(changed) => (changed == fleet).then_some(()),
        Err(BroadcastStreamRecvError::Lagged(_)) => Some(()),
    }
}

impl Parts {
    /// `None` once the invitation is gone.
    async fn load(self, id: Uuid) -> Result<Option<OnboardingView>, StoreError> {
        let Some(InvitationRow { fleet, expires_at, .. }) = self.store.invitation(id).await? else { return Ok(None) };
        let onboarding = fold(self.store.facts_of(fleet).await?);
        let onboarding = self.providers.with_names(onboarding).await?;
        Ok(Some(OnboardingView::new(&onboarding, expires_at, self.clock.now())))
    }
}
