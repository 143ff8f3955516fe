//! What can happen to webhook subscriptions (WEBHOOKS.md 5).
//!
//! Choices: a paused subscription doesn't get what happens meanwhile; a wildcard is refused if one of its subscriptions
//! exists already.

use uuid::Uuid;

use crate::state::{
    change::Change,
    error::ApiError,
    records::{Filters, Subscription, SubscriptionStatus},
};

const EXISTS: ApiError = ApiError::Conflict("A webhook with this event, URL and filters already exists");

/// What a create call asks for, checked.
pub(crate) struct NewSubscription {
    pub(crate) url: String,
    pub(crate) filters: Option<Filters>,
    /// `None`: the sandbox generates one.
    pub(crate) secret: Option<String>,
}

/// What an update changes.
pub(crate) struct SubscriptionUpdate {
    pub(crate) url: Option<String>,
    /// The inner `None` removes the filters.
    #[expect(clippy::option_option, reason = "absent, null, or given")]
    pub(crate) filters: Option<Option<Filters>>,
    pub(crate) secret: Option<String>,
}

impl Change<'_> {
    /// Creates a subscription for each of the events, or none.
    pub(crate) fn subscribe(
        &mut self,
        event_names: Vec<String>,
        new: &NewSubscription,
    ) -> Result<Vec<Subscription>, ApiError> {
        if event_names.iter().any(|name| self.subscription_exists(None, name, &new.url, new.filters.as_ref())) {
            return Err(EXISTS);
        }
        Ok(event_names.into_iter().map(|event_name| self.add_subscription(event_name, new)).collect())
    }

    fn add_subscription(&mut self, event_name: String, new: &NewSubscription) -> Subscription {
        let generate = || {
            const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AZ";
            self.random.bytes::<16>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])).collect()
        };
        let subscription = Subscription {
            id: self.random.uuid_v7(self.now),
            url: new.url.clone(),
            event_name,
            filters: new.filters.clone(),
            secret: new.secret.clone().unwrap_or_else(generate),
            status: SubscriptionStatus::Active,
            created_at: self.now,
            updated_at: self.now,
        };
        self.state.subscriptions.insert(subscription.id, subscription.clone());
        self.emit_subscription("webhook.created", &subscription);
        subscription
    }

    /// Whether there is another subscription like this.
    fn subscription_exists(
        &self,
        except: Option<Uuid>,
        event_name: &str,
        url: &str,
        filters: Option<&Filters>,
    ) -> bool {
        self.state.subscriptions.values().any(|one| {
            one.status != SubscriptionStatus::Deleted
                && except != Some(one.id)
                && one.event_name == event_name
                && one.url == url
                && one.filters.as_ref() == filters
        })
    }

    fn subscription(&mut self, id: Uuid) -> Result<&mut Subscription, ApiError> {
        let found = self.state.subscriptions.get_mut(&id);
        found.filter(|one| one.status != SubscriptionStatus::Deleted).ok_or(ApiError::NotFound)
    }

    /// Changes the URL, the filters, or the secret.
    pub(crate) fn update_subscription(&mut self, id: Uuid, update: SubscriptionUpdate) -> Result<(), ApiError> {
        let mut next = self.subscription(id)?.clone();
        next.url = update.url.unwrap_or(next.url);
        next.filters = update.filters.unwrap_or(next.filters);
        next.secret = update.secret.unwrap_or(next.secret);
        next.updated_at = self.now;
        if self.subscription_exists(Some(id), &next.event_name, &next.url, next.filters.as_ref()) {
            return Err(EXISTS);
        }
        *self.subscription(id)? = next.clone();
        self.emit_subscription("webhook.updated", &next);
        Ok(())
    }

    /// Activates or pauses a subscription.
    pub(crate) fn set_subscription_status(&mut self, id: Uuid, status: SubscriptionStatus) -> Result<(), ApiError> {
        let now = self.now;
        let subscription = self.subscription(id)?;
        subscription.status = status;
        subscription.updated_at = now;
        Ok(())
    }

    /// Deletes a subscription and drops its deliveries.
    pub(crate) fn delete_subscription(&mut self, id: Uuid) -> Result<(), ApiError> {
        let subscription = self.subscription(id)?;
        subscription.status = SubscriptionStatus::Deleted;
        let subscription = subscription.clone();
        self.state.deliveries.remove_subscription(id);
        self.emit_subscription("webhook.deleted", &subscription);
        Ok(())
    }

    /// Sends a subscription's dead letters again. A choice: only an active subscription can replay.
    pub(crate) fn replay(&mut self, id: Uuid) -> Result<(), ApiError> {
        if self.subscription(id)?.status != SubscriptionStatus::Active {
            return Err(ApiError::Conflict("Webhook is not active"));
        }
        self.state.deliveries.replay(id);
        Ok(())
    }
}
