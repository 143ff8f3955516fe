//! Processing: what deliveries tell goes onto the timeline, and their own state changes, in one transaction.

use domain::{
    events::{
        delivery::DeliveryState,
        envelope::{self, Envelope, EnvelopeError, redact},
        observation::Observation,
        record::{RecordError, observations},
    },
    timestamp,
};
use serde_json::Value;
use thiserror::Error;

use crate::{
    security::vault::{Purpose, Vault, VaultError},
    services::timeline::{Effects, Ingested, Timeline, ahead_of},
    store::{Ahead, DeliveryEnd, PendingDelivery, SharedStore, StoreError, Transaction},
    telemetry::metrics::Metrics,
};
use platform::clock::SharedClock;

/// Why a delivery can't be processed, now or ever.
#[derive(Debug, Error)]
pub enum ProcessingError {
    /// Its processing broke off again and again, though the database answers.
    #[error("its processing failed {0} times; the log has the cause")]
    KeepsFailing(u32),
    /// It can't be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It isn't the documented object.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A record lacks what tells it from others.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// Processes deliveries.
#[derive(Clone)]
pub struct Processor {
    store: SharedStore,
    timeline: Timeline,
    vault: Vault,
    clock: SharedClock,
    metrics: Metrics,
}

/// A delivery that was read.
struct Read {
    envelope: Envelope,
    told: Vec<Observation>,
    body: Option<Value>,
}

impl Processor {
    /// Ready to process.
    pub fn new(store: SharedStore, timeline: Timeline, vault: Vault, clock: SharedClock, metrics: Metrics) -> Self {
        Self { store, timeline, vault, clock, metrics }
    }

    /// Processes deliveries to their ends: processed, duplicate, or parked with the reason; all of them in one transaction,
    /// since a durable commit costs far more than a delivery. An error means that nothing changed.
    pub async fn project(&self, deliveries: &[PendingDelivery]) -> Result<(), StoreError> {
        let read: Vec<_> = deliveries.iter().map(|delivery| (delivery, self.read(delivery))).collect();
        let mut outcome = Ingested::default();
        let mut ends = Vec::with_capacity(read.len());
        let readable = || read.iter().filter_map(|(_, read)| read.as_ref().ok());
        let events = readable().filter_map(|read| read.envelope.id).collect();
        let ahead = Ahead { events, ..ahead_of(readable().flat_map(|read| &read.told)) };
        let mut tx = self.store.begin().await?;
        tx.look_ahead(&ahead).await?;
        for (delivery, read) in read {
            let state = match read {
                Ok(read) => self.tell(tx.as_mut(), delivery, read, &mut outcome).await?,
                Err(poison) => self.put_aside(tx.as_mut(), delivery, &poison).await?,
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

    /// Puts a delivery aside with the reason, so that it doesn't hold up the next.
    pub async fn park(&self, delivery: &PendingDelivery, poison: &ProcessingError) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let state = self.put_aside(tx.as_mut(), delivery, poison).await?;
        tx.commit().await?;
        self.metrics.processed(state, self.clock.now() - delivery.received_at);
        Ok(())
    }

    fn read(&self, delivery: &PendingDelivery) -> Result<Read, ProcessingError> {
        let body = self.vault.open(Purpose::Body, &delivery.sealed_body)?;
        let envelope = envelope::read(&body, delivery.event_name.as_deref())?;
        let sent_at = delivery.sent_at.as_deref().and_then(timestamp::parse).unwrap_or(delivery.received_at);
        let told = observations(&envelope, sent_at)?;
        let body = redact(&body, delivery.event_name.as_deref());
        Ok(Read { envelope, told, body })
    }

    async fn tell(
        &self,
        tx: &mut dyn Transaction,
        delivery: &PendingDelivery,
        read: Read,
        outcome: &mut Ingested,
    ) -> Result<DeliveryState, StoreError> {
        let Read { envelope, told, body } = read;
        let first = match envelope.id {
            Some(id) => tx.remember_event(id, delivery.key).await?,
            None => true,
        };
        let is_about_nothing = told.is_empty();
        let effects = if first { self.timeline.ingest(tx, &told, outcome).await? } else { Effects::default() };
        for (fact, effect) in &effects.facts {
            tx.link_fact(delivery.key, *fact, *effect).await?;
        }
        let news = effects.news || (first && is_about_nothing);
        let state = if news { DeliveryState::Processed } else { DeliveryState::Duplicate };
        let end = DeliveryEnd { event_name: Some(&envelope.name), event_id: envelope.id, body, ..self.end(state) };
        tx.finish_delivery(delivery.key, &end).await?;
        Ok(state)
    }

    async fn put_aside(
        &self,
        tx: &mut dyn Transaction,
        delivery: &PendingDelivery,
        poison: &ProcessingError,
    ) -> Result<DeliveryState, StoreError> {
        tracing::warn!(delivery = delivery.key.0, reason = %poison, "a delivery is parked: it can't be processed");
        let end = DeliveryEnd { reason: Some(poison.to_string()), ..self.end(DeliveryState::Parked) };
        tx.finish_delivery(delivery.key, &end).await?;
        Ok(DeliveryState::Parked)
    }

    fn end(&self, state: DeliveryState) -> DeliveryEnd<'static> {
        DeliveryEnd { state, ended_at: self.clock.now(), reason: None, event_name: None, event_id: None, body: None }
    }
}
