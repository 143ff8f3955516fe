//! A check of one fleet: reads only its own records.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{digest::of_invitation, events::observation::Observation};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    security::vault::{Purpose, Vault},
    services::reconcile::{
        agreements, connections,
        error::ReconcileError,
        fleet_facts::FleetFacts,
        gaps::Gaps,
        invitations,
        report::{Discovery, Recorder, Tally},
    },
    store::{FleetKey, FleetRow, InvitationRow, StoreError},
};
use catena::{
    Agreement, AgreementFilter, AgreementStatus, Catena, CatenaError, ConnectionFilter, DataFreshness, FleetFilter,
    InvitationId, Side,
};

/// What a check works with.
#[derive(Clone)]
pub(crate) struct FleetReconciler {
    pub catena: Catena,
    pub vault: Vault,
    pub recorder: Recorder,
}

impl FleetReconciler {
    /// Checks one fleet and adds what it finds to `found`, also when it fails halfway. What Catena doesn't allow is skipped; the
    /// first refusal is returned.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn check_fleet(&self, fleet: &FleetRow, found: &mut Tally) -> Result<Gaps, ReconcileError> {
        let mut gaps = Gaps::default();
        let mut fleet_ids: BTreeSet<Uuid> = self.recorder.store.catena_ids_of(fleet.key).await?.into_iter().collect();
        let invitations = self.check_invitations(fleet, found, &mut gaps).await;
        fleet_ids.extend(gaps.skip(invitations)?.unwrap_or_default());
        let agreements = self.check_agreements(fleet, found, &mut gaps).await;
        fleet_ids.extend(gaps.skip(agreements)?.unwrap_or_default());
        let connections = self.check_connections(fleet, fleet_ids.into_iter().collect(), found, &mut gaps).await;
        gaps.skip(connections)?;
        Ok(gaps)
    }

    async fn check_invitations(
        &self,
        fleet: &FleetRow,
        found: &mut Tally,
        gaps: &mut Gaps,
    ) -> Result<Vec<Uuid>, ReconcileError> {
        let asked_at = self.now();
        let listed = self.catena.invitations_of(&fleet.fleet_ref).await?;
        gaps.note("invitations", &listed.unreadable);
        let known = self.recorder.known(Some(fleet)).await?;
        let mut findings = Vec::new();
        for invitation in listed.iter() {
            findings.extend(invitations::missing(invitation, &known, asked_at));
        }
        let seen: HashSet<String> = listed.iter().filter_map(|listed| digest(&listed.id)).collect();
        for row in self.recorder.store.unanswered_of(fleet.key, asked_at).await? {
            if !seen.contains(&row.digest) && self.is_gone(&row, gaps).await? {
                findings.push(invitations::gone(&row, asked_at));
            }
        }
        self.record(findings, fleet.key, asked_at, found).await?;
        Ok(listed.iter().filter_map(|listed| listed.fleet_id).collect())
    }

    async fn check_agreements(
        &self,
        fleet: &FleetRow,
        found: &mut Tally,
        gaps: &mut Gaps,
    ) -> Result<Vec<Uuid>, ReconcileError> {
        let asked_at = self.now();
        let filter = AgreementFilter { fleet_ref: Some(fleet.fleet_ref.clone()), ..AgreementFilter::default() };
        let mut listed = self.catena.agreements(&filter).await?;
        gaps.note("agreements", &listed.unreadable);
        let known = self.recorder.known(Some(fleet)).await?;
        let seen: HashSet<Uuid> = listed.iter().map(|agreement| agreement.id).collect();
        listed.records.extend(self.ended_agreements(&known, &fleet.fleet_ref, &seen).await?);
        let findings = listed.iter().flat_map(|agreement| agreements::missing(agreement, &known, asked_at)).collect();
        self.record(findings, fleet.key, asked_at, found).await?;
        Ok(listed.iter().map(|agreement| agreement.fleet_id).collect())
    }

    /// What became of agreements that are in force for us and missing from Catena's list. Whether the list includes ended ones is
    /// not documented, so each way to end is requested.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn ended_agreements(
        &self,
        known: &FleetFacts,
        fleet_ref: &str,
        listed: &HashSet<Uuid>,
    ) -> Result<Vec<Agreement>, ReconcileError> {
        let mut lost: Vec<Uuid> = known.living_agreements();
        lost.retain(|agreement| !listed.contains(agreement));
        let mut ended = Vec::new();
        for status in [AgreementStatus::Deleted, AgreementStatus::Cancelled, AgreementStatus::Expired] {
            if lost.is_empty() {
                break;
            }
            let filter = AgreementFilter {
                fleet_ref: Some(fleet_ref.to_owned()),
                status: Some(status),
                ..AgreementFilter::default()
            };
            for agreement in self.catena.agreements(&filter).await? {
                if lost.contains(&agreement.id) {
                    lost.retain(|lost| *lost != agreement.id);
                    ended.push(agreement);
                }
            }
        }
        Ok(ended)
    }

    async fn check_connections(
        &self,
        fleet: &FleetRow,
        fleet_ids: Vec<Uuid>,
        found: &mut Tally,
        gaps: &mut Gaps,
    ) -> Result<(), ReconcileError> {
        if fleet_ids.is_empty() {
            return Ok(());
        }
        let asked_at = self.now();
        let fleets = FleetFilter::Ids(fleet_ids);
        let listed = self.catena.connections(&ConnectionFilter { fleets: fleets.clone(), tsp_id: None }).await?;
        gaps.note("connections", &listed.unreadable);
        if listed.is_empty() {
            return Ok(());
        }
        let rows = self.catena.data_freshness(&fleets).await?;
        gaps.note("freshness of data", &rows.unreadable);
        let rows = by_connection(&rows);
        let known = self.recorder.known(Some(fleet)).await?;
        let mut findings = Vec::new();
        for connection in listed.iter() {
            let own = rows.get(&connection.id).map(Vec::as_slice).unwrap_or_default();
            findings.extend(connections::missing(connection, own, &known, asked_at));
        }
        Ok(self.record(findings, fleet.key, asked_at, found).await?)
    }

    /// Whether Catena no longer has this invitation. One that can't be read is there.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn is_gone(&self, row: &InvitationRow, gaps: &mut Gaps) -> Result<bool, ReconcileError> {
        let Ok(id) = self.vault.open_text(Purpose::InvitationId, &row.sealed_id) else { return Ok(false) };
        let Ok(id) = InvitationId::parse(&id) else { return Ok(false) };
        match self.catena.invitation(&id).await {
            Ok(found) => Ok(found.is_none()),
            Err(CatenaError::UnexpectedAnswer { side: Side::Api, status: 200..300, problem }) => {
                gaps.note_one("invitations", format!("the one that Onramp knows as {}: {problem}", row.id));
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn record(
        &self,
        observations: Vec<Observation>,
        fleet: FleetKey,
        asked_at: OffsetDateTime,
        found: &mut Tally,
    ) -> Result<(), StoreError> {
        let findings =
            observations.into_iter().map(|observation| Discovery { observation, fleet: Some(fleet) }).collect();
        self.recorder.record(findings, asked_at, found).await
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.recorder.clock.now()
    }
}

/// The rows about each connection.
pub(crate) fn by_connection(rows: &[DataFreshness]) -> HashMap<Uuid, Vec<&DataFreshness>> {
    let mut by_connection: HashMap<Uuid, Vec<&DataFreshness>> = HashMap::new();
    for row in rows {
        by_connection.entry(row.connection_id).or_default().push(row);
    }
    by_connection
}

/// Digest of an invitation's id.
pub(crate) fn digest(id: &InvitationId) -> Option<String> {
    Uuid::parse_str(id.expose()).ok().map(of_invitation)
}
