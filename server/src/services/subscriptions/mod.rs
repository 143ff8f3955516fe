//! Onramp's side of its webhook subscriptions: `ensure` makes what is missing of the recommended set, `moves` changes one of
//! them, `look` asks Catena how they stand, `wake` brings back after a start what was missed.
//!
//! One rule holds everywhere: a secret is stored before Catena hears of it, so that nothing signed with it can come before it
//! can be verified (WEBHOOKS.md 8.22); and what was accepted before stays so until nothing signed with it can come any more.
//! May depend on `catena`, `store` and `vault`.

mod actions;
mod ensure;
mod error;
mod recovery;
mod refresh;

pub use crate::services::subscriptions::ensure::Ensured;
pub use crate::services::subscriptions::error::SubscriptionError;
pub use crate::services::subscriptions::recovery::Recovery;

use std::sync::{PoisonError, RwLock};

use domain::subscription::{Endpoints, KnownSubscription, Place};
use tokio::sync::Mutex;
use url::Url;

use crate::{
    security::vault::{Purpose, Vault},
    store::{Measured, SeenSubscription, SharedStore, SigningSecret, StoreError, SubscriptionRow},
};
use catena::{Catena, Subscription};
use platform::{clock::SharedClock, random::SharedRandom, secret::Secret};

/// Makes subscriptions and looks after them.
pub struct Subscriptions {
    catena: Catena,
    store: SharedStore,
    vault: Vault,
    clock: SharedClock,
    random: SharedRandom,
    endpoint: Url,
    watch_endpoint: Url,
    /// Whoever changes subscriptions or keeps Catena's list of them: a list that was asked for before a change would undo it.
    one_at_a_time: Mutex<()>,
    recovery: RwLock<Option<Recovery>>,
}

/// A subscription at Catena and all that is known of it.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    /// As Catena lists it; for ours the status may be newer.
    pub seen: SeenSubscription,
    /// Our own record, if it is ours.
    pub own: Option<SubscriptionRow>,
    /// Where it posts to.
    pub place: Place,
    /// What was last measured of it.
    pub measured: Option<Measured>,
}

impl SubscriptionView {
    /// As the rules take it.
    pub fn known(&self) -> KnownSubscription {
        KnownSubscription {
            id: self.seen.webhook_id,
            event_name: self.seen.event_name.clone(),
            status: self.seen.status.clone(),
            place: self.place,
            filtered: self.seen.filtered,
            created_at: self.seen.created_at,
        }
    }
}

impl Subscriptions {
    /// Ready to subscribe the endpoints below `public_url`.
    pub fn new(
        catena: Catena,
        store: SharedStore,
        vault: Vault,
        clock: SharedClock,
        random: SharedRandom,
        public_url: &Url,
    ) -> Self {
        let below = |path: &str| {
            let mut url = public_url.clone();
            url.set_path(&format!("{}{path}", public_url.path().trim_end_matches('/')));
            url
        };
        let (endpoint, watch_endpoint) = (below("/webhooks/catena"), below("/webhooks/catena/watch"));
        let (one_at_a_time, recovery) = (Mutex::default(), RwLock::default());
        Self { catena, store, vault, clock, random, endpoint, watch_endpoint, one_at_a_time, recovery }
    }

    /// Where deliveries are to go.
    pub fn endpoints(&self) -> Endpoints {
        Endpoints { main: self.endpoint.to_string(), watch: self.watch_endpoint.to_string() }
    }

    /// Every subscription that is known, by event name: as Catena last listed them, and ours that it was not asked about yet.
    pub async fn standing(&self) -> Result<Vec<SubscriptionView>, StoreError> {
        let endpoints = self.endpoints();
        let mut ours = self.store.subscriptions().await?;
        let mut all = Vec::new();
        for (mut seen, measured) in self.store.seen().await? {
            let own = ours.iter().position(|row| row.webhook_id == seen.webhook_id).map(|at| ours.remove(at));
            if let Some(own) = &own {
                // A webhook may have told of it since.
                seen.status.clone_from(&own.status);
            }
            let place = endpoints.place(own.as_ref().map(|own| own.url.as_str()), &seen.masked_url);
            all.push(SubscriptionView { seen, own, place, measured });
        }
        all.extend(ours.into_iter().filter(|row| row.status != "deleted").map(|row| SubscriptionView {
            place: endpoints.place(Some(&row.url), ""),
            seen: unseen(&row),
            own: Some(row),
            measured: None,
        }));
        all.sort_by(|one, other| one.seen.event_name.cmp(&other.seen.event_name));
        Ok(all)
    }

    /// What happened after the start, once it has.
    pub fn recovery(&self) -> Option<Recovery> {
        self.recovery.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Removes secrets that ended, and says how many.
    pub async fn delete_retired_secrets(&self) -> Result<u64, StoreError> {
        self.store.delete_retired_secrets(self.clock.now()).await
    }

    fn url_of(&self, event_name: &str) -> &Url {
        let watched = self.endpoints().of_event(event_name) == self.watch_endpoint.as_str();
        if watched { &self.watch_endpoint } else { &self.endpoint }
    }

    /// A new secret, and how it is stored.
    fn new_secret(&self, event_name: &str) -> (Secret, SigningSecret) {
        let now = self.clock.now();
        let secret = Secret::from(self.random.token());
        let sealed = self.vault.seal(Purpose::SigningSecret, secret.expose().as_bytes());
        let id = self.random.uuid_v7(now);
        (secret, SigningSecret { id, event_name: event_name.to_owned(), sealed, created_at: now })
    }
}

/// What is known of one of ours that Catena has not listed yet.
fn unseen(row: &SubscriptionRow) -> SeenSubscription {
    SeenSubscription {
        webhook_id: row.webhook_id,
        event_name: row.event_name.clone(),
        masked_url: String::new(),
        filtered: false,
        status: row.status.clone(),
        created_at: Some(row.created_at),
        updated_at: None,
    }
}

/// As it is kept.
fn seen(subscription: &Subscription) -> SeenSubscription {
    let filters = &subscription.filters;
    let by_id = filters.fleet_ids.as_ref().is_some_and(|ids| !ids.is_empty());
    let by_ref = filters.fleet_refs.as_ref().is_some_and(|refs| !refs.is_empty());
    SeenSubscription {
        webhook_id: subscription.id,
        event_name: subscription.event_name.clone(),
        masked_url: subscription.masked_url.clone(),
        filtered: by_id || by_ref,
        status: subscription.status.to_string(),
        created_at: subscription.created_at,
        updated_at: subscription.updated_at,
    }
}
