//! The service itself, its list of subscriptions, and what the other files share.

use std::sync::{PoisonError, RwLock};

use domain::subscription::{Endpoints, KnownSubscription, Place};
use time::OffsetDateTime;
use tokio::sync::Mutex;
use url::Url;

use crate::{
    config::PublicUrl,
    security::vault::{Purpose, Vault},
    store::{Measured, SeenSubscription, SharedStore, SigningSecret, StoreError, SubscriptionRow},
};
use catena::{Catena, Subscription};
use platform::{clock::SharedClock, random::SharedRandom, secret::Secret};

/// Creates, changes, and monitors our webhook subscriptions.
pub struct Subscriptions {
    pub(super) catena: Catena,
    pub(super) store: SharedStore,
    pub(super) vault: Vault,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    endpoint: Url,
    watch_endpoint: Url,
    /// Held while changing a subscription or storing Catena's list, because a list fetched before a change would undo it here.
    pub(super) write_lock: Mutex<()>,
    pub(super) recovery: RwLock<Option<Recovery>>,
}

/// A subscription at Catena and everything known about it.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    /// As Catena lists it, except that the status of our own may be newer.
    pub seen: SeenSubscription,
    /// Our record, if the subscription is ours.
    pub own: Option<SubscriptionRow>,
    /// Where it posts to.
    pub place: Place,
    /// Its latest figures.
    pub measured: Option<Measured>,
}

/// What [`Subscriptions::recover`] found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// When the queues were checked, UTC.
    pub at: OffsetDateTime,
    /// Dead letters found in the queues of our subscriptions.
    pub dead_letters: u64,
    /// How many of our subscriptions were replayed.
    pub replayed: u32,
    /// How many of our subscriptions Catena had disabled and are active again.
    pub activated: u32,
    /// How many of these actions failed; the log has each with its cause.
    pub failed: u32,
}

impl SubscriptionView {
    /// The part that the diagnosis needs.
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
    /// Subscribes with endpoints below `public_url`.
    pub fn new(
        catena: Catena,
        store: SharedStore,
        vault: Vault,
        clock: SharedClock,
        random: SharedRandom,
        public_url: &PublicUrl,
    ) -> Self {
        let (endpoint, watch_endpoint) =
            (public_url.below("/webhooks/catena"), public_url.below("/webhooks/catena/watch"));
        let (write_lock, recovery) = (Mutex::default(), RwLock::default());
        Self { catena, store, vault, clock, random, endpoint, watch_endpoint, write_lock, recovery }
    }

    /// The addresses to which Catena should deliver.
    pub fn endpoints(&self) -> Endpoints {
        Endpoints { main: self.endpoint.to_string(), watch: self.watch_endpoint.to_string() }
    }

    /// Every known subscription, by event name: those in Catena's last list, and new ones of ours. Doesn't ask Catena.
    #[tracing::instrument(skip_all)]
    pub async fn list(&self) -> Result<Vec<SubscriptionView>, StoreError> {
        let endpoints = self.endpoints();
        let mut ours = self.store.subscriptions().await?;
        let mut all = Vec::new();
        for (mut seen, measured) in self.store.seen().await? {
            let own = ours.iter().position(|row| row.webhook_id == seen.webhook_id).map(|at| ours.remove(at));
            if let Some(own) = &own {
                // A webhook may have reported a newer one.
                seen.status.clone_from(&own.status);
            }
            let place = endpoints.place(own.as_ref().map(|own| own.url.as_str()), &seen.masked_url);
            all.push(SubscriptionView { seen, own, place, measured });
        }
        all.extend(ours.into_iter().filter(|row| row.status != "deleted").map(|row| SubscriptionView {
            place: endpoints.place(Some(&row.url), ""),
            seen: not_listed(&row),
            own: Some(row),
            measured: None,
        }));
        all.sort_by(|one, other| one.seen.event_name.cmp(&other.seen.event_name));
        Ok(all)
    }

    /// The last [`recover`](Self::recover), if there was one since the start.
    pub fn recovery(&self) -> Option<Recovery> {
        self.recovery.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Deletes replaced secrets that are no longer accepted, and returns how many.
    #[tracing::instrument(skip_all)]
    pub async fn delete_retired_secrets(&self) -> Result<u64, StoreError> {
        self.store.delete_retired_secrets(self.clock.now()).await
    }

    pub(super) fn url_of(&self, event_name: &str) -> &Url {
        let is_watched = self.endpoints().of_event(event_name) == self.watch_endpoint.as_str();
        if is_watched { &self.watch_endpoint } else { &self.endpoint }
    }

    /// A new secret, in the clear for Catena and sealed for the database.
    pub(super) fn new_secret(&self, event_name: &str) -> (Secret, SigningSecret) {
        let now = self.clock.now();
        let secret = Secret::from(self.random.token());
        let sealed = self.vault.seal(Purpose::SigningSecret, secret.expose().as_bytes());
        let id = self.random.uuid_v7(now);
        (secret, SigningSecret { id, event_name: event_name.to_owned(), sealed, created_at: now })
    }
}

/// The view of a subscription of ours that isn't in Catena's last list.
fn not_listed(row: &SubscriptionRow) -> SeenSubscription {
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

/// Catena's answer as we store it.
pub(super) fn seen(subscription: &Subscription) -> SeenSubscription {
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
