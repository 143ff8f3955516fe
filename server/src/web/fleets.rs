//! Fleets: one, with every invitation it had and all that happened.

use app::{
    components::OnboardingView,
    pages::{FleetDetail, FleetPage, RoundRow},
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use domain::onboarding::{lifecycle::fold, rounds::rounds};
use leptos::view;

use super::{errors::PageError, render::page};
use crate::{
    state::AppState,
    web::{extract::session::Viewer, invitations::renew::whole_form},
};

pub(super) async fn detail(
    State(state): State<AppState>,
    Path(fleet_ref): Path<String>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let fleet = state.store.fleet_by_ref(&fleet_ref).await?.ok_or(PageError::NoSuchFleet)?;
    let invitations = state.store.invitations_of(fleet.key).await?;
    let onboarding = fold(state.store.facts_of(fleet.key).await?);
    let now = state.clock.now();
    let rounds = rounds(onboarding.timeline.iter().map(|entry| &entry.fact)).into_iter().map(|story| RoundRow {
        invitation: invitations.iter().find(|one| one.digest == story.round.invitation).map(|one| one.id),
        is_first: story.is_first,
        began_at: story.began_at,
        actor: story.actor,
        expires_at: story.round.expires_at,
        came_to: crate::web::invitations::status(Some(story.came_to), story.round.expires_at, now),
    });
    let rounds = rounds.collect();
    let latest = invitations.first();
    let invite = viewer.staff.role.may_invite().then(|| whole_form(&fleet));
    let fleet = FleetDetail {
        fleet_ref: fleet.fleet_ref,
        fleet_name: fleet.name,
        onboarding: latest.map(|latest| {
            let view = OnboardingView::new(&onboarding, latest.expires_at, now);
            (view, format!("/live?invitation={}", latest.id))
        }),
        timeline: if latest.is_some() { Vec::new() } else { onboarding.timeline },
        rounds,
        invite,
    };
    let Viewer { visit, nonce, .. } = viewer;
    Ok(page(StatusCode::OK, &nonce, || view! { <FleetPage visit=visit fleet=fleet/> }))
}
