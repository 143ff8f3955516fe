use thiserror::Error;

use crate::store::StoreError;
use catena::CatenaError;

/// Why subscriptions could not be fetched or changed.
#[derive(Debug, Error)]
pub enum SubscriptionError {
    /// Catena refused, or can't be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Catena reports a conflict with a subscription that isn't ours, and it isn't clear with which one.
    #[error("Catena has a subscription for {event_name} to this address, but it isn't clear which one")]
    Ambiguous {
        /// The event that it delivers.
        event_name: String,
    },
    /// There is no such subscription, or there no longer is.
    #[error("there is no such subscription")]
    Unknown,
    /// It isn't ours, so we can't change its secret.
    #[error("the subscription is not ours")]
    NotOurs,
}

impl SubscriptionError {
    /// What happened and what staff can do about it, in sentences.
    pub fn explain(&self) -> String {
        match self {
            Self::Ambiguous { event_name } => format!(
                "Catena already has a subscription for {event_name} to this address, but Onramp can’t tell which one it is and \
                 doesn’t know its secret. Delete those marked unverifiable in the list, then set up webhooks again."
            ),
            Self::Catena(CatenaError::Conflict { .. }) => {
                "Catena has another subscription for the same event and address, or this one’s state doesn’t allow the change. \
                 Refresh the list, and delete the duplicate if there is one."
                    .into()
            }
            Self::Catena(error) => error.explain(),
            Self::Store(_) => "Onramp’s database failed. Try again in a moment.".into(),
            Self::Unknown => "Catena no longer has this subscription. Refresh the list.".into(),
            Self::NotOurs => "This subscription isn’t Onramp’s. Whoever created it has to change it.".into(),
        }
    }

    /// Whether Catena may have made the change although its response never arrived.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::Catena(error) if error.may_have_happened())
    }
}
