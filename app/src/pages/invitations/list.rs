//! All invitations, the newest first.

use leptos::prelude::*;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    components::{Document, Visit},
    domain::lifecycle::{Health, Stage},
};

/// One invitation in the list.
#[derive(Debug, Clone)]
pub struct InvitationRow {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Our reference for the fleet.
    pub fleet_ref: String,
    /// The fleet's name as people write it.
    pub fleet_name: Option<String>,
    /// Where the fleet's onboarding stands; none where nothing tells.
    pub stage: Option<Stage>,
    /// Whether the fleet's data flows; none before it is connected.
    pub health: Option<Health>,
    /// How the invitation itself stands.
    pub status: Stage,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
}

/// One page of the list.
#[derive(Debug, Clone)]
pub struct InvitationList {
    /// The invitations, the newest first.
    pub rows: Vec<InvitationRow>,
    /// Address of the first page, when this isn't it.
    pub newest: Option<String>,
    /// Address of the next page, if there are older ones.
    pub older: Option<String>,
    /// The moment from which distances in time are said, UTC.
    pub now: OffsetDateTime,
    /// Whether the visitor may invite.
    pub may_invite: bool,
}

/// The list of invitations.
#[component]
pub fn InvitationListPage(
    /// The visit.
    visit: Visit,
    /// The list.
    list: InvitationList,
) -> impl IntoView {
    let _ = list;
    view! { <Document visit=visit title="Invitations"><h1>"Invitations"</h1></Document> }
}
