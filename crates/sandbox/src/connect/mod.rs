//! The pages in place of Catena Connect: a fleet opens them with its magic link and leaves them with a redirect to the
//! partner (CONTRACT.md 10). Each step is a POST that answers 303.

mod pages;
mod responses;
mod steps;

use axum::{
    Router,
    routing::{get, post},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    sandbox::Sandbox,
    state::{
        State,
        records::{Invitation, InvitationStatus},
    },
};

pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/connect", get(pages::open))
        .route("/connect/accept", post(steps::accept))
        .route("/connect/decline", post(steps::decline))
        .route("/connect/providers", get(pages::providers))
        .route("/connect/choose", post(steps::choose))
        .route("/connect/credentials", get(pages::credentials).post(steps::credentials))
        .route("/connect/connected", get(pages::connected))
        .route("/connect/request", get(pages::request).post(steps::request))
        .route("/connect/finish", post(steps::finish))
        .route("/connect/leave", post(steps::leave))
        .route("/connect/finished", get(pages::finished))
}

/// What the fleet can do with a link.
#[derive(Clone)]
enum LinkState {
    Unknown,
    Expired(Invitation),
    Declined(Invitation),
    /// Not answered yet.
    Open(Invitation),
    Accepted(Invitation),
}

impl LinkState {
    fn of(state: &State, now: OffsetDateTime, invite: &str) -> Self {
        let found = invite.parse::<Uuid>().ok().and_then(|id| state.invitations.get(&id)).cloned();
        let Some(invitation) = found else { return Self::Unknown };
        match invitation.status {
            InvitationStatus::Deleted => Self::Unknown,
            InvitationStatus::Declined => Self::Declined(invitation),
            // An accepted invitation never gets the status `expired`, but its link expires all the same.
            _ if invitation.expires_at <= now => Self::Expired(invitation),
            InvitationStatus::Expired => Self::Expired(invitation),
            InvitationStatus::Active => Self::Open(invitation),
            InvitationStatus::Accepted => Self::Accepted(invitation),
        }
    }
}

impl Sandbox {
    fn link_state(&self, invite: &str) -> LinkState {
        self.read(|state, now| LinkState::of(state, now, invite))
    }

    /// How many providers the invitation's fleet has connected.
    fn connection_count(&self, invitation: &Invitation) -> usize {
        self.read(|state, _| invitation.fleet_id.map_or(0, |id| state.connections_of(id).len()))
    }
}
