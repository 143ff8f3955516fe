//! Badges: a word and a mark beside the color, so that nothing depends on color alone.

use leptos::prelude::*;

use crate::components::labels::{health_label, stage_label};
use domain::onboarding::stage::{Health, Stage};

/// The stage of an onboarding or an invitation.
#[component]
pub fn StageBadge(
    /// The stage.
    stage: Stage,
) -> impl IntoView {
    let tone = match stage {
        Stage::Created | Stage::Sent => "badge neutral",
        Stage::Viewed | Stage::Accepted | Stage::Agreement | Stage::Connection => "badge moving",
        Stage::Connected => "badge good",
        Stage::Declined | Stage::Expired => "badge warning",
        Stage::Deleted => "badge over",
    };
    view! { <span class=tone data-stage=stage.name()>{stage_label(stage)}</span> }
}

/// The health of a connected fleet.
#[component]
pub fn HealthBadge(
    /// The health.
    health: Health,
) -> impl IntoView {
    let tone = match health {
        Health::Flowing => "badge good",
        Health::FetchFailing => "badge warning",
        Health::Stopped | Health::NeedsReauthentication => "badge bad",
    };
    view! { <span class=tone data-health=health.name()>{health_label(health)}</span> }
}
