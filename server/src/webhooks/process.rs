//! Records what deliveries report on timelines, and the state that the deliveries end in, in one transaction.

use domain::{
    events::{
        delivery::DeliveryState,
        envelope::{self, EnvelopeError},
        record::{Observed, observations},
        redaction::redact,
    },
    timestamp,
};
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::{
    security::vault::{Purpose, Vault, VaultError},
    services::timeline::{Effects, Ingested, Timeline, ahead_of},
    store::{Ahead, DeliveryEnd, PendingDelivery, SharedStore, StoreError, Transaction},
    telemetry::metrics::Metrics,
};
use platform::clock::SharedClock;

/// Why a delivery is parked: processing it again would fail the same way.
#[derive(Debug, Error)]
pub enum ProcessingError {
    /// Its processing failed repeatedly although the database works.
    #[error("its processing failed {0} times; the log has the cause")]
    KeepsFailing(u32),
    /// Its body can't be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Its body isn't the documented object.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// Processes deliveries. Cheap to clone.
#[derive(Clone)]
pub struct Processor {
    store: SharedStore,
    timeline: Timeline,
    vault: Vault,
    clock: SharedClock,
    metrics: Metrics,
}

struct Read {
    event_name: String,
    event_id: Option<Uuid>,
    observed: Observed,
    /// Redacted.
    body: Value,
}

impl Processor {
    /// A processor that records on `timeline`.
    pub fn new(store: SharedStore, timeline: Timeline, vault: Vault, clock: SharedClock, metrics: Metrics) -> Self {
        Self { store, timeline, vault, clock, metrics }
    }

    /// Processes deliveries, each to its final state: processed, duplicate, or parked with the reason. All in one transaction,
    /// because a durable commit costs far more than a delivery. After an error, nothing has changed.
    pub async fn process(&self, deliveries: &[PendingDelivery]) -> Result<(), StoreError> {
        let read: Vec<_> = deliveries.iter().map(|delivery| (delivery, self.read(delivery))).collect();
        let mut outcome = Ingested::default();
        let mut ends = Vec::with_capacity(read.len());
        let readable = || read.iter().filter_map(|(_, read)| read.as_ref().ok());
        let events = readable().filter_map(|read| read.event_id).collect();
        let ahead = Ahead { events, ..ahead_of(readable().flat_map(|read| &read.observed.observations)) };
        let mut tx = self.store.begin().await?;
        tx.look_ahead(&ahead).await?;
        for (delivery, read) in read {
            let state = match read {
                Ok(read) => self.record(tx.as_mut(), delivery, read, &mut outcome).await?,
                Err(error) => self.finish_parked(tx.as_mut(), delivery, &error).await?,
            };
            ends.push((delivery.received_at, state));
        }
        self.timeline.recompute(tx.as_mut(), &outcome).await?;
        tx.commit().await?;
        self.timeline.publish(&outcome);
        let now = self.clock.now();
        for (received_at, state) in ends {
            self.metrics.processed(state, now - received_at);
        }
        Ok(())
    }

    /// Parks a delivery with the reason, so that it doesn't hold up others.
    pub async fn park(&self, delivery: &PendingDelivery, error: &ProcessingError) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let state = self.finish_parked(tx.as_mut(), delivery, error).await?;
        tx.commit().await?;
        self.metrics.processed(state, self.clock.now() - delivery.received_at);
        Ok(())
    }

    fn read(&self, delivery: &PendingDelivery) -> Result<Read, ProcessingError> {
        let event_type = delivery.event_name.as_deref();
        let body = envelope::parse(&self.vault.open(Purpose::Body, &delivery.sealed_body)?)?;
        let envelope = envelope::read(&body, event_type)?;
        let sent_at = delivery.sent_at.as_deref().and_then(timestamp::parse).unwrap_or(delivery.received_at);
        let observed = observations(&envelope, sent_at);
        let (event_name, event_id) = (envelope.name, envelope.id);
        Ok(Read { event_name, event_id, observed, body: redact(body, event_type) })
    }

    async fn record(
        &self,
        tx: &mut dyn Transaction,
        delivery: &PendingDelivery,
        read: Read,
        outcome: &mut Ingested,
    ) -> Result<DeliveryState, StoreError> {
        let Read { event_name, event_id, observed, body } = read;
        let problem = observed.problem();
        let first = match event_id {
            // An incomplete event isn't remembered: processed again by a newer Onramp, it may be complete.
            Some(id) if problem.is_none() => tx.remember_event(id, delivery.key).await?,
            _ => true,
        };
        let observations = observed.observations;
        let reports_nothing = observations.is_empty();
        let effects = if first { self.timeline.ingest(tx, &observations, outcome).await? } else { Effects::default() };
        for (fact, effect) in &effects.facts {
            tx.link_fact(delivery.key, *fact, *effect).await?;
        }
        let news = effects.news || (first && reports_nothing);
        let state = match &problem {
            Some(problem) => {
                tracing::warn!(
                    delivery = delivery.key.0,
                    problem,
                    "a delivery was parked because some records can't be read"
                );
                DeliveryState::Parked
            }
            None if news => DeliveryState::Processed,
            None => DeliveryState::Duplicate,
        };
        let (event_name, body) = (Some(&*event_name), Some(body));
        let end = DeliveryEnd { reason: problem, event_name, event_id, body, ..self.end(state) };
        tx.finish_delivery(delivery.key, &end).await?;
        Ok(state)
    }

    async fn finish_parked(
        &self,
        tx: &mut dyn Transaction,
        delivery: &PendingDelivery,
        error: &ProcessingError,
    ) -> Result<DeliveryState, StoreError> {
        tracing::warn!(delivery = delivery.key.0, %error, "a delivery was parked because it can't be processed");
        let end = DeliveryEnd { reason: Some(error.to_string()), ..self.end(DeliveryState::Parked) };
        tx.finish_delivery(delivery.key, &end).await?;
        Ok(DeliveryState::Parked)
    }

    fn end(&self, state: DeliveryState) -> DeliveryEnd<'static> {
        DeliveryEnd { state, ended_at: self.clock.now(), reason: None, event_name: None, event_id: None, body: None }
    }
}
