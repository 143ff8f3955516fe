use thiserror::Error;

use crate::store::StoreError;
use catena::CatenaError;

/// Why a subscription could not be made or changed.
#[derive(Debug, Error)]
pub enum SubscriptionError {
    /// Catena refused or can't be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Catena has one like this that isn't ours, and more than one could be it.
    #[error("Catena has a subscription for {event_name} to this address that can't be told from others")]
    Ambiguous {
        /// The event it carries.
        event_name: String,
    },
    /// There is no such subscription, or not any more.
    #[error("there is no such subscription")]
    Unknown,
    /// It is not ours, so there is no secret of it to be changed.
    #[error("the subscription is not ours")]
    NotOurs,
}

impl SubscriptionError {
    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::Ambiguous { event_name } => format!(
                "Catena already has a subscription for {event_name} to this address, whose secret Onramp doesn’t know, and more \
                 than one could be it. Delete those that the list calls unverifiable, then set up webhooks again."
            ),
            Self::Catena(CatenaError::Conflict { .. }) => {
                "Catena has another subscription for the same event to the same address, or this one’s state doesn’t allow it. \
                 Refresh, look at the list, and delete the one too many."
                    .into()
            }
            Self::Catena(error) => error.explain(),
            Self::Store(_) => "Onramp's database failed. Try again in a moment.".into(),
            Self::Unknown => "Catena has no such subscription any more. Refresh to see those that there are.".into(),
            Self::NotOurs => "This subscription isn’t Onramp’s: whoever made it has to change it.".into(),
        }
    }

    /// Whether Catena may have done what was asked although no answer came.
    pub fn may_have_happened(&self) -> bool {
        matches!(self, Self::Catena(error) if error.may_have_happened())
    }
}
