//! A check of everything, step by step: each step makes one request, and what it found is recorded before the next one. After a
//! failure at Catena the pass resumes with the same request.

use std::collections::{BTreeMap, HashSet, VecDeque};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    services::reconcile::{
        agreements, connections,
        error::ReconcileError,
        fleet::{FleetReconciler, by_connection, digest},
        gaps::Gaps,
        invitations,
        report::{Discovery, Tally},
    },
    store::{FleetKey, FleetRow},
};
use catena::{AgreementPages, Catena, Connection, FleetFilter, Invitation, Pages};

/// Rows of our own that are compared at once.
const BATCH: u32 = 200;
/// Fleets per request for the freshness of their data (CONTRACT.md 11).
const FLEET_BATCH: usize = 100;

/// Requests for single records in one step. The rest waits for the next pass.
const SINGLE_REQUESTS_MAX: u32 = 200;

/// Where a pass is.
enum Step {
    /// Reading all invitations.
    Invitations(Pages<Invitation>),
    /// Looking up open invitations of ours that were not among them, after this one.
    GoneInvitations { after: (OffsetDateTime, Uuid), first_asked_at: OffsetDateTime },
    /// Reading all agreements.
    Agreements(AgreementPages),
    /// Looking up agreements of ours that were not among them, after this fleet.
    GoneAgreements { after: FleetKey },
    /// Reading all connections, and how fresh the data of each is.
    Connections { pages: Pages<Connection>, to_do: VecDeque<Connection>, asked_at: OffsetDateTime },
    /// Finished.
    Done,
}

/// A pass through everything, which can be interrupted and resumed.
pub(crate) struct Pass {
    step: Step,
    /// When the first request was made, UTC.
    pub started_at: OffsetDateTime,
    /// Digests of the invitations that Catena has.
    invitations: HashSet<String>,
    /// The agreements that Catena has in force.
    agreements: HashSet<Uuid>,
    /// Requests for single records in this step.
    single_requests: u32,
    pub found: Tally,
    pub gaps: Gaps,
}

impl Pass {
    /// From the beginning.
    pub(crate) fn new(catena: &Catena, started_at: OffsetDateTime) -> Self {
        Self {
            step: Step::Invitations(catena.invitation_pages()),
            started_at,
            invitations: HashSet::new(),
            agreements: HashSet::new(),
            single_requests: 0,
            found: Tally::default(),
            gaps: Gaps::default(),
        }
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// Makes the next request. After an error the same one is made again.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn advance(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let step = match &self.step {
            Step::Invitations(_) => self.read_invitations(fleets).await,
            Step::GoneInvitations { .. } => self.check_gone_invitations(fleets).await,
            Step::Agreements(_) => self.read_agreements(fleets).await,
            Step::GoneAgreements { .. } => self.check_gone_agreements(fleets).await,
            Step::Connections { .. } => self.read_connections(fleets).await,
            Step::Done => Ok(()),
        };
        // Without permission a step is skipped, along with the one that compares with it.
        if self.gaps.skip(step)?.is_none() {
            self.step = match &self.step {
                Step::Invitations(_) | Step::GoneInvitations { .. } => {
                    Step::Agreements(fleets.catena.agreement_pages())
                }
                Step::Agreements(_) | Step::GoneAgreements { .. } => connections_step(fleets),
                Step::Connections { .. } | Step::Done => Step::Done,
            };
        }
        Ok(())
    }

    async fn read_invitations(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::Invitations(pages) = &mut self.step else { return Ok(()) };
        let asked_at = fleets.now();
        let Some(listed) = pages.next().await? else {
            // After all whose link has expired: those end by our own clock.
            self.step =
                Step::GoneInvitations { after: (self.started_at, Uuid::max()), first_asked_at: self.started_at };
            return Ok(());
        };
        self.gaps.note("invitations", &listed.unreadable);
        let mut findings = Vec::new();
        for invitation in listed.iter() {
            self.invitations.extend(digest(&invitation.id));
            let fleet = match &invitation.fleet_ref {
                Some(fleet_ref) => fleets.recorder.store.fleet_by_ref(fleet_ref).await?,
                None => None,
            };
            let known = fleets.recorder.known(fleet.as_ref()).await?;
            let missing = invitations::missing(invitation, &known, asked_at);
            findings.extend(missing.into_iter().map(|observation| finding(observation, fleet.as_ref())));
        }
        Ok(fleets.recorder.record(findings, asked_at, &mut self.found).await?)
    }

    async fn check_gone_invitations(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::GoneInvitations { after, first_asked_at } = &mut self.step else { return Ok(()) };
        let rows = fleets.recorder.store.unanswered(*after, BATCH).await?;
        if rows.is_empty() || self.single_requests >= SINGLE_REQUESTS_MAX {
            self.step = Step::Agreements(fleets.catena.agreement_pages());
            return Ok(());
        }
        for row in rows {
            // One that was made after the first request can be missing from the answers for that reason alone.
            let listed = self.invitations.contains(&row.digest) || row.created_at >= *first_asked_at;
            let asked_at = fleets.now();
            let gone = !listed && fleets.is_gone(&row, &mut self.gaps).await?;
            *after = (row.expires_at, row.id);
            if gone {
                let observation = invitations::gone(&row, asked_at);
                let findings = vec![Discovery { observation, fleet: Some(row.fleet) }];
                fleets.recorder.record(findings, asked_at, &mut self.found).await?;
            }
            if !listed {
                // A request was made; the next one comes after the pause.
                self.single_requests += 1;
                return Ok(());
            }
        }
        Ok(())
    }

    async fn read_agreements(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::Agreements(pages) = &mut self.step else { return Ok(()) };
        let asked_at = fleets.now();
        let Some(listed) = pages.next().await? else {
            self.step = Step::GoneAgreements { after: FleetKey(0) };
            self.single_requests = 0;
            return Ok(());
        };
        self.gaps.note("agreements", &listed.unreadable);
        let mut findings = Vec::new();
        for agreement in listed.iter() {
            self.agreements.insert(agreement.id);
            let fleet = fleet_of(fleets, Some(agreement.fleet_id), agreement.fleet_ref.as_deref()).await?;
            let known = fleets.recorder.known(fleet.as_ref()).await?;
            let missing = agreements::missing(agreement, &known, asked_at);
            findings.extend(missing.into_iter().map(|observation| finding(observation, fleet.as_ref())));
        }
        Ok(fleets.recorder.record(findings, asked_at, &mut self.found).await?)
    }

    async fn check_gone_agreements(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::GoneAgreements { after } = &mut self.step else { return Ok(()) };
        let rows = fleets.recorder.store.fleets_under_agreement(*after, BATCH).await?;
        if rows.is_empty() || self.single_requests >= SINGLE_REQUESTS_MAX {
            self.step = connections_step(fleets);
            return Ok(());
        }
        for fleet in rows {
            let known = fleets.recorder.known(Some(&fleet)).await?;
            let lost = known.living_agreements().iter().any(|agreement| !self.agreements.contains(agreement));
            if lost {
                let asked_at = fleets.now();
                let ended = fleets.ended_agreements(&known, &fleet.fleet_ref, &self.agreements).await?;
                let observations = ended.iter().flat_map(|agreement| agreements::missing(agreement, &known, asked_at));
                let findings = observations.map(|observation| finding(observation, Some(&fleet))).collect();
                fleets.recorder.record(findings, asked_at, &mut self.found).await?;
            }
            *after = fleet.key;
            if lost {
                self.single_requests += 1;
                return Ok(());
            }
        }
        Ok(())
    }

    async fn read_connections(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::Connections { pages, to_do, asked_at } = &mut self.step else { return Ok(()) };
        if to_do.is_empty() {
            let now = fleets.now();
            match pages.next().await? {
                Some(listed) => {
                    self.gaps.note("connections", &listed.unreadable);
                    (*to_do, *asked_at) = (listed.records.into(), now);
                }
                None => self.step = Step::Done,
            }
            return Ok(());
        }
        let mut by_fleet: BTreeMap<Option<Uuid>, Vec<&Connection>> = BTreeMap::new();
        for connection in to_do.iter() {
            if by_fleet.len() < FLEET_BATCH || by_fleet.contains_key(&connection.fleet_id) {
                by_fleet.entry(connection.fleet_id).or_default().push(connection);
            }
        }
        let fleet_ids: Vec<Uuid> = by_fleet.keys().copied().flatten().collect();
        // An empty list of ids asks for nothing.
        let rows = fleets.catena.data_freshness(&FleetFilter::Ids(fleet_ids)).await?;
        self.gaps.note("freshness of data", &rows.unreadable);
        let rows = by_connection(&rows);
        let mut findings = Vec::new();
        for (fleet_id, connections) in &by_fleet {
            let fleet_ref = connections.iter().find_map(|connection| connection.fleet_ref.as_deref());
            let fleet = fleet_of(fleets, *fleet_id, fleet_ref).await?;
            let known = fleets.recorder.known(fleet.as_ref()).await?;
            for connection in connections {
                let own = rows.get(&connection.id).map(Vec::as_slice).unwrap_or_default();
                let missing = connections::missing(connection, own, &known, *asked_at);
                findings.extend(missing.into_iter().map(|observation| finding(observation, fleet.as_ref())));
            }
        }
        fleets.recorder.record(findings, *asked_at, &mut self.found).await?;
        let done: HashSet<Option<Uuid>> = by_fleet.into_keys().collect();
        to_do.retain(|connection| !done.contains(&connection.fleet_id));
        Ok(())
    }
}

fn connections_step(fleets: &FleetReconciler) -> Step {
    Step::Connections { pages: fleets.catena.connection_pages(), to_do: VecDeque::new(), asked_at: fleets.now() }
}

fn finding(observation: domain::events::observation::Observation, fleet: Option<&FleetRow>) -> Discovery {
    Discovery { observation, fleet: fleet.map(|fleet| fleet.key) }
}

/// The fleet that a record is about, if it is known: by Catena's id, else by our reference, which may be missing
/// (CONTRACT.md trap 14).
async fn fleet_of(
    fleets: &FleetReconciler,
    fleet_id: Option<Uuid>,
    fleet_ref: Option<&str>,
) -> Result<Option<FleetRow>, ReconcileError> {
    let store = &fleets.recorder.store;
    if let Some(fleet_id) = fleet_id
        && let Some(fleet) = store.fleet_by_catena_id(fleet_id).await?
    {
        return Ok(Some(fleet));
    }
    match fleet_ref {
        Some(fleet_ref) => Ok(store.fleet_by_ref(fleet_ref).await?),
        None => Ok(None),
    }
}
