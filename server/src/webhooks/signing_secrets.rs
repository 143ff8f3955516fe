//! With what each subscription signs. Kept in memory, since every delivery asks; looked up again when a subscription is
//! unknown or a signature doesn't fit, since a command may have made it in another process.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    security::vault::{Purpose, Vault, VaultError},
    store::{SharedStore, SigningSecret, StoreError},
};
use platform::clock::SharedClock;

/// How long after its making a secret may belong to a subscription whose creation isn't answered yet.
const PENDING: Duration = Duration::minutes(10);

/// How long secrets are remembered before the database is asked again: it may have been told, perhaps by another process,
/// that one of them ends.
const REMEMBERED: Duration = Duration::MINUTE;

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
pub struct SigningSecrets {
    store: SharedStore,
    vault: Vault,
    clock: SharedClock,
    known: RwLock<HashMap<Uuid, Remembered>>,
}

struct Remembered {
    secrets: Secrets,
    /// From then on they are looked up again.
    until: OffsetDateTime,
}

impl SigningSecrets {
    /// An empty book over this store.
    pub fn new(store: SharedStore, vault: Vault, clock: SharedClock) -> Self {
        Self { store, vault, clock, known: RwLock::default() }
    }

    /// The secrets as remembered.
    pub fn remembered(&self, webhook_id: Uuid) -> Option<Secrets> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.get(&webhook_id)?;
        (self.clock.now() < remembered.until).then(|| remembered.secrets.clone())
    }

    /// The secrets as the database has them; `None` if no subscription of ours has that id. For one that isn't known, the
    /// secrets of creation calls under way: its first delivery may come before Catena's answer (WEBHOOKS.md 8.22).
    pub async fn look_up(&self, webhook_id: Uuid) -> Result<Option<Secrets>, SecretsError> {
        if let Some(own) = self.own(webhook_id).await? {
            return Ok(Some(own));
        }
        let pending = self.open(&self.store.pending_secrets(self.clock.now() - PENDING).await?)?;
        if !pending.is_empty() {
            return Ok(Some(pending));
        }
        // Catena's answer may have been stored between the two questions: then the secret isn't pending any more.
        self.own(webhook_id).await
    }

    async fn own(&self, webhook_id: Uuid) -> Result<Option<Secrets>, SecretsError> {
        let now = self.clock.now();
        let mut own = self.store.secrets_of(webhook_id).await?;
        own.retain(|accepted| accepted.until.is_none_or(|until| now < until));
        if own.is_empty() {
            return Ok(None);
        }
        let until = own.iter().filter_map(|accepted| accepted.until).fold(now + REMEMBERED, OffsetDateTime::min);
        let secrets = self.open(own.iter().map(|accepted| &accepted.secret))?;
        let remembered = Remembered { secrets: secrets.clone(), until };
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(webhook_id, remembered);
        Ok(Some(secrets))
    }

    fn open<'a>(&self, sealed: impl IntoIterator<Item = &'a SigningSecret>) -> Result<Secrets, VaultError> {
        let opened = sealed.into_iter().map(|secret| self.vault.open(Purpose::SigningSecret, &secret.sealed));
        Ok(Arc::new(opened.collect::<Result<_, _>>()?))
    }
}
