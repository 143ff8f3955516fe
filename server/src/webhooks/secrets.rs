//! With what each subscription signs. Kept in memory, since every delivery asks; looked up again when a subscription is
//! unknown or a signature doesn't fit, since a command may have made it in another process.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    clock::SharedClock,
    store::{SharedStore, SigningSecret, StoreError},
    vault::{Purpose, Vault, VaultError},
};

/// How long after its making a secret may belong to a subscription whose creation isn't answered yet.
const PENDING: Duration = Duration::minutes(10);

/// The secrets of one subscription, the newest first.
pub type Secrets = Arc<Vec<Zeroizing<Vec<u8>>>>;

/// Why secrets can't be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key is not the one they were sealed with.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The secrets of all subscriptions.
pub struct SecretBook {
    store: SharedStore,
    vault: Vault,
    clock: SharedClock,
    known: RwLock<HashMap<Uuid, Secrets>>,
}

impl SecretBook {
    /// An empty book over this store.
    pub fn new(store: SharedStore, vault: Vault, clock: SharedClock) -> Self {
        Self { store, vault, clock, known: RwLock::default() }
    }

    /// The secrets as remembered.
    pub fn remembered(&self, webhook_id: Uuid) -> Option<Secrets> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&webhook_id).cloned()
    }

    /// The secrets as the database has them; `None` if no subscription of ours has that id. For one that isn't known, the
    /// secrets of creation calls under way: its first delivery may come before Catena's answer (WEBHOOKS.md 8.22).
    pub async fn look_up(&self, webhook_id: Uuid) -> Result<Option<Secrets>, SecretsError> {
        let own = self.open(self.store.secrets_of(webhook_id).await?)?;
        if !own.is_empty() {
            self.known.write().unwrap_or_else(PoisonError::into_inner).insert(webhook_id, own.clone());
            return Ok(Some(own));
        }
        let pending = self.open(self.store.pending_secrets(self.clock.now() - PENDING).await?)?;
        Ok(Some(pending).filter(|pending| !pending.is_empty()))
    }

    fn open(&self, sealed: Vec<SigningSecret>) -> Result<Secrets, VaultError> {
        let opened = sealed.iter().map(|secret| self.vault.open(Purpose::SigningSecret, &secret.sealed));
        Ok(Arc::new(opened.collect::<Result<_, _>>()?))
    }
}
