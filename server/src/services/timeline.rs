//! The only writer of the timeline: joins a fact to its fleet, merges it with what is known, recomputes the stage, and publishes
//! the change to open pages. Deliveries, checks, landing pages and staff all record their facts here.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::{
    events::{
        delivery::Effect,
        fact::{Fact, Source},
        observation::{InvitationRecord, Observation, Subject},
    },
    fleet::is_invented,
    onboarding::lifecycle::{fold, invitation_stage},
};
use tokio::sync::broadcast;

use crate::{
    security::vault::{Purpose, Vault},
    store::{Ahead, Awaited, FactKey, FleetKey, InvitationRow, SharedStore, StoreError, Transaction},
};
use platform::{clock::SharedClock, random::SharedRandom};

/// Changes that a slow subscriber can lag behind before it has to reload.
const LAG: usize = 1_024;

/// What a transaction has changed so far. Several calls of one transaction share it.
#[derive(Debug, Default)]
pub struct Ingested {
    /// The fleets with news.
    pub changed: BTreeSet<FleetKey>,
    /// Digests of the invitations with news, by their fleet.
    touched: BTreeMap<FleetKey, BTreeSet<String>>,
}

/// The effects of one call.
#[derive(Debug, Default)]
pub struct Effects {
    /// Each fact, and what recording it did.
    pub facts: Vec<(FactKey, Effect)>,
    /// Whether anything was new, including about a fleet that isn't known yet.
    pub news: bool,
}

/// Records facts.
#[derive(Clone)]
pub struct Timeline {
    store: SharedStore,
    vault: Vault,
    clock: SharedClock,
    random: SharedRandom,
    changes: broadcast::Sender<FleetKey>,
}

impl Timeline {
    /// A timeline over this store.
    pub fn new(store: SharedStore, vault: Vault, clock: SharedClock, random: SharedRandom) -> Self {
        Self { store, vault, clock, random, changes: broadcast::Sender::new(LAG) }
    }

    /// Every fleet that changes from now on.
    pub fn changes(&self) -> broadcast::Receiver<FleetKey> {
        self.changes.subscribe()
    }

    /// Records observations in a transaction of their own and publishes the changes. Returns whether anything was new.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn record(&self, observations: &[Observation]) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        let mut outcome = Ingested::default();
        let effects = self.ingest(tx.as_mut(), observations, &mut outcome).await?;
        self.recompute(tx.as_mut(), &outcome).await?;
        tx.commit().await?;
        self.publish(&outcome);
        Ok(effects.news)
    }

    /// Records observations as part of a larger transaction, which then has to [`recompute`](Self::recompute) before it commits
    /// and to [`publish`](Self::publish) afterwards.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn ingest(
        &self,
        tx: &mut dyn Transaction,
        observations: &[Observation],
        outcome: &mut Ingested,
    ) -> Result<Effects, StoreError> {
        tx.look_ahead(&ahead_of(observations)).await?;
        let mut effects = Effects::default();
        for observation in observations {
            match observation {
                Observation::Subscription { id, status } => {
                    tx.set_subscription_status(*id, status).await?;
                    effects.news = true;
                }
                Observation::Fact { fact, subject, invitation } => {
                    let fleet = self.join(tx, subject, invitation.as_ref()).await?;
                    let (key, effect) = put(tx, fact, fleet, subject).await?;
                    let news = effect != Effect::Known;
                    effects.facts.push((key, effect));
                    effects.news |= news;
                    let Some(fleet) = fleet else { continue };
                    let adopted = adopt(tx, subject, fleet).await?;
                    if news || adopted {
                        outcome.changed.insert(fleet);
                        outcome.touched.entry(fleet).or_default().extend(subject.invitation.clone());
                    }
                }
            }
        }
        Ok(effects)
    }

    /// Recomputes what changed, once for each fleet.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn recompute(&self, tx: &mut dyn Transaction, outcome: &Ingested) -> Result<(), StoreError> {
        let fleets = outcome.changed.iter().copied().collect();
        tx.look_ahead(&Ahead { fleets, ..Ahead::default() }).await?;
        for fleet in &outcome.changed {
            let facts = tx.facts_of(*fleet).await?;
            for invitation in outcome.touched.get(fleet).into_iter().flatten() {
                if let Some(stage) = invitation_stage(&facts, invitation) {
                    tx.set_invitation_stage(invitation, Some(stage)).await?;
                }
            }
            let found: Vec<String> =
                facts.iter().filter(|fact| fact.source == Source::Check).map(|fact| fact.key.clone()).collect();
            let onboarding = fold(facts);
            // What a check found and a webhook also reported is one entry, and no longer a hole.
            let shown: HashSet<&str> = onboarding.timeline.iter().map(|entry| &*entry.fact.key).collect();
            let filled: Vec<String> = found.into_iter().filter(|key| !shown.contains(&**key)).collect();
            if !filled.is_empty() {
                tx.fill_holes(&filled).await?;
            }
            tx.set_fleet_state(*fleet, onboarding.stage, onboarding.health, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Assigns the facts waiting for this name to a fleet, and future ones, as staff decided. Returns how many were waiting.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn assign(&self, awaited: &Awaited, fleet: FleetKey) -> Result<u64, StoreError> {
        let mut tx = self.store.begin().await?;
        tx.assign(awaited, fleet).await?;
        let adopted = match awaited {
            Awaited::Fleet(id) => tx.adopt(*id, fleet).await?,
            Awaited::Connection(id) => tx.adopt_by_connection(*id, fleet).await?,
            Awaited::Invitation(digest) => tx.adopt_by_invitation(digest, fleet).await?,
        };
        let outcome = Ingested { changed: BTreeSet::from([fleet]), touched: BTreeMap::new() };
        self.recompute(tx.as_mut(), &outcome).await?;
        tx.commit().await?;
        self.publish(&outcome);
        Ok(adopted)
    }

    /// Publishes which fleets changed, after the commit.
    pub fn publish(&self, outcome: &Ingested) {
        for fleet in &outcome.changed {
            // An error only means that nobody is subscribed.
            let _ = self.changes.send(*fleet);
        }
    }

    /// The fleet a record is about; learns along the way how its other names map to it (WEBHOOKS.md 2.10). A `fleet_ref` that we
    /// never used is a fleet, too: somebody invited it elsewhere.
    async fn join(
        &self,
        tx: &mut dyn Transaction,
        subject: &Subject,
        invitation: Option<&InvitationRecord>,
    ) -> Result<Option<FleetKey>, StoreError> {
        if let (Some(connection), Some(fleet_id)) = (subject.connection_id, subject.fleet_id) {
            tx.learn_connection(connection, fleet_id).await?;
        }
        let mut fleet = match &subject.invitation {
            Some(digest) => tx.fleet_by_invitation(digest).await?,
            None => None,
        };
        if let (None, Some(fleet_ref)) = (fleet, &subject.fleet_ref) {
            fleet = match tx.fleet_by_ref(fleet_ref).await? {
                Some(known) => Some(known),
                None => Some(tx.add_fleet(fleet_ref, self.clock.now()).await?),
            };
        }
        let fleet_id = match (subject.fleet_id, subject.connection_id) {
            (None, Some(connection)) => tx.fleet_id_of_connection(connection).await?,
            (fleet_id, _) => fleet_id,
        };
        if let Some(fleet_id) = fleet_id {
            match fleet {
                Some(fleet) => tx.learn_fleet_id(fleet_id, fleet).await?,
                None => fleet = tx.fleet_by_catena_id(fleet_id).await?,
            }
        }
        if fleet.is_none() {
            fleet = assigned(tx, subject).await?;
        }
        if let (Some(fleet), Some(record), Some(digest)) = (fleet, invitation, &subject.invitation) {
            self.keep_invitation(tx, fleet, record, digest).await?;
        }
        Ok(fleet)
    }

    async fn keep_invitation(
        &self,
        tx: &mut dyn Transaction,
        fleet: FleetKey,
        record: &InvitationRecord,
        digest: &str,
    ) -> Result<(), StoreError> {
        if let Some(name) = record.fleet_name.as_deref().filter(|name| !is_invented(name)) {
            tx.name_fleet(fleet, name, false).await?;
        }
        let row = InvitationRow {
            id: self.random.uuid_v7(self.clock.now()),
            digest: digest.to_owned(),
            fleet,
            sealed_id: self.vault.seal(Purpose::InvitationId, record.id.to_string().as_bytes()),
            sealed_link: record.magic_link.as_ref().map(|link| self.vault.seal(Purpose::MagicLink, link.as_bytes())),
            stage: None,
            request: None,
            created_at: record.created_at,
            expires_at: record.expires_at,
        };
        tx.put_invitation(&row).await?;
        Ok(())
    }
}

/// What recording these observations will read from the database.
pub fn ahead_of<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Ahead {
    let facts = observations.into_iter().filter_map(|observation| match observation {
        Observation::Fact { fact, subject, .. } => Some((fact.key.clone(), subject.clone())),
        Observation::Subscription { .. } => None,
    });
    let (facts, subjects) = facts.unzip();
    Ahead { facts, subjects, ..Ahead::default() }
}

/// The fleet to which staff assigned a name of the subject.
async fn assigned(tx: &mut dyn Transaction, subject: &Subject) -> Result<Option<FleetKey>, StoreError> {
    let invitation = subject.invitation.clone().map(Awaited::Invitation);
    for awaited in invitation.into_iter().chain(subject.connection_id.map(Awaited::Connection)) {
        if let Some(fleet) = tx.assigned(&awaited).await? {
            return Ok(Some(fleet));
        }
    }
    Ok(None)
}

/// Stores a new fact or merges it with a known one; returns which.
async fn put(
    tx: &mut dyn Transaction,
    fact: &Fact,
    fleet: Option<FleetKey>,
    subject: &Subject,
) -> Result<(FactKey, Effect), StoreError> {
    let Some((key, known)) = tx.fact(&fact.key).await? else {
        return Ok((tx.put_fact(fact, fleet, subject).await?, Effect::New));
    };
    let merged = known.clone().merge(fact.clone());
    if known == merged {
        return Ok((key, Effect::Known));
    }
    Ok((tx.put_fact(&merged, fleet, subject).await?, Effect::Enriched))
}

/// Assigns the facts that waited for one of the names just learned to the fleet; returns whether there were any.
async fn adopt(tx: &mut dyn Transaction, subject: &Subject, fleet: FleetKey) -> Result<bool, StoreError> {
    let mut adopted = 0;
    if let Some(fleet_id) = subject.fleet_id {
        adopted += tx.adopt(fleet_id, fleet).await?;
    }
    if let Some(digest) = &subject.invitation {
        adopted += tx.adopt_by_invitation(digest, fleet).await?;
    }
    Ok(adopted > 0)
}
