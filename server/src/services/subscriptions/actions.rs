//! Actions on a single subscription. Each stores the subscription that Catena returns, so that pages show it without another
//! call.

use domain::subscription::{OldSecret, accepted_for};
use uuid::Uuid;

use crate::{
    services::subscriptions::{
        error::SubscriptionError,
        service::{Subscriptions, seen},
    },
    store::{SeenSubscription, SubscriptionRow},
};
use catena::{CatenaError, Subscription, UpdateSubscription};

impl Subscriptions {
    /// Stops deliveries. What becomes of events meanwhile, Catena doesn't document (WEBHOOKS.md 5.5).
    #[tracing::instrument(skip_all, fields(webhook = %id))]
    pub async fn pause(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        self.store_answer(self.catena.pause_subscription(id).await).await
    }

    /// Resumes deliveries, whether we paused the subscription or Catena disabled it.
    #[tracing::instrument(skip_all, fields(webhook = %id))]
    pub async fn activate(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        self.store_answer(self.catena.activate_subscription(id).await).await
    }

    /// Has its dead letters delivered again. They arrive some time after this returns.
    #[tracing::instrument(skip_all, fields(webhook = %id))]
    pub async fn replay(&self, id: Uuid) -> Result<(), SubscriptionError> {
        known(self.catena.replay_subscription(id).await)?;
        // The replay has begun, even if the new size of the queue can't be fetched.
        if let Err(error) = self.fetch_figures(id).await {
            tracing::debug!(%error, webhook = %id, "the figures of a replayed subscription can't be fetched");
        }
        Ok(())
    }

    /// Replaces the secret of one of our subscriptions without losing a delivery: the new one is accepted before Catena gets it,
    /// and the old one for as long as deliveries signed with it may arrive. If Catena refuses, or its response is lost, both
    /// stay accepted.
    #[tracing::instrument(skip_all, fields(webhook = %id))]
    pub async fn rotate(&self, id: Uuid, old: OldSecret) -> Result<(), SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        let own = self.own(id).await?;
        let (secret, stored) = self.new_secret(&own.event_name);
        self.store.add_secret(id, &stored).await?;
        let update = UpdateSubscription { secret: Some(secret), ..UpdateSubscription::default() };
        self.store_answer(self.catena.update_subscription(id, &update).await).await?;
        let until = self.clock.now() + accepted_for(old);
        Ok(self.store.retire_secrets(id, Some(stored.id), until).await?)
    }

    /// Points one of our subscriptions at our current address. Its secret stays.
    #[tracing::instrument(skip_all, fields(webhook = %id))]
    pub async fn point_here(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        let own = self.own(id).await?;
        self.point_here_now(&own).await.map(drop)
    }

    /// Takes over a subscription that we have no record of: it gets our address and a new secret.
    #[tracing::instrument(skip_all, fields(webhook = %id))]
    pub async fn take_over(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        if self.own(id).await.is_ok() {
            return Ok(());
        }
        let all = self.store.seen().await?;
        let (found, _) = all.into_iter().find(|(one, _)| one.webhook_id == id).ok_or(SubscriptionError::Unknown)?;
        self.take_over_now(&found).await.map(drop)
    }

    /// Deletes it, with the events in its queue. Its secrets are accepted a little longer, for deliveries on their way.
    #[tracing::instrument(skip_all, fields(webhook = %id))]
    pub async fn delete(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        match self.catena.delete_subscription(id).await {
            // Someone else deleted it first.
            Ok(()) | Err(CatenaError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        self.store.put_deleted(id).await?;
        let until = self.clock.now() + accepted_for(OldSecret::Leaked);
        Ok(self.store.retire_secrets(id, None, until).await?)
    }

    pub(super) async fn point_here_now(&self, own: &SubscriptionRow) -> Result<SubscriptionRow, SubscriptionError> {
        let url = self.url_of(&own.event_name);
        let update = UpdateSubscription { url: Some(url.clone()), ..UpdateSubscription::default() };
        self.store_answer(self.catena.update_subscription(own.webhook_id, &update).await).await?;
        self.store.set_subscription_url(own.webhook_id, url.as_str()).await?;
        Ok(SubscriptionRow { url: url.to_string(), ..own.clone() })
    }

    pub(super) async fn take_over_now(&self, one: &SeenSubscription) -> Result<SubscriptionRow, SubscriptionError> {
        let url = self.url_of(&one.event_name);
        let (secret, stored) = self.new_secret(&one.event_name);
        let row = SubscriptionRow {
            webhook_id: one.webhook_id,
            event_name: one.event_name.clone(),
            url: url.to_string(),
            status: one.status.clone(),
            created_at: stored.created_at,
        };
        // It becomes ours before Catena gets the secret, so that its next delivery can be verified.
        self.store.put_secret(&stored).await?;
        self.store.put_subscriptions(stored.id, std::slice::from_ref(&row)).await?;
        let update =
            UpdateSubscription { url: Some(url.clone()), secret: Some(secret), ..UpdateSubscription::default() };
        let updated = self.store_answer(self.catena.update_subscription(one.webhook_id, &update).await).await;
        if let Err(error) = updated {
            if !error.may_have_happened() {
                self.store.disown(one.webhook_id).await?;
            }
            return Err(error);
        }
        Ok(row)
    }

    /// Stores the subscription that Catena returned.
    async fn store_answer(&self, answer: Result<Subscription, CatenaError>) -> Result<(), SubscriptionError> {
        let subscription = known(answer)?;
        Ok(self.store.put_seen_one(&seen(&subscription)).await?)
    }

    async fn own(&self, id: Uuid) -> Result<SubscriptionRow, SubscriptionError> {
        let ours = self.store.subscriptions().await?;
        ours.into_iter().find(|row| row.webhook_id == id).ok_or(SubscriptionError::NotOurs)
    }
}

fn known<T>(answer: Result<T, CatenaError>) -> Result<T, SubscriptionError> {
    answer.map_err(|error| match error {
        CatenaError::NotFound => SubscriptionError::Unknown,
        other => other.into(),
    })
}
