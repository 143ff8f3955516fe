//! What it means when a fleet's browser returns from Catena (CONTRACT.md 10). The parameters it brings are a claim that anyone
//! can make up, so a return goes onto the timeline as not confirmed, and Catena is asked for what really happened.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use catena::{Catena, InvitationId, InvitationStatus};
use domain::{
    digest::of_invitation,
    events::fact::{Fact, Kind},
    invitation::status::is_link_dead,
};
use platform::clock::SharedClock;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{
    services::{reconcile::Reconciler, timeline::Timeline},
    store::{InvitationRow, SharedStore, StoreError},
};

/// How long a fleet's browser waits for Catena's answer.
const CATENA_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The landing page that Catena redirected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnPage {
    Success,
    Failure,
}

/// What the address that a browser returned to says.
#[derive(Debug)]
pub struct Claim {
    pub page: ReturnPage,
    pub invitation_id: Option<Uuid>,
    pub fleet_ref: Option<String>,
    pub status: Option<String>,
    pub skip_reason: Option<String>,
    pub tsp_count: Option<u32>,
    pub integration_request_id: Option<String>,
}

/// What to tell a fleet that returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Success,
    IntegrationRequested,
    Failure,
    /// As `Failure`, and the link no longer works.
    FailureAndOver,
}

/// A return that names an invitation and its fleet correctly.
#[derive(Debug)]
pub struct FleetReturn {
    pub fleet_ref: String,
    pub outcome: Outcome,
}

impl Claim {
    /// Sources disagree on which page gets `integration-requested`, so both accept it.
    fn kind(&self) -> Kind {
        match (self.status.as_deref(), self.page) {
            (Some("integration-requested"), _) => Kind::ReturnedIntegrationRequested,
            (_, ReturnPage::Success) => Kind::ReturnedSuccess,
            (_, ReturnPage::Failure) => Kind::ReturnedFailure,
        }
    }

    /// The other parameters, as text for staff.
    fn note(&self) -> Option<String> {
        let mut note = String::new();
        let mut add = |label: &str, value: &str| {
            let _ = write!(note, "{}{label}: {value}", if note.is_empty() { "" } else { ", " });
        };
        if let Some(count) = self.tsp_count {
            add("providers connected", &count.to_string());
        }
        if let Some(reason) = &self.skip_reason {
            add("reason for skipping", reason);
        }
        if let Some(id) = &self.integration_request_id {
            add("integration request", id);
        }
        Some(note).filter(|note| !note.is_empty())
    }
}

/// Records fleets' returns.
pub struct FleetReturns {
    store: SharedStore,
    timeline: Timeline,
    catena: Catena,
    reconciler: Arc<Reconciler>,
    clock: SharedClock,
}

impl FleetReturns {
    pub fn new(
        store: SharedStore,
        timeline: Timeline,
        catena: Catena,
        reconciler: Arc<Reconciler>,
        clock: SharedClock,
    ) -> Self {
        Self { store, timeline, catena, reconciler, clock }
    }

    /// Records a return on the fleet's timeline. `None`, and nothing recorded, unless the claim names an invitation together
    /// with the reference of its fleet.
    #[tracing::instrument(skip_all)]
    pub async fn record(&self, claim: &Claim) -> Result<Option<FleetReturn>, StoreError> {
        let (Some(id), Some(fleet_ref)) = (claim.invitation_id, &claim.fleet_ref) else { return Ok(None) };
        let Some(invitation) = self.store.invitation_by_digest(&of_invitation(id)).await? else { return Ok(None) };
        let Some(fleet) = self.store.fleet(invitation.fleet).await? else { return Ok(None) };
        if !bool::from(fleet.fleet_ref.as_bytes().ct_eq(fleet_ref.as_bytes())) {
            return Ok(None);
        }
        let outcome = self.outcome(claim, id, &invitation).await;
        // A browser proves nothing. So on the first such return, Catena is asked what happened, unless a webhook reports it.
        // One fact for each outcome of a round: a browser that returns again adds nothing.
        let landed = Fact::landed(invitation.round(), claim.kind(), self.clock.now()).with_note(claim.note());
        if self.timeline.record(&[landed.into()]).await? {
            self.reconciler.expect_news_of(invitation.fleet);
        }
        Ok(Some(FleetReturn { fleet_ref: fleet.fleet_ref, outcome }))
    }

    async fn outcome(&self, claim: &Claim, id: Uuid, invitation: &InvitationRow) -> Outcome {
        match claim.kind() {
            Kind::ReturnedSuccess => Outcome::Success,
            Kind::ReturnedIntegrationRequested => Outcome::IntegrationRequested,
            _ if is_link_dead(invitation.stage, invitation.expires_at, self.clock.now())
                || self.is_over_at_catena(id).await =>
            {
                Outcome::FailureAndOver
            }
            _ => Outcome::Failure,
        }
    }

    /// Whether Catena says that the link no longer works: a fleet that has just declined returns before the webhook arrives. If
    /// Catena doesn't answer in time, no.
    async fn is_over_at_catena(&self, id: Uuid) -> bool {
        let Ok(id) = InvitationId::parse(&id.to_string()) else { return false };
        match tokio::time::timeout(CATENA_TIMEOUT, self.catena.invitation(&id)).await {
            Ok(Ok(Some(invitation))) => {
                use InvitationStatus::{Declined, Deleted, Expired};
                matches!(invitation.status, Declined | Deleted | Expired)
            }
            Ok(Ok(None)) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "can't ask Catena about the invitation of a returning fleet");
                false
            }
            Err(_) => false,
        }
    }
}
