//! The page of a fleet: every invitation it had, and everything that happened.

use app::{
    components::OnboardingView,
    pages::{FleetDetail, FleetPage, RoundRow},
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use domain::{
    invitation::status::status,
    onboarding::{lifecycle::fold, rounds::rounds},
};
use leptos::view;
use platform::clock::SharedClock;

use super::{errors::PageError, render::page};
use crate::{
    store::SharedStore,
    web::{extract::session::Viewer, invitations::renew::new_invitation_url},
};

pub(super) async fn detail(
    viewer: Viewer,
    State(store): State<SharedStore>,
    State(clock): State<SharedClock>,
    Path(fleet_ref): Path<String>,
) -> Result<Response, PageError> {
    let fleet = store.fleet_by_ref(&fleet_ref).await?.ok_or(PageError::NoSuchFleet)?;
    let invitations = store.invitations_of(fleet.key).await?;
    let onboarding = fold(store.facts_of(fleet.key).await?);
    let now = clock.now();
    let rounds = rounds(onboarding.timeline.iter().map(|entry| &entry.fact)).into_iter().map(|story| RoundRow {
        invitation: invitations.iter().find(|one| one.digest == story.round.invitation).map(|one| one.id),
        is_first: story.is_first,
        began_at: story.began_at,
        actor: story.actor,
        expires_at: story.round.expires_at,
        came_to: status(Some(story.came_to), story.round.expires_at, now),
    });
    let rounds = rounds.collect();
    let latest = invitations.first();
    let invite = viewer.staff.role.may_invite().then(|| new_invitation_url(&fleet));
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
