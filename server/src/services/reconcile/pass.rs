//! A check of everything, step by step: each step is one question, and what it found is told before the next. After a
//! failure of Catena's the pass goes on with the same question.

use std::collections::{BTreeMap, HashSet, VecDeque};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    services::reconcile::{
        ReconcileError, agreements, connections,
        fleet::{FleetReconciler, Refusals, digest},
        invitations,
        report::{Discovery, Tally},
    },
    store::{FleetKey, FleetRow},
};
use catena::{AgreementPages, Catena, Connection, FleetFilter, Invitation, Pages};

/// Rows of our own that are compared at once.
const ROWS: u32 = 200;
/// Fleets of whose data the freshness is asked for at once (CONTRACT.md 11).
const FLEETS_AT_ONCE: usize = 100;

/// Questions about single records in one step. What is left waits for the next one.
const SINGLE_QUESTIONS: u32 = 200;

/// Where a pass stands.
enum Step {
    /// Reading all invitations.
    Invitations(Pages<Invitation>),
    /// Asking for open invitations of ours that were not among them, from behind this one.
    GoneInvitations { behind: (OffsetDateTime, Uuid), first_asked_at: OffsetDateTime },
    /// Reading all agreements.
    Agreements(AgreementPages),
    /// Asking for agreements of ours that were not among them, from behind this fleet.
    GoneAgreements { behind: FleetKey },
    /// Reading all connections, and how fresh the data of each is.
    Connections { pages: Pages<Connection>, to_do: VecDeque<Connection>, asked_at: OffsetDateTime },
    /// Through.
    Done,
}

/// A pass through everything, which may have been interrupted.
pub(crate) struct Pass {
    step: Step,
    /// When the first question was asked, UTC.
    pub started_at: OffsetDateTime,
    /// Digests of the invitations that Catena has.
    invitations: HashSet<String>,
    /// The agreements that Catena has in force.
    agreements: HashSet<Uuid>,
    /// How many single records were asked for in this step.
    single_questions: u32,
    pub found: Tally,
    pub refusals: Refusals,
}

impl Pass {
    /// From the beginning.
    pub(crate) fn new(catena: &Catena, started_at: OffsetDateTime) -> Self {
        Self {
            step: Step::Invitations(catena.invitation_pages()),
            started_at,
            invitations: HashSet::new(),
            agreements: HashSet::new(),
            single_questions: 0,
            found: Tally::default(),
            refusals: Refusals::default(),
        }
    }

    /// Whether nothing is left to be asked.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.step, Step::Done)
    }

    /// Asks the next question. After an error the same one is asked again.
    pub(crate) async fn advance(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let step = match &self.step {
            Step::Invitations(_) => self.read_invitations(fleets).await,
            Step::GoneInvitations { .. } => self.look_for_invitations(fleets).await,
            Step::Agreements(_) => self.read_agreements(fleets).await,
            Step::GoneAgreements { .. } => self.look_for_agreements(fleets).await,
            Step::Connections { .. } => self.read_connections(fleets).await,
            Step::Done => Ok(()),
        };
        // What is not allowed is left out: that of invitations leaves nothing to compare with.
        if self.refusals.skip(step)?.is_none() {
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
            // Behind all whose link has run out: those end by our own clock.
            self.step =
                Step::GoneInvitations { behind: (self.started_at, Uuid::max()), first_asked_at: self.started_at };
            return Ok(());
        };
        let mut findings = Vec::new();
        for invitation in &listed {
            self.invitations.extend(digest(&invitation.id));
            let fleet = match &invitation.fleet_ref {
                Some(fleet_ref) => fleets.recorder.store.fleet_by_ref(fleet_ref).await?,
                None => None,
            };
            let known = fleets.recorder.known(fleet.as_ref()).await?;
            let missing = invitations::missing(invitation, &known, asked_at);
            findings.extend(missing.into_iter().map(|told| finding(told, fleet.as_ref())));
        }
        Ok(fleets.recorder.record(findings, asked_at, &mut self.found).await?)
    }

    async fn look_for_invitations(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::GoneInvitations { behind, first_asked_at } = &mut self.step else { return Ok(()) };
        let rows = fleets.recorder.store.unanswered(*behind, ROWS).await?;
        if rows.is_empty() || self.single_questions >= SINGLE_QUESTIONS {
            self.step = Step::Agreements(fleets.catena.agreement_pages());
            return Ok(());
        }
        for row in rows {
            // One that was made after the first question may be missing in the answers for that alone.
            let listed = self.invitations.contains(&row.digest) || row.created_at >= *first_asked_at;
            let asked_at = fleets.now();
            let gone = !listed && fleets.is_gone(&row).await?;
            *behind = (row.expires_at, row.id);
            if gone {
                let told = invitations::gone(&row, asked_at);
                let findings = vec![Discovery { told, fleet: Some(row.fleet) }];
                fleets.recorder.record(findings, asked_at, &mut self.found).await?;
            }
            if !listed {
                // A question was asked; the next one after the pause.
                self.single_questions += 1;
                return Ok(());
            }
        }
        Ok(())
    }

    async fn read_agreements(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::Agreements(pages) = &mut self.step else { return Ok(()) };
        let asked_at = fleets.now();
        let Some(listed) = pages.next().await? else {
            self.step = Step::GoneAgreements { behind: FleetKey(0) };
            self.single_questions = 0;
            return Ok(());
        };
        let mut findings = Vec::new();
        for agreement in &listed {
            self.agreements.insert(agreement.id);
            let fleet = fleet_of(fleets, Some(agreement.fleet_id), agreement.fleet_ref.as_deref()).await?;
            let known = fleets.recorder.known(fleet.as_ref()).await?;
            let missing = agreements::missing(agreement, &known, asked_at);
            findings.extend(missing.into_iter().map(|told| finding(told, fleet.as_ref())));
        }
        Ok(fleets.recorder.record(findings, asked_at, &mut self.found).await?)
    }

    async fn look_for_agreements(&mut self, fleets: &FleetReconciler) -> Result<(), ReconcileError> {
        let Step::GoneAgreements { behind } = &mut self.step else { return Ok(()) };
        let rows = fleets.recorder.store.fleets_under_agreement(*behind, ROWS).await?;
        if rows.is_empty() || self.single_questions >= SINGLE_QUESTIONS {
            self.step = connections_step(fleets);
            return Ok(());
        }
        for fleet in rows {
            let known = fleets.recorder.known(Some(&fleet)).await?;
            let lost = known.living_agreements().iter().any(|agreement| !self.agreements.contains(agreement));
            if lost {
                let asked_at = fleets.now();
                let ended = fleets.ended_agreements(&known, &fleet.fleet_ref, &self.agreements).await?;
                let told = ended.iter().flat_map(|agreement| agreements::missing(agreement, &known, asked_at));
                let findings = told.map(|told| finding(told, Some(&fleet))).collect();
                fleets.recorder.record(findings, asked_at, &mut self.found).await?;
            }
            *behind = fleet.key;
            if lost {
                self.single_questions += 1;
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
                Some(listed) => (*to_do, *asked_at) = (listed.into(), now),
                None => self.step = Step::Done,
            }
            return Ok(());
        }
        let mut by_fleet: BTreeMap<Option<Uuid>, Vec<&Connection>> = BTreeMap::new();
        for connection in to_do.iter() {
            if by_fleet.len() < FLEETS_AT_ONCE || by_fleet.contains_key(&connection.fleet_id) {
                by_fleet.entry(connection.fleet_id).or_default().push(connection);
            }
        }
        let fleet_ids: Vec<Uuid> = by_fleet.keys().copied().flatten().collect();
        // An empty list of ids asks for nothing.
        let rows = fleets.catena.data_freshness(&FleetFilter::Ids(fleet_ids)).await?;
        let mut findings = Vec::new();
        for (fleet_id, connections) in &by_fleet {
            let fleet_ref = connections.iter().find_map(|connection| connection.fleet_ref.as_deref());
            let fleet = fleet_of(fleets, *fleet_id, fleet_ref).await?;
            let known = fleets.recorder.known(fleet.as_ref()).await?;
            for connection in connections {
                let own: Vec<_> = rows.iter().filter(|row| row.connection_id == connection.id).collect();
                let missing = connections::missing(connection, &own, &known, *asked_at);
                findings.extend(missing.into_iter().map(|told| finding(told, fleet.as_ref())));
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

fn finding(told: domain::events::record::Observation, fleet: Option<&FleetRow>) -> Discovery {
    Discovery { told, fleet: fleet.map(|fleet| fleet.key) }
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
