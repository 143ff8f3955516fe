//! One delivery's processing: what it tells goes onto the timeline, and its own state changes, in one transaction.

use app::domain::{
    event::{self, EnvelopeError, redact},
    moment,
    record::{RecordError, told},
};
use thiserror::Error;

use crate::{
    store::{DeliveryEnd, DeliveryState, SharedStore, StoreError, ToDo},
    timeline::{Outcome, Timeline},
    vault::{Purpose, Vault, VaultError},
};

/// Why a delivery can't be processed, now or ever.
#[derive(Debug, Error)]
pub enum Poison {
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
pub struct Projector {
    store: SharedStore,
    timeline: Timeline,
    vault: Vault,
}

impl Projector {
    /// Ready to process.
    pub fn new(store: SharedStore, timeline: Timeline, vault: Vault) -> Self {
        Self { store, timeline, vault }
    }

    /// Processes one delivery to its end: processed, duplicate, or parked with the reason. An error means that the database
    /// failed and nothing changed.
    pub async fn project(&self, delivery: &ToDo) -> Result<DeliveryState, StoreError> {
        let read = || -> Result<_, Poison> {
            let body = self.vault.open(Purpose::Body, &delivery.sealed_body)?;
            let envelope = event::read(&body, delivery.event_name.as_deref())?;
            let sent_at = delivery.sent_at.as_deref().and_then(moment::parse).unwrap_or(delivery.received_at);
            let told = told(&envelope, sent_at)?;
            Ok((envelope, told, redact(&body, delivery.event_name.as_deref())))
        };
        let (envelope, told, body) = match read() {
            Ok(read) => read,
            Err(poison) => return self.park(delivery, &poison).await,
        };
        let mut tx = self.store.begin().await?;
        let first = match envelope.id {
            Some(id) => tx.remember_event(id, delivery.key).await?,
            None => true,
        };
        let outcome = if first { self.timeline.tell_in(tx.as_mut(), &told).await? } else { Outcome::default() };
        let state = if first && outcome.news { DeliveryState::Processed } else { DeliveryState::Duplicate };
        let end = DeliveryEnd { state, reason: None, event_name: Some(&envelope.name), event_id: envelope.id, body };
        tx.finish_delivery(delivery.key, &end).await?;
        tx.commit().await?;
        self.timeline.announce(&outcome);
        Ok(state)
    }

    /// Puts a delivery aside with the reason, so that it doesn't hold up the next.
    pub async fn park(&self, delivery: &ToDo, poison: &Poison) -> Result<DeliveryState, StoreError> {
        tracing::warn!(delivery = delivery.key.0, reason = %poison, "a delivery is parked: it can't be processed");
        let end = DeliveryEnd {
            state: DeliveryState::Parked,
            reason: Some(poison.to_string()),
            event_name: None,
            event_id: None,
            body: None,
        };
        let mut tx = self.store.begin().await?;
        tx.finish_delivery(delivery.key, &end).await?;
        tx.commit().await?;
        Ok(DeliveryState::Parked)
    }
}
