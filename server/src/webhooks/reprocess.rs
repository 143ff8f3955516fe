//! Retries deliveries that need a person: parked ones are processed again, and quarantined ones are verified again, for example
//! after a secret was corrected.

use std::sync::Arc;

use domain::events::delivery::DeliveryState;
use thiserror::Error;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    security::vault::{Purpose, Vault, VaultError},
    store::{DeliveryKey, Quarantined, SharedStore, StoreError},
    webhooks::signing_secrets::{SecretsError, SigningSecrets},
};
use catena::webhook_signature::{Refusal, check_signature};

/// Quarantined deliveries to load at a time.
const BATCH_MAX: u32 = 50;

/// Why deliveries could not be verified again.
#[derive(Debug, Error)]
pub enum ReprocessError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret can't be loaded.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// The result of verifying the whole quarantine again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reverified {
    /// Deliveries that are Catena's after all and will be processed.
    pub verified: u64,
    /// Deliveries that stay in quarantine.
    pub refused: u64,
}

/// Retries parked and quarantined deliveries.
pub struct Reprocessor {
    store: SharedStore,
    secrets: Arc<SigningSecrets>,
    vault: Vault,
    arrived: Arc<Notify>,
}

impl Reprocessor {
    /// `arrived` wakes the worker.
    pub fn new(store: SharedStore, secrets: Arc<SigningSecrets>, vault: Vault, arrived: Arc<Notify>) -> Self {
        Self { store, secrets, vault, arrived }
    }

    /// Queues a parked delivery for processing; false if it isn't parked.
    pub async fn process_again(&self, key: DeliveryKey) -> Result<bool, StoreError> {
        self.notify_if_any(self.store.release(&[key], DeliveryState::Parked).await).map(|released| released > 0)
    }

    /// Queues every parked delivery for processing and returns how many there are.
    pub async fn process_all_again(&self) -> Result<u64, StoreError> {
        self.notify_if_any(self.store.release_parked().await)
    }

    /// Verifies a quarantined delivery with the current secrets. `None` if it isn't in quarantine.
    pub async fn verify_again(&self, key: DeliveryKey) -> Result<Option<Result<(), Refusal>>, ReprocessError> {
        let before = DeliveryKey(key.0 - 1);
        let found = self.store.quarantined(before, 1).await?.into_iter().find(|delivery| delivery.key == key);
        let Some(delivery) = found else { return Ok(None) };
        let verdict = self.verify(&delivery).await?;
        match verdict {
            Ok(()) => {
                self.notify_if_any(self.store.release(&[key], DeliveryState::Quarantined).await)?;
            }
            Err(refusal) => self.store.set_reason(key, &refusal.to_string()).await?,
        }
        Ok(Some(verdict))
    }

    /// Verifies every quarantined delivery with the current secrets.
    pub async fn verify_all_again(&self) -> Result<Reverified, ReprocessError> {
        let mut result = Reverified::default();
        let mut after = DeliveryKey(0);
        loop {
            let batch = self.store.quarantined(after, BATCH_MAX).await?;
            let Some(last) = batch.last() else { return Ok(result) };
            after = last.key;
            let mut verified = Vec::new();
            for delivery in &batch {
                match self.verify(delivery).await? {
                    Ok(()) => verified.push(delivery.key),
                    Err(_) => result.refused += 1,
                }
            }
            result.verified += self.notify_if_any(self.store.release(&verified, DeliveryState::Quarantined).await)?;
        }
    }

    fn notify_if_any(&self, released: Result<u64, StoreError>) -> Result<u64, StoreError> {
        let released = released?;
        if released > 0 {
            self.arrived.notify_one();
        }
        Ok(released)
    }

    /// Checks only the signature. The timestamp may be old, since the delivery waited here, and a replayed delivery changes
    /// nothing (WEBHOOKS.md 6).
    async fn verify(&self, delivery: &Quarantined) -> Result<Result<(), Refusal>, ReprocessError> {
        let need = |header: &Option<String>, name| header.clone().ok_or(Refusal::MissingHeader(name));
        let headers = || {
            let signature = need(&delivery.signature, "X-Catena-Signature")?;
            let timestamp = need(&delivery.sent_at, "X-Catena-Timestamp")?;
            let webhook_id = need(&delivery.webhook_id, "X-Webhook-ID")?;
            Ok((signature, timestamp, Uuid::parse_str(&webhook_id).map_err(|_| Refusal::UnknownSubscription)?))
        };
        let (signature, timestamp, webhook_id) = match headers() {
            Ok(headers) => headers,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(secrets) = self.secrets.load(webhook_id).await? else {
            return Ok(Err(Refusal::UnknownSubscription));
        };
        let body = self.vault.open(Purpose::Body, &delivery.sealed_body).map_err(SecretsError::from)?;
        Ok(check_signature(&signature, &timestamp, &body, secrets.iter().map(|secret| secret.as_slice())))
    }
}

impl From<VaultError> for ReprocessError {
    fn from(error: VaultError) -> Self {
        Self::Secrets(error.into())
    }
}
