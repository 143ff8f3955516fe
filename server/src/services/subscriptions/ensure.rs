//! Sets up webhooks: the recommended set of subscriptions (WEBHOOKS.md 5.12). Used at the sandbox's first start, by the button,
//! and by `onramp subscriptions ensure`.

use domain::subscription::{KnownSubscription, Place, RECOMMENDED, could_be, diagnose, is_recommended};

use crate::{
    services::subscriptions::{
        error::SubscriptionError,
        service::{SubscriptionView, Subscriptions, seen},
    },
    store::{SeenSubscription, SubscriptionRow},
};
use catena::{CatenaError, CreateSubscription, Subscription};

/// One of our subscriptions after [`Subscriptions::ensure`].
#[derive(Debug, Clone)]
pub struct Ensured {
    /// Our record of it.
    pub row: SubscriptionRow,
    /// Whether it was just created, pointed at our current address, or taken over.
    pub is_new: bool,
}

impl Subscriptions {
    /// Creates what is missing from the recommended set, and returns all of our subscriptions that post to our current address.
    /// A second call creates nothing.
    #[tracing::instrument(skip_all)]
    pub async fn ensure(&self) -> Result<Vec<Ensured>, SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        let (listed, _) = self.fetch_list().await?;
        let mut views = self.list().await?;
        let mut all = Vec::new();
        // Those that post to a former address of ours only need the new one; we have their secrets.
        for index in 0..views.len() {
            let SubscriptionView { seen, own: Some(own), place: Place::Formerly, .. } = &views[index] else { continue };
            let is_replacement = |other: &SubscriptionView| {
                other.place == Place::Here && !other.seen.filtered && other.seen.event_name == seen.event_name
            };
            if seen.filtered || !is_recommended(&seen.event_name) || views.iter().any(is_replacement) {
                continue;
            }
            let row = self.point_here_now(own).await?;
            views[index].place = Place::Here;
            views[index].own = Some(row.clone());
            all.push(Ensured { row, is_new: true });
        }
        let moved: Vec<_> = all.iter().map(|ensured: &Ensured| ensured.row.webhook_id).collect();
        for view in views.iter().filter(|view| view.place == Place::Here) {
            if let Some(row) = view.own.clone().filter(|row| !moved.contains(&row.webhook_id)) {
                all.push(Ensured { row, is_new: false });
            }
        }
        let known: Vec<KnownSubscription> = views.iter().map(SubscriptionView::known).collect();
        for missing in diagnose(&known).missing {
            let rows = self.create_or_take_over(&missing.event_name, &listed).await?;
            all.extend(rows.into_iter().map(|row| Ensured { row, is_new: true }));
        }
        Ok(all)
    }

    /// Subscribes to one event or wildcard, and returns the new subscriptions. [`CatenaError::Conflict`] if there are such
    /// already.
    #[tracing::instrument(skip_all, fields(event = event_name))]
    pub async fn add(&self, event_name: &str) -> Result<Vec<SubscriptionRow>, SubscriptionError> {
        let _guard = self.write_lock.lock().await;
        self.create(event_name).await
    }

    /// Creates subscriptions for one event or wildcard. Those that Catena already has, but we have no record of, are taken over
    /// (WEBHOOKS.md 5.2). What a wildcard does next to existing ones is unknown, so then each event is subscribed to by name.
    async fn create_or_take_over(
        &self,
        event_name: &str,
        listed: &[SeenSubscription],
    ) -> Result<Vec<SubscriptionRow>, SubscriptionError> {
        match self.create(event_name).await {
            Err(SubscriptionError::Catena(CatenaError::Conflict { .. })) => {}
            other => return other,
        }
        let Some(wanted) = RECOMMENDED.iter().find(|wanted| wanted.ask == event_name && wanted.ask.ends_with(".*"))
        else {
            return Ok(vec![self.find_and_take_over(event_name, listed).await?]);
        };
        let views = self.list().await?;
        let exists = |event: &str| views.iter().any(|one| one.place == Place::Here && one.seen.event_name == event);
        let mut rows = Vec::new();
        for event in wanted.events.iter().filter(|event| !exists(event)) {
            match self.create(event).await {
                Ok(created) => rows.extend(created),
                Err(SubscriptionError::Catena(CatenaError::Conflict { .. })) => {
                    rows.push(self.find_and_take_over(event, listed).await?);
                }
                // Not every published event can be subscribed to.
                Err(SubscriptionError::Catena(CatenaError::Invalid { .. } | CatenaError::Refused { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    async fn create(&self, event_name: &str) -> Result<Vec<SubscriptionRow>, SubscriptionError> {
        let url = self.url_of(event_name);
        let (secret, stored) = self.new_secret(event_name);
        // Stored before the call, because the first delivery may arrive before the response (WEBHOOKS.md 8.22).
        self.store.put_secret(&stored).await?;
        let new = CreateSubscription { url: url.clone(), event_name: event_name.to_owned(), secret, filters: None };
        let created = self.catena.create_subscription(&new).await?;
        let row = |created: &Subscription| SubscriptionRow {
            webhook_id: created.id,
            event_name: created.event_name.clone(),
            url: url.to_string(),
            status: created.status.to_string(),
            created_at: stored.created_at,
        };
        let rows: Vec<SubscriptionRow> = created.iter().map(row).collect();
        self.store.put_subscriptions(stored.id, &rows).await?;
        for subscription in created.iter() {
            self.store.put_seen_one(&seen(subscription)).await?;
        }
        Ok(rows)
    }

    /// Takes over the subscription that a conflict is about: not ours, for all fleets, and with a masked URL that matches ours.
    async fn find_and_take_over(
        &self,
        event_name: &str,
        listed: &[SeenSubscription],
    ) -> Result<SubscriptionRow, SubscriptionError> {
        let ours = self.store.subscriptions().await?;
        let url = self.url_of(event_name);
        let mut candidates = listed.iter().filter(|one| {
            one.event_name == event_name
                && !one.filtered
                && could_be(&one.masked_url, url.as_str())
                && !ours.iter().any(|row| row.webhook_id == one.webhook_id)
        });
        match (candidates.next(), candidates.next()) {
            (Some(one), None) => self.take_over_now(one).await,
            _ => Err(SubscriptionError::Ambiguous { event_name: event_name.to_owned() }),
        }
    }
}
