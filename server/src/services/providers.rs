//! Catena's list of telematics providers: public, some two hundred rows, read once a day (CONTRACT.md trap 26). One reading serves
//! the form, which offers the providers, and the timelines, which show their names. An old list is better than none.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::onboarding::lifecycle::Onboarding;
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};

use crate::store::{ProviderRow, SharedStore, StoreError};
use catena::{Catena, Tsp, TspFilter, TspStatus};
use platform::clock::SharedClock;

/// How long a list is fresh.
const FRESH_FOR: time::Duration = time::Duration::DAY;
/// How long Catena is left alone after a failure.
const PAUSE: time::Duration = time::Duration::minutes(1);
/// How long a page or a check waits for the list.
const TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Default)]
struct Cache {
    offered: Arc<Vec<Tsp>>,
    read_at: Option<OffsetDateTime>,
    failed_at: Option<OffsetDateTime>,
}

/// The telematics providers.
pub struct Providers {
    catena: Catena,
    store: SharedStore,
    clock: SharedClock,
    // Held while the list is read, so that all who wait share one request.
    cache: Mutex<Cache>,
}

impl Providers {
    /// Providers over this store and Catena; nothing is read yet.
    pub fn new(catena: Catena, store: SharedStore, clock: SharedClock) -> Self {
        Self { catena, store, clock, cache: Mutex::default() }
    }

    /// The active providers, by name. Empty if the list was never read.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn offered(&self) -> Arc<Vec<Tsp>> {
        let mut cache = self.cache.lock().await;
        if let Err(error) = self.refresh(&mut cache).await {
            tracing::error!(%error, "the names of providers can't be stored");
        }
        cache.offered.clone()
    }

    /// Reads the list if the stored names are old. Only words depend on it, so a failure of Catena's is logged, and the next call
    /// tries again; an error is our own database's.
    #[tracing::instrument(level = "debug", skip_all)]
    pub(crate) async fn refresh_names(&self) -> Result<(), StoreError> {
        let mut cache = self.cache.lock().await;
        let read_at = self.store.providers_read_at().await?;
        if read_at.is_some_and(|read_at| (self.clock.now() - read_at).abs() < FRESH_FOR) {
            return Ok(());
        }
        self.refresh(&mut cache).await
    }

    /// Reads the list into the cache and the database, unless it is fresh or Catena has just failed.
    async fn refresh(&self, cache: &mut Cache) -> Result<(), StoreError> {
        let now = self.clock.now();
        let within = |at: Option<OffsetDateTime>, span| at.is_some_and(|at| (now - at).abs() < span);
        if within(cache.read_at, FRESH_FOR) || within(cache.failed_at, PAUSE) {
            return Ok(());
        }
        let list = match timeout(TIMEOUT, self.catena.tsps(&TspFilter::default())).await {
            Ok(Ok(list)) => list,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the list of providers can't be read");
                cache.failed_at = Some(now);
                return Ok(());
            }
            Err(_) => {
                tracing::warn!("reading the list of providers took too long");
                cache.failed_at = Some(now);
                return Ok(());
            }
        };
        if let Some(first) = list.unreadable.first() {
            tracing::warn!(count = list.unreadable.len(), %first, "the list of providers has records that can't be read");
        }
        let names: Vec<ProviderRow> = list
            .iter()
            .map(|tsp| ProviderRow {
                id: tsp.id,
                slug: tsp.slug.clone(),
                source_name: tsp.source_name.clone(),
                name: tsp.name.clone(),
            })
            .collect();
        let mut offered = list.records;
        offered.retain(|tsp| tsp.status == TspStatus::Active);
        offered.sort_by_cached_key(|tsp| tsp.name.to_lowercase());
        *cache = Cache { offered: Arc::new(offered), read_at: Some(now), failed_at: None };
        self.store.put_providers(&names, now).await
    }

    /// The onboarding with providers' names in place of their `source_name`, where they are known.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn with_names(&self, mut onboarding: Onboarding) -> Result<Onboarding, StoreError> {
        let source_names: BTreeSet<String> =
            onboarding.timeline.iter().filter_map(|entry| entry.fact.about.provider.clone()).collect();
        if source_names.is_empty() {
            return Ok(onboarding);
        }
        let names = self.store.provider_names(&source_names.into_iter().collect::<Vec<_>>()).await?;
        for entry in &mut onboarding.timeline {
            if let Some(provider) = &mut entry.fact.about.provider
                && let Some(name) = names.get(provider)
            {
                provider.clone_from(name);
            }
        }
        Ok(onboarding)
    }
}
