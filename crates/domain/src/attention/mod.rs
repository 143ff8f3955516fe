//! What a person should do now: an item for each thing that keeps a fleet from going on.
//!
//! Items are a function of facts and not of the moment: each says when it opens. So they are computed once, when a fact arrives,
//! and those that open by themselves are found by that time.

pub mod fleet;
pub mod handling;
pub mod usual;

/// What needs a person. The names are stored, printed and filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttentionKind {
    /// The provider no longer accepts the fleet's sign-in: the fleet must sign in again.
    NeedsReauthentication,
    /// Catena gave up fetching a resource.
    FetchingStopped,
    /// The last agreement with the fleet ended, or one is paused.
    AgreementEnded,
    /// The link runs out and nobody has opened it.
    NeverOpened,
    /// The browser came back with success, and nothing confirms it.
    NotConfirmed,
    /// The fleet accepted, and no provider is linked for longer than usual.
    NotLinked,
    /// The fleet opened its link and hasn't decided for longer than usual.
    Undecided,
    /// Fetches of one schedule fail again and again.
    FetchFailing,
    /// The link expired.
    Expired,
    /// The fleet declined.
    Declined,
    /// The fleet uses a provider that Catena has to integrate first.
    ProviderUnsupported,
}

impl AttentionKind {
    /// All kinds in the order in which they are shown: what is lost by waiting comes first. Data that stopped is lost for good, a
    /// link that runs out costs a new round, and what ended already waits without loss.
    pub const ALL: [Self; 11] = [
        Self::NeedsReauthentication,
        Self::FetchingStopped,
        Self::AgreementEnded,
        Self::NeverOpened,
        Self::NotConfirmed,
        Self::NotLinked,
        Self::Undecided,
        Self::FetchFailing,
        Self::Expired,
        Self::Declined,
        Self::ProviderUnsupported,
    ];

    /// The name it is stored and printed under.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeedsReauthentication => "needs_reauthentication",
            Self::FetchingStopped => "fetching_stopped",
            Self::AgreementEnded => "agreement_ended",
            Self::NeverOpened => "never_opened",
            Self::NotConfirmed => "not_confirmed",
            Self::NotLinked => "not_linked",
            Self::Undecided => "undecided",
            Self::FetchFailing => "fetch_failing",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::ProviderUnsupported => "provider_unsupported",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_again_by_its_name_and_listed_in_its_order() {
        for kind in AttentionKind::ALL {
            assert_eq!(AttentionKind::from_name(kind.name()), Some(kind));
        }
        assert!(AttentionKind::ALL.is_sorted());
        assert_eq!(AttentionKind::from_name("Declined"), None);
    }
}
