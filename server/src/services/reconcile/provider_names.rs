//! The names of telematics providers: a public list of some two hundred rows, read once a day (CONTRACT.md trap 26).

use std::collections::BTreeSet;

use domain::onboarding::lifecycle::Onboarding;
use time::Duration;

use crate::{
    services::reconcile::fleet::FleetReconciler,
    store::{ProviderRow, SharedStore, StoreError},
};
use catena::TspFilter;

/// How old the list may be.
const FRESH_FOR: Duration = Duration::DAY;

impl FleetReconciler {
    /// Reads the list, if it is old. Nothing depends on it but words, so a failure spoils nothing and is tried again with
    /// the next check.
    pub(crate) async fn refresh_providers(&self) -> Result<(), StoreError> {
        let now = self.now();
        let read_at = self.recorder.store.providers_read_at().await?;
        if read_at.is_some_and(|read_at| now - read_at < FRESH_FOR) {
            return Ok(());
        }
        match self.catena.tsps(&TspFilter::default()).await {
            Ok(tsps) => {
                let rows: Vec<ProviderRow> = tsps
                    .into_iter()
                    .map(|tsp| ProviderRow { id: tsp.id, slug: tsp.slug, source_name: tsp.source_name, name: tsp.name })
                    .collect();
                self.recorder.store.put_providers(&rows, now).await
            }
            Err(error) => {
                tracing::warn!(%error, "the list of providers can't be read");
                Ok(())
            }
        }
    }
}

/// The onboarding with the names of providers in place of their integrations' words, where they are known.
pub async fn with_provider_names(store: &SharedStore, mut onboarding: Onboarding) -> Result<Onboarding, StoreError> {
    let words: BTreeSet<String> =
        onboarding.timeline.iter().filter_map(|entry| entry.fact.about.provider.clone()).collect();
    if words.is_empty() {
        return Ok(onboarding);
    }
    let names = store.provider_names(&words.into_iter().collect::<Vec<_>>()).await?;
    for entry in &mut onboarding.timeline {
        if let Some(provider) = &mut entry.fact.about.provider
            && let Some(name) = names.get(provider)
        {
            provider.clone_from(name);
        }
    }
    Ok(onboarding)
}
