//! One invitation: its link, where the fleet stands, what happened.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    components::{Document, OnboardingView, Visit},
    domain::lifecycle::Stage,
    islands::LiveOnboarding,
};

/// One invitation.
#[derive(Debug, Clone)]
pub struct InvitationDetail {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// The magic link; none where the visitor's role may not see it.
    pub magic_link: Option<String>,
    /// How the invitation itself stands.
    pub status: Stage,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
    /// What was asked for besides: label and value.
    pub asked: Vec<(String, String)>,
    /// Where the fleet's onboarding stands.
    pub onboarding: OnboardingView,
    /// Where news about it comes from.
    pub live_url: String,
    /// What has just been done.
    pub notice: Option<String>,
}

/// One invitation in detail.
#[component]
pub fn InvitationDetailPage(
    /// The visit.
    visit: Visit,
    /// The invitation.
    detail: InvitationDetail,
) -> impl IntoView {
    view! {
        <Document visit=visit title=detail.fleet_ref islands=true>
            <LiveOnboarding initial=detail.onboarding live_url=detail.live_url/>
        </Document>
    }
}
