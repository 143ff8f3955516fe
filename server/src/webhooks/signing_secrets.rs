//! The signing secrets of each subscription. Cached, because every delivery needs them; loaded again if a subscription is
//! unknown or a signature doesn't match, because another process (`onramp subscriptions`) may have changed them.

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

/// For how long a new secret may belong to a subscription whose creation call is unanswered.
const PENDING: Duration = Duration::minutes(10);

/// How long secrets are cached: meanwhile another process may retire one of them.
const CACHE_TIME: std::time::Duration = std::time::Duration::from_mins(1);

/// The secrets of one subscription: those in use first, then the newest first.
pub type Secrets = Arc<Vec<Zeroizing<Vec<u8>>>>;

/// Why secrets can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They were sealed with another key.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The signing secrets of our subscriptions.
pub struct SigningSecrets {
    store: SharedStore,
    vault: Vault,
    clock: SharedClock,
    cache: RwLock<HashMap<Uuid, Cached>>,
}

struct Cached {
    secrets: Secrets,
    /// When they were loaded, by the clock that never jumps.
    since: std::time::Duration,
    /// When one of them is retired.
    until: Option<OffsetDateTime>,
}

impl SigningSecrets {
    /// With an empty cache.
    pub fn new(store: SharedStore, vault: Vault, clock: SharedClock) -> Self {
        Self { store, vault, clock, cache: RwLock::default() }
    }

    /// The cached secrets.
    pub fn cached(&self, webhook_id: Uuid) -> Option<Secrets> {
        let cache = self.cache.read().unwrap_or_else(PoisonError::into_inner);
        let cached = cache.get(&webhook_id)?;
        let is_fresh = self.clock.elapsed().saturating_sub(cached.since) < CACHE_TIME;
        let is_whole = cached.until.is_none_or(|until| self.clock.now() < until);
        (is_fresh && is_whole).then(|| cached.secrets.clone())
    }

    /// The secrets from the database. For an unknown subscription, those of unanswered creation calls, because its first delivery
    /// may arrive before Catena's response (WEBHOOKS.md 8.22). `None` if it can't be ours.
    pub async fn load(&self, webhook_id: Uuid) -> Result<Option<Secrets>, SecretsError> {
        if let Some(own) = self.own(webhook_id).await? {
            return Ok(Some(own));
        }
        let pending = self.open(&self.store.pending_secrets(self.clock.now() - PENDING).await?)?;
        if !pending.is_empty() {
            return Ok(Some(pending));
        }
        // If Catena's response was stored between the two queries, the secret isn't pending anymore.
        self.own(webhook_id).await
    }

    async fn own(&self, webhook_id: Uuid) -> Result<Option<Secrets>, SecretsError> {
        let now = self.clock.now();
        let mut own = self.store.secrets_of(webhook_id).await?;
        own.retain(|accepted| accepted.until.is_none_or(|until| now < until));
        if own.is_empty() {
            return Ok(None);
        }
        let until = own.iter().filter_map(|accepted| accepted.until).min();
        let secrets = self.open(own.iter().map(|accepted| &accepted.secret))?;
        let cached = Cached { secrets: secrets.clone(), since: self.clock.elapsed(), until };
        self.cache.write().unwrap_or_else(PoisonError::into_inner).insert(webhook_id, cached);
        Ok(Some(secrets))
    }

    fn open<'a>(&self, sealed: impl IntoIterator<Item = &'a SigningSecret>) -> Result<Secrets, VaultError> {
        let opened = sealed.into_iter().map(|secret| self.vault.open(Purpose::SigningSecret, &secret.sealed));
        Ok(Arc::new(opened.collect::<Result<_, _>>()?))
    }
}
