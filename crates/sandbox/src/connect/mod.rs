//! The pages that a fleet sees, in the place of Catena Connect: opened with the magic link, left with a redirect to the
//! partner (CONTRACT.md 10). A POST per step, 303 between.

mod answer;
mod pages;
mod steps;

use axum::{
    Router,
    routing::{get, post},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Sandbox,
    state::{Invitation, InvitationStatus, State},
};

pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/connect", get(crate::connect::pages::open))
        .route("/connect/accept", post(crate::connect::steps::accept))
        .route("/connect/decline", post(crate::connect::steps::decline))
        .route("/connect/providers", get(crate::connect::pages::providers))
        .route("/connect/choose", post(crate::connect::steps::choose))
        .route("/connect/credentials", get(crate::connect::pages::credentials).post(crate::connect::steps::credentials))
        .route("/connect/connected", get(crate::connect::pages::connected))
        .route("/connect/request", get(crate::connect::pages::request).post(crate::connect::steps::request))
        .route("/connect/finish", post(crate::connect::steps::finish))
        .route("/connect/leave", post(crate::connect::steps::leave))
        .route("/connect/finished", get(crate::connect::pages::finished))
}

/// How an invitation stands with the fleet that holds its link.
#[derive(Clone)]
enum Standing {
    Unknown,
    Expired(Invitation),
    Declined(Invitation),
    /// To be answered.
    Open(Invitation),
    Accepted(Invitation),
}

impl Standing {
    fn of(state: &State, now: OffsetDateTime, invite: &str) -> Self {
        let found = invite.parse::<Uuid>().ok().and_then(|id| state.invitations.get(&id)).cloned();
        let Some(invitation) = found else { return Self::Unknown };
        match invitation.status {
            InvitationStatus::Deleted => Self::Unknown,
            InvitationStatus::Declined => Self::Declined(invitation),
            // An accepted invitation never gets the status `expired`, but its link runs out all the same.
            _ if invitation.expires_at <= now => Self::Expired(invitation),
            InvitationStatus::Expired => Self::Expired(invitation),
            InvitationStatus::Active => Self::Open(invitation),
            InvitationStatus::Accepted => Self::Accepted(invitation),
        }
    }
}

impl Sandbox {
    fn standing(&self, invite: &str) -> Standing {
        self.read(|state, now| Standing::of(state, now, invite))
    }

    /// How many providers the invitation's fleet has connected.
    fn connected(&self, invitation: &Invitation) -> usize {
        self.read(|state, _| invitation.fleet_id.map_or(0, |id| state.connections_of(id).len()))
    }
}
