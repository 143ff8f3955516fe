//! Moves on one subscription. Each stores what it learned, so that pages show it without asking again.

use domain::subscription::{OldSecret, accepted_for};
use uuid::Uuid;

use crate::{
    services::subscriptions::{SubscriptionError, Subscriptions, seen},
    store::{SeenSubscription, SubscriptionRow},
};
use catena::{CatenaError, Subscription, UpdateSubscription};

impl Subscriptions {
    /// Stops it from delivering.
    pub async fn pause(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        self.keep(self.catena.pause_subscription(id).await).await
    }

    /// Lets it deliver again, whether it was paused or switched off.
    pub async fn activate(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        self.keep(self.catena.activate_subscription(id).await).await
    }

    /// Has its dead letters delivered again. They come by themselves, some time after this.
    pub async fn replay(&self, id: Uuid) -> Result<(), SubscriptionError> {
        gone(self.catena.replay_subscription(id).await)?;
        // How many are left is a courtesy: that the replay was begun doesn't depend on it.
        if let Err(error) = self.measure(id).await {
            tracing::debug!(%error, "a queue can't be looked at after its replay");
        }
        Ok(())
    }

    /// Replaces the secret of one of ours without losing a delivery: the new one is accepted before Catena hears of it, and
    /// the old one for as long as something signed with it may come. If Catena refuses, or its answer is lost, both stay.
    pub async fn rotate(&self, id: Uuid, old: OldSecret) -> Result<(), SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        let own = self.own(id).await?;
        let (secret, stored) = self.new_secret(&own.event_name);
        self.store.add_secret(id, &stored).await?;
        let change = UpdateSubscription { secret: Some(secret), ..UpdateSubscription::default() };
        self.keep(self.catena.update_subscription(id, &change).await).await?;
        let until = self.clock.now() + accepted_for(old);
        Ok(self.store.retire_secrets(id, Some(stored.id), until).await?)
    }

    /// Gives one of ours our present address. Its secret stays.
    pub async fn point_here(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        let own = self.own(id).await?;
        self.point_here_now(&own).await.map(drop)
    }

    /// Makes one ours that Catena has and we have no record of: it gets our address and a secret of ours.
    pub async fn take_over(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        if self.own(id).await.is_ok() {
            return Ok(());
        }
        let all = self.store.seen().await?;
        let (found, _) = all.into_iter().find(|(one, _)| one.webhook_id == id).ok_or(SubscriptionError::Unknown)?;
        self.take_over_now(&found).await.map(drop)
    }

    /// Deletes it. What waits in its queue is lost; its secrets are accepted for what is under way.
    pub async fn delete(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        match self.catena.delete_subscription(id).await {
            // Somebody else was quicker: it is as it should be.
            Ok(()) | Err(CatenaError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
        self.store.put_deleted(id).await?;
        let until = self.clock.now() + accepted_for(OldSecret::Leaked);
        Ok(self.store.retire_secrets(id, None, until).await?)
    }

    pub(crate) async fn point_here_now(&self, own: &SubscriptionRow) -> Result<SubscriptionRow, SubscriptionError> {
        let url = self.url_of(&own.event_name);
        let change = UpdateSubscription { url: Some(url.clone()), ..UpdateSubscription::default() };
        self.keep(self.catena.update_subscription(own.webhook_id, &change).await).await?;
        self.store.set_subscription_url(own.webhook_id, url.as_str()).await?;
        Ok(SubscriptionRow { url: url.to_string(), ..own.clone() })
    }

    pub(crate) async fn take_over_now(&self, one: &SeenSubscription) -> Result<SubscriptionRow, SubscriptionError> {
        let url = self.url_of(&one.event_name);
        let (secret, stored) = self.new_secret(&one.event_name);
        let row = SubscriptionRow {
            webhook_id: one.webhook_id,
            event_name: one.event_name.clone(),
            url: url.to_string(),
            status: one.status.clone(),
            created_at: stored.created_at,
        };
        // Ours before Catena hears of it, so that its next delivery can be verified.
        self.store.put_secret(&stored).await?;
        self.store.put_subscriptions(stored.id, std::slice::from_ref(&row)).await?;
        let change =
            UpdateSubscription { url: Some(url.clone()), secret: Some(secret), ..UpdateSubscription::default() };
        let kept = self.keep(self.catena.update_subscription(one.webhook_id, &change).await).await;
        if let Err(error) = kept {
            if !error.may_have_happened() {
                self.store.disown(one.webhook_id).await?;
            }
            return Err(error);
        }
        Ok(row)
    }

    /// Keeps what an answer says of a subscription.
    async fn keep(&self, answer: Result<Subscription, CatenaError>) -> Result<(), SubscriptionError> {
        let subscription = gone(answer)?;
        Ok(self.store.put_seen_one(&seen(&subscription)).await?)
    }

    async fn own(&self, id: Uuid) -> Result<SubscriptionRow, SubscriptionError> {
        let ours = self.store.subscriptions().await?;
        ours.into_iter().find(|row| row.webhook_id == id).ok_or(SubscriptionError::NotOurs)
    }
}

fn gone<T>(answer: Result<T, CatenaError>) -> Result<T, SubscriptionError> {
    answer.map_err(|error| match error {
        CatenaError::NotFound => SubscriptionError::Unknown,
        other => other.into(),
    })
}
