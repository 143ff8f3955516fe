//! Previews what Catena will do with an invitation while somebody fills in the form: from our own store where it can tell, from
//! Catena where it can't.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::invitation::{
    existing::ExistingInvitation,
    upsert_forecast::{Preview, ReferenceContext, UpsertForecast},
};
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::{
    services::{invitations::existing, local_time::expiry_hint},
    store::{SharedStore, StoreError},
};
use catena::Catena;
use platform::clock::SharedClock;

/// How long a lookup at Catena is reused while somebody types.
const FRESH_FOR: Duration = Duration::from_secs(30);
/// How many references are cached; beyond it, the cache is cleared.
const CACHE_SIZE: usize = 256;
/// How long somebody who types waits for Catena.
const TIMEOUT: Duration = Duration::from_millis(1_500);
/// How many similar references are named.
const SIMILAR_MAX: u32 = 3;

/// What Onramp knows about the reference besides its invitations. `hours` and `country` as far as they are valid.
pub(crate) async fn reference_context(
    store: &SharedStore,
    fleet_ref: &str,
    hours: Option<u32>,
    country: Option<&str>,
    now: OffsetDateTime,
) -> Result<ReferenceContext, StoreError> {
    Ok(ReferenceContext {
        has_page: store.fleet_by_ref(fleet_ref).await?.is_some(),
        similar: store.spelt_otherwise(fleet_ref, SIMILAR_MAX).await?,
        expiry_hint: hours.zip(country).and_then(|(hours, country)| expiry_hint(now, hours, country)),
    })
}

/// Previews invitations.
pub struct InvitationPreview {
    catena: Catena,
    store: SharedStore,
    clock: SharedClock,
    cache: Mutex<HashMap<String, (Duration, Vec<ExistingInvitation>)>>,
}

impl InvitationPreview {
    /// A preview over this store and Catena.
    pub fn new(catena: Catena, store: SharedStore, clock: SharedClock) -> Self {
        Self { catena, store, clock, cache: Mutex::default() }
    }

    /// What there is to know about a call for this reference, as far as it can be told quickly; when the form is sent, all of
    /// it is looked up again. `hours` and `country` as far as they are valid.
    #[tracing::instrument(skip_all)]
    pub async fn preview(
        &self,
        fleet_ref: &str,
        hours: Option<u32>,
        country: Option<&str>,
    ) -> Result<Preview, StoreError> {
        let now = self.clock.now();
        let known = self.existing(fleet_ref).await?;
        Ok(Preview {
            fleet_ref: fleet_ref.to_owned(),
            forecast: UpsertForecast::new(known.as_deref(), now),
            context: reference_context(&self.store, fleet_ref, hours, country, now).await?,
        })
    }

    async fn existing(&self, fleet_ref: &str) -> Result<Option<Vec<ExistingInvitation>>, StoreError> {
        if let Some(known) = existing::from_store(&self.store, fleet_ref).await? {
            return Ok(Some(known));
        }
        if let Some(known) = self.cached(fleet_ref) {
            return Ok(Some(known));
        }
        match timeout(TIMEOUT, existing::from_catena(&self.catena, fleet_ref, self.clock.now())).await {
            Ok(Ok(known)) => {
                self.cache(fleet_ref, known.clone());
                Ok(Some(known))
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "can't look up a reference for its preview");
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }

    fn cached(&self, fleet_ref: &str) -> Option<Vec<ExistingInvitation>> {
        let now = self.clock.elapsed();
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(fleet_ref).filter(|(at, _)| now.saturating_sub(*at) < FRESH_FOR).map(|(_, known)| known.clone())
    }

    fn cache(&self, fleet_ref: &str, known: Vec<ExistingInvitation>) {
        let now = self.clock.elapsed();
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHE_SIZE {
            cache.clear();
        }
        cache.insert(fleet_ref.to_owned(), (now, known));
    }
}
