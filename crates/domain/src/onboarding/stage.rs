//! The words for where a fleet's onboarding stands and whether its data flows.

use serde::{Deserialize, Serialize};

/// The stage of an onboarding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The invitation exists.
    Created,
    /// Catena sent it by e-mail.
    Sent,
    /// The fleet opened the link.
    Viewed,
    /// The fleet accepted.
    Accepted,
    /// The agreement to share data exists.
    Agreement,
    /// A provider is linked.
    Connection,
    /// The connection is attached to the fleet: data follows.
    Connected,
    /// The fleet declined. Not the end: a refresh reopens the invitation.
    Declined,
    /// The link expired. Not the end either.
    Expired,
    /// The invitation was deleted, or every agreement with the fleet ended.
    Deleted,
}

impl Stage {
    /// All stages, in the order of an onboarding.
    pub const ALL: [Self; 10] = [
        Self::Created,
        Self::Sent,
        Self::Viewed,
        Self::Accepted,
        Self::Agreement,
        Self::Connection,
        Self::Connected,
        Self::Declined,
        Self::Expired,
        Self::Deleted,
    ];

    /// The name it is stored and printed under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Sent => "sent",
            Self::Viewed => "viewed",
            Self::Accepted => "accepted",
            Self::Agreement => "agreement",
            Self::Connection => "connection",
            Self::Connected => "connected",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
        }
    }

    /// The stage with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// Whether a connected fleet's data flows. Ordered: the worst of several connections counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing suggests otherwise.
    Flowing,
    /// The same fetch failed repeatedly.
    FetchFailing,
    /// Catena gave up fetching.
    Stopped,
    /// The provider's credentials stopped working: the fleet must sign in again.
    NeedsReauthentication,
}

impl Health {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Flowing, Self::FetchFailing, Self::Stopped, Self::NeedsReauthentication];

    /// The name it is stored and printed under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flowing => "flowing",
            Self::FetchFailing => "fetch_failing",
            Self::Stopped => "stopped",
            Self::NeedsReauthentication => "needs_reauthentication",
        }
    }

    /// The health with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.name() == name)
    }
}
