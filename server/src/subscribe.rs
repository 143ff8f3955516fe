//! Setting up webhooks: makes what is missing of the recommended set (WEBHOOKS.md 5.12). Used at the sandbox's first start,
//! by the button and by `onramp subscriptions ensure`.

use app::domain::subscription::missing;
use thiserror::Error;
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

use crate::{
    catena::{Catena, CatenaError, CreateSubscription, SubscriptionStatus},
    clock::SharedClock,
    entropy::SharedEntropy,
    secret::Secret,
    store::{SharedStore, SigningSecret, StoreError, SubscriptionRow},
    vault::{Purpose, Vault},
};

/// Why webhooks could not be set up.
#[derive(Debug, Error)]
pub enum SubscribeError {
    /// Catena refused or can't be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SubscribeError {
    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::Catena(CatenaError::Conflict { .. }) => "Catena already has a subscription like this that Onramp didn't make, so its secret is unknown. Delete it at Catena, then try again.".into(),
            Self::Catena(error) => error.explain(),
            Self::Store(_) => "Onramp's database failed. Try again in a moment.".into(),
        }
    }
}

/// One of our subscriptions after [`Subscriber::ensure`].
#[derive(Debug, Clone)]
pub struct Ensured {
    /// The row.
    pub row: SubscriptionRow,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Makes subscriptions.
pub struct Subscriber {
    catena: Catena,
    store: SharedStore,
    vault: Vault,
    clock: SharedClock,
    entropy: SharedEntropy,
    endpoint: Url,
    watch_endpoint: Url,
    one_at_a_time: Mutex<()>,
}

impl Subscriber {
    /// Ready to subscribe the endpoints below `public_url`.
    pub fn new(
        catena: Catena,
        store: SharedStore,
        vault: Vault,
        clock: SharedClock,
        entropy: SharedEntropy,
        public_url: &Url,
    ) -> Self {
        let below = |path: &str| {
            let mut url = public_url.clone();
            url.set_path(&format!("{}{path}", public_url.path().trim_end_matches('/')));
            url
        };
        let (endpoint, watch_endpoint) = (below("/webhooks/catena"), below("/webhooks/catena/watch"));
        Self { catena, store, vault, clock, entropy, endpoint, watch_endpoint, one_at_a_time: Mutex::default() }
    }

    /// Where deliveries are to go.
    pub fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// Makes what is missing, and gives all of ours. Asked twice, the second time makes nothing.
    pub async fn ensure(&self) -> Result<Vec<Ensured>, SubscribeError> {
        let _turn = self.one_at_a_time.lock().await;
        let existing = self.known_to_both().await?;
        let mut all: Vec<Ensured> = existing.into_iter().map(|row| Ensured { row, is_new: false }).collect();
        for ask in missing(all.iter().map(|ensured| ensured.row.event_name.as_str())) {
            let url = if ask.watch { &self.watch_endpoint } else { &self.endpoint };
            all.extend(self.create(&ask.event_name, url).await?.into_iter().map(|row| Ensured { row, is_new: true }));
        }
        Ok(all)
    }

    /// Our subscriptions that still exist at Catena, with the status they have there; the others are marked deleted. Ours
    /// are recognised by id: Catena masks every URL (WEBHOOKS.md 5.2).
    async fn known_to_both(&self) -> Result<Vec<SubscriptionRow>, SubscribeError> {
        let at_catena = self.catena.subscriptions().await?;
        let mut both = Vec::new();
        for mut row in self.store.subscriptions().await? {
            let there = at_catena.iter().find(|there| there.id == row.webhook_id);
            let status = there.map_or(&SubscriptionStatus::Deleted, |there| &there.status);
            if status.to_string() != row.status {
                row.status = status.to_string();
                self.store.set_subscription_status(row.webhook_id, &row.status).await?;
            }
            if there.is_some() && *status != SubscriptionStatus::Deleted && self.is_here(&row.url) {
                both.push(row);
            }
        }
        Ok(both)
    }

    /// Whether a subscription posts to where we are now: after a move of the public address, the old ones don't count.
    fn is_here(&self, url: &str) -> bool {
        url == self.endpoint.as_str() || url == self.watch_endpoint.as_str()
    }

    async fn create(&self, event_name: &str, url: &Url) -> Result<Vec<SubscriptionRow>, SubscribeError> {
        let now = self.clock.now();
        let secret = Secret::from(self.entropy.token());
        let id: Uuid = self.entropy.uuid_v7(now);
        // Stored before the call: the first delivery may come before the answer (WEBHOOKS.md 8.22).
        let sealed = self.vault.seal(Purpose::SigningSecret, secret.expose().as_bytes());
        self.store
            .put_secret(&SigningSecret { id, event_name: event_name.to_owned(), sealed, created_at: now })
            .await?;
        let new = CreateSubscription { url: url.clone(), event_name: event_name.to_owned(), secret, filters: None };
        let made = self.catena.create_subscription(&new).await?;
        let rows: Vec<SubscriptionRow> = made
            .into_iter()
            .map(|made| SubscriptionRow {
                webhook_id: made.id,
                event_name: made.event_name,
                url: url.to_string(),
                status: made.status.to_string(),
                created_at: now,
            })
            .collect();
        self.store.put_subscriptions(id, &rows).await?;
        Ok(rows)
    }
}
