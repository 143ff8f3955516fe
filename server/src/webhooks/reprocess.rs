//! Another chance for what was put aside: a parked delivery is processed again, a quarantined one verified again after a
//! secret was corrected.

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

/// Quarantined deliveries read at once.
const BATCH: u32 = 50;

/// Why a review broke off.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret can't be had.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// What a review of the quarantine came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Deliveries that are Catena's after all; the worker has them.
    pub verified: u64,
    /// Deliveries that stay.
    pub refused: u64,
}

/// Gives deliveries that were put aside another chance.
pub struct Reprocessor {
    store: SharedStore,
    secrets: Arc<SigningSecrets>,
    vault: Vault,
    arrived: Arc<Notify>,
}

impl Reprocessor {
    /// Over this store; `arrived` wakes the worker.
    pub fn new(store: SharedStore, secrets: Arc<SigningSecrets>, vault: Vault, arrived: Arc<Notify>) -> Self {
        Self { store, secrets, vault, arrived }
    }

    /// Has a parked delivery processed again; false if it isn't parked.
    pub async fn process_again(&self, key: DeliveryKey) -> Result<bool, StoreError> {
        self.wake_if_any(self.store.release(&[key], DeliveryState::Parked).await).map(|released| released > 0)
    }

    /// Has every parked delivery processed again, and says how many there are.
    pub async fn process_all_again(&self) -> Result<u64, StoreError> {
        self.wake_if_any(self.store.release_parked().await)
    }

    /// Verifies a quarantined delivery with the secrets of today. `None` if it isn't in quarantine.
    pub async fn verify_again(&self, key: DeliveryKey) -> Result<Option<Result<(), Refusal>>, ReviewError> {
        let before = DeliveryKey(key.0 - 1);
        let found = self.store.quarantined(before, 1).await?.into_iter().find(|delivery| delivery.key == key);
        let Some(delivery) = found else { return Ok(None) };
        let verdict = self.verify(&delivery).await?;
        match verdict {
            Ok(()) => {
                self.wake_if_any(self.store.release(&[key], DeliveryState::Quarantined).await)?;
            }
            Err(refusal) => self.store.set_reason(key, &refusal.to_string()).await?,
        }
        Ok(Some(verdict))
    }

    /// Verifies all of the quarantine again.
    pub async fn verify_all_again(&self) -> Result<Verdicts, ReviewError> {
        let mut verdicts = Verdicts::default();
        let mut after = DeliveryKey(0);
        loop {
            let batch = self.store.quarantined(after, BATCH).await?;
            let Some(last) = batch.last() else { return Ok(verdicts) };
            after = last.key;
            let mut verified = Vec::new();
            for delivery in &batch {
                match self.verify(delivery).await? {
                    Ok(()) => verified.push(delivery.key),
                    Err(_) => verdicts.refused += 1,
                }
            }
            verdicts.verified += self.wake_if_any(self.store.release(&verified, DeliveryState::Quarantined).await)?;
        }
    }

    fn wake_if_any(&self, released: Result<u64, StoreError>) -> Result<u64, StoreError> {
        let released = released?;
        if released > 0 {
            self.arrived.notify_one();
        }
        Ok(released)
    }

    /// Whether the signature fits. When it was sent doesn't count any more: it lay here, and what is told twice changes
    /// nothing (WEBHOOKS.md 6).
    async fn verify(&self, delivery: &Quarantined) -> Result<Result<(), Refusal>, ReviewError> {
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
        let Some(secrets) = self.secrets.look_up(webhook_id).await? else {
            return Ok(Err(Refusal::UnknownSubscription));
        };
        let body = self.vault.open(Purpose::Body, &delivery.sealed_body).map_err(SecretsError::from)?;
        Ok(check_signature(&signature, &timestamp, &body, secrets.iter().map(|secret| secret.as_slice())))
    }
}

impl From<VaultError> for ReviewError {
    fn from(error: VaultError) -> Self {
        Self::Secrets(error.into())
    }
}
