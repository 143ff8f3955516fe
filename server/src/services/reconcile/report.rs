//! Records on the timeline what checks find, and counts it.

use domain::events::{
    delivery::Effect,
    missed_webhooks::{Watch, is_hole},
    observation::Observation,
};
use time::OffsetDateTime;

use crate::{
    services::{
        reconcile::fleet_facts::FleetFacts,
        timeline::{Ingested, Timeline},
    },
    store::{FleetKey, FleetRow, SharedStore, StoreError, Transaction},
};
use platform::clock::SharedClock;

/// Facts per transaction: few, so that an arriving delivery, which waits for the same writer, waits only milliseconds.
const BATCH: usize = 32;

/// What a check has found so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Facts that were new.
    pub facts: u32,
    /// Those among them that a webhook should have reported.
    pub holes: u32,
}

/// Something new in a record, and the fleet as it was known before.
pub(crate) struct Discovery {
    pub observation: Observation,
    pub fleet: Option<FleetKey>,
}

/// Reads what is known, and records what is found.
#[derive(Clone)]
pub(crate) struct Recorder {
    pub store: SharedStore,
    pub timeline: Timeline,
    pub clock: SharedClock,
}

impl Recorder {
    /// What is known about a fleet; nothing about an unknown one.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn known(&self, fleet: Option<&FleetRow>) -> Result<FleetFacts, StoreError> {
        let facts = match fleet {
            Some(fleet) => self.store.facts_of(fleet.key).await?,
            None => Vec::new(),
        };
        Ok(FleetFacts::new(facts))
    }

    /// Records the findings from Catena's answer to a request made at `asked_at`, and adds them to `found`.
    #[tracing::instrument(skip_all)]
    pub(crate) async fn record(
        &self,
        findings: Vec<Discovery>,
        asked_at: OffsetDateTime,
        found: &mut Tally,
    ) -> Result<(), StoreError> {
        if findings.is_empty() {
            return Ok(());
        }
        let subscribed_since = self.store.subscriptions().await?.iter().map(|ours| ours.created_at).min();
        for some in findings.chunks(BATCH) {
            let mut watched = Vec::with_capacity(some.len());
            for Discovery { observation, fleet } in some {
                let known_since = match fleet {
                    Some(fleet) => self.store.known_since(*fleet).await?,
                    None => None,
                };
                watched.push((observation, *fleet, Watch { known_since, subscribed_since, asked_at }));
            }
            let mut tx = self.store.begin().await?;
            let (mut outcome, mut new) = (Ingested::default(), Tally::default());
            for (observation, fleet, watch) in watched {
                self.record_one(tx.as_mut(), observation, fleet, watch, &mut outcome, &mut new).await?;
            }
            self.timeline.recompute(tx.as_mut(), &outcome).await?;
            tx.commit().await?;
            self.timeline.publish(&outcome);
            found.facts += new.facts;
            found.holes += new.holes;
        }
        Ok(())
    }

    async fn record_one(
        &self,
        tx: &mut dyn Transaction,
        observation: &Observation,
        fleet: Option<FleetKey>,
        watch: Watch,
        outcome: &mut Ingested,
        new: &mut Tally,
    ) -> Result<(), StoreError> {
        let effects = self.timeline.ingest(tx, std::slice::from_ref(observation), outcome).await?;
        let Observation::Fact { fact, subject, .. } = observation else { return Ok(()) };
        let Some((key, Effect::New)) = effects.facts.first().copied() else { return Ok(()) };
        new.facts += 1;
        if !is_hole(&fact.kind, fact.at, watch) {
            return Ok(());
        }
        let fleet = match (fleet, &subject.fleet_ref) {
            (Some(fleet), _) => Some(fleet),
            (None, Some(fleet_ref)) => tx.fleet_by_ref(fleet_ref).await?,
            (None, None) => None,
        };
        if let Some(fleet) = fleet {
            tx.add_hole(key, fleet, self.clock.now()).await?;
            new.holes += 1;
        }
        Ok(())
    }
}
