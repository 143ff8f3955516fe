//! What it means when a fleet's browser returns from Catena (CONTRACT.md 10). The parameters it brings are a claim that anyone
//! can make up, so a return goes onto the timeline as not confirmed, and Catena is asked for what really happened.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use catena::{Catena, InvitationId, InvitationStatus};
use domain::{
    digest::of_invitation,
    events::fact::{Fact, Kind},
    invitation::status::is_link_dead,
};
use platform::clock::SharedClock;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use tokio::{
    sync::{OnceCell, Semaphore},
    time::timeout,
};
use uuid::Uuid;

use crate::{
    services::{reconcile::Reconciler, timeline::Timeline},
    store::{InvitationRow, SharedStore, StoreError},
};

/// How long a fleet's browser waits for Catena's answer.
const CATENA_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How long it waits for the return to be recorded.
const STORE_TIMEOUT: Duration = Duration::from_millis(1_500);
/// Calls to Catena at the same time for all returning fleets: fewer than [`catena::CALLS_AT_ONCE`], so that staff never wait for
/// fleets only.
const CALLS_AT_ONCE: usize = 2;
/// How long a return is remembered: a browser that reloads the address meanwhile costs nothing, neither here nor at Catena.
const REMEMBERED_FOR: Duration = Duration::from_secs(5);
/// Returns to remember.
const REMEMBERED_MAX: usize = 1_000;

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
    calls: Semaphore,
    recent: Mutex<HashMap<(String, String), Remembered>>,
}

/// A return that was noted, and what Catena said. Whoever comes first asks, and the others wait for that.
#[derive(Clone)]
struct Remembered {
    since: Duration,
    is_over: Arc<OnceCell<bool>>,
}

impl FleetReturns {
    pub fn new(
        store: SharedStore,
        timeline: Timeline,
        catena: Catena,
        reconciler: Arc<Reconciler>,
        clock: SharedClock,
    ) -> Self {
        let (calls, recent) = (Semaphore::new(CALLS_AT_ONCE), Mutex::default());
        Self { store, timeline, catena, reconciler, clock, calls, recent }
    }

    /// Records a return on the fleet's timeline. `None`, and nothing recorded, unless the claim names an invitation together
    /// with the reference of its fleet.
    #[tracing::instrument(skip_all)]
    pub async fn record(&self, claim: &Claim) -> Result<Option<FleetReturn>, StoreError> {
        let (Some(id), Some(fleet_ref)) = (claim.invitation_id, &claim.fleet_ref) else { return Ok(None) };
        let digest = of_invitation(id);
        let Some(invitation) = self.store.invitation_by_digest(&digest).await? else { return Ok(None) };
        let Some(fleet) = self.store.fleet(invitation.fleet).await? else { return Ok(None) };
        if !bool::from(fleet.fleet_ref.as_bytes().ct_eq(fleet_ref.as_bytes())) {
            return Ok(None);
        }
        let is_dead = is_link_dead(invitation.stage, invitation.expires_at, self.clock.now());
        let ask = matches!(claim.kind(), Kind::ReturnedFailure) && !is_dead;
        let remembered = self.remembered((digest, claim.kind().name().to_owned()));
        let is_over = remembered.is_over.get_or_init(async || {
            let ((), is_over) = tokio::join!(self.note(claim, &invitation), self.is_over_at_catena(id, ask));
            is_over
        });
        let is_over = *is_over.await || is_dead;
        let outcome = match claim.kind() {
            Kind::ReturnedSuccess => Outcome::Success,
            Kind::ReturnedIntegrationRequested => Outcome::IntegrationRequested,
            _ if is_over => Outcome::FailureAndOver,
            _ => Outcome::Failure,
        };
        Ok(Some(FleetReturn { fleet_ref: fleet.fleet_ref, outcome }))
    }

    fn remembered(&self, claim: (String, String)) -> Remembered {
        let now = self.clock.elapsed();
        let is_fresh = |remembered: &Remembered| now.saturating_sub(remembered.since) < REMEMBERED_FOR;
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = recent.get(&claim).filter(|known| is_fresh(known)) {
            return known.clone();
        }
        if recent.len() >= REMEMBERED_MAX {
            recent.retain(|_, remembered| is_fresh(remembered));
        }
        let new = Remembered { since: now, is_over: Arc::default() };
        if recent.len() < REMEMBERED_MAX {
            recent.insert(claim, new.clone());
        }
        new
    }

    /// Puts the return on the timeline. If that fails, the fleet still learns how it ended.
    async fn note(&self, claim: &Claim, invitation: &InvitationRow) {
        let landed = Fact::landed(invitation.round(), claim.kind(), self.clock.now()).with_note(claim.note());
        // A browser proves nothing. So on the first such return, Catena is asked what happened, unless a webhook reports it.
        // One fact for each outcome of a round: a browser that returns again adds nothing.
        match timeout(STORE_TIMEOUT, self.timeline.record(&[landed.into()])).await {
            Ok(Ok(true)) => self.reconciler.expect_news_of(invitation.fleet),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(%error, "a fleet's return can't be recorded"),
            Err(_) => tracing::error!(error = "the database is busy", "a fleet's return can't be recorded"),
        }
    }

    /// Whether Catena says that the link no longer works: a fleet that has just declined returns before the webhook arrives. If
    /// Catena isn't asked, or doesn't answer in time, no.
    async fn is_over_at_catena(&self, id: Uuid, ask: bool) -> bool {
        if !ask {
            return false;
        }
        let Ok(id) = InvitationId::parse(&id.to_string()) else { return false };
        let ask = async {
            // It is never closed.
            let _turn = self.calls.acquire().await;
            self.catena.invitation(&id).await
        };
        match timeout(CATENA_TIMEOUT, ask).await {
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
