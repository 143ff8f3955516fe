//! Setting up webhooks: the recommended set (WEBHOOKS.md 5.12). Used at the sandbox's first start, by the button and by
//! `onramp subscriptions ensure`.

use domain::subscription::{KnownSubscription, Place, RECOMMENDED, could_be, diagnose, is_recommended};

use crate::{
    services::subscriptions::{SubscriptionError, SubscriptionView, Subscriptions, seen},
    store::{SeenSubscription, SubscriptionRow},
};
use catena::{CatenaError, CreateSubscription, Subscription};

/// One of our subscriptions after [`Subscriptions::ensure`].
#[derive(Debug, Clone)]
pub struct Ensured {
    /// The row.
    pub row: SubscriptionRow,
    /// Whether something was done for it just now: it was made, moved to our present address, or taken over.
    pub is_new: bool,
}

impl Subscriptions {
    /// Makes what is missing, and gives all of ours that post to where we are. Asked twice, the second time makes nothing.
    pub async fn ensure(&self) -> Result<Vec<Ensured>, SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        let listed = self.list().await?;
        let mut standing = self.standing().await?;
        let mut all = Vec::new();
        // Those that point to where we were are ours already, secrets and all: they only have to be told where we are.
        for at in 0..standing.len() {
            let SubscriptionView { seen, own: Some(own), place: Place::Formerly, .. } = &standing[at] else { continue };
            let replaces = |other: &SubscriptionView| {
                other.place == Place::Here && !other.seen.filtered && other.seen.event_name == seen.event_name
            };
            if seen.filtered || !is_recommended(&seen.event_name) || standing.iter().any(replaces) {
                continue;
            }
            let row = self.point_here_now(own).await?;
            standing[at].place = Place::Here;
            standing[at].own = Some(row.clone());
            all.push(Ensured { row, is_new: true });
        }
        let moved: Vec<_> = all.iter().map(|ensured: &Ensured| ensured.row.webhook_id).collect();
        for standing in standing.iter().filter(|one| one.place == Place::Here) {
            if let Some(row) = standing.own.clone().filter(|row| !moved.contains(&row.webhook_id)) {
                all.push(Ensured { row, is_new: false });
            }
        }
        let known: Vec<KnownSubscription> = standing.iter().map(SubscriptionView::known).collect();
        for ask in diagnose(&known).missing {
            let made = self.make(&ask.event_name, &listed).await?;
            all.extend(made.into_iter().map(|row| Ensured { row, is_new: true }));
        }
        Ok(all)
    }

    /// Subscribes to one event or wildcard, and gives what was made. [`CatenaError::Conflict`] where that is there.
    pub async fn add(&self, event_name: &str) -> Result<Vec<SubscriptionRow>, SubscriptionError> {
        let _turn = self.one_at_a_time.lock().await;
        self.create(event_name).await
    }

    /// Makes the subscriptions of one creation call. What Catena has already and we have no record of is taken over
    /// (WEBHOOKS.md 5.2); what a wildcard does beside such ones is unknown, so then each event is asked for by its name.
    async fn make(
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
        let ours = self.standing().await?;
        let is_there = |event: &str| ours.iter().any(|one| one.place == Place::Here && one.seen.event_name == event);
        let mut rows = Vec::new();
        for event in wanted.events.iter().filter(|event| !is_there(event)) {
            match self.create(event).await {
                Ok(made) => rows.extend(made),
                Err(SubscriptionError::Catena(CatenaError::Conflict { .. })) => {
                    rows.push(self.find_and_take_over(event, listed).await?);
                }
                // Not every published name is one that can be asked for.
                Err(SubscriptionError::Catena(CatenaError::Invalid { .. } | CatenaError::Refused { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(rows)
    }

    async fn create(&self, event_name: &str) -> Result<Vec<SubscriptionRow>, SubscriptionError> {
        let url = self.url_of(event_name);
        let (secret, stored) = self.new_secret(event_name);
        // Stored before the call: the first delivery may come before the answer (WEBHOOKS.md 8.22).
        self.store.put_secret(&stored).await?;
        let new = CreateSubscription { url: url.clone(), event_name: event_name.to_owned(), secret, filters: None };
        let made = self.catena.create_subscription(&new).await?;
        let row = |made: &Subscription| SubscriptionRow {
            webhook_id: made.id,
            event_name: made.event_name.clone(),
            url: url.to_string(),
            status: made.status.to_string(),
            created_at: stored.created_at,
        };
        let rows: Vec<SubscriptionRow> = made.iter().map(row).collect();
        self.store.put_subscriptions(stored.id, &rows).await?;
        for made in &made {
            self.store.put_seen_one(&seen(made)).await?;
        }
        Ok(rows)
    }

    /// The one that a conflict is about: not ours, for all fleets, and what is visible of its URL fits.
    async fn find_and_take_over(
        &self,
        event_name: &str,
        listed: &[SeenSubscription],
    ) -> Result<SubscriptionRow, SubscriptionError> {
        let ours = self.store.subscriptions().await?;
        let url = self.url_of(event_name);
        let mut fitting = listed.iter().filter(|one| {
            one.event_name == event_name
                && !one.filtered
                && could_be(&one.masked_url, url.as_str())
                && !ours.iter().any(|row| row.webhook_id == one.webhook_id)
        });
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => self.take_over_now(one).await,
            _ => Err(SubscriptionError::Ambiguous { event_name: event_name.to_owned() }),
        }
    }
}
