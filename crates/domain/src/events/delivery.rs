//! The states of a delivery, and its effects on facts.

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// Verified and stored, not yet processed.
    Received,
    /// Its facts are on the timeline.
    Processed,
    /// It contained nothing new.
    Duplicate,
    /// It can't be processed; stored with the error.
    Parked,
    /// It couldn't be verified; stored for a while.
    Quarantined,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Received, Self::Processed, Self::Duplicate, Self::Parked, Self::Quarantined];

    /// The name it is stored and printed under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Processed => "processed",
            Self::Duplicate => "duplicate",
            Self::Parked => "parked",
            Self::Quarantined => "quarantined",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// What recording a fact changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It was unknown.
    New,
    /// It was known, and now has more detail.
    Enriched,
    /// It was already known.
    Known,
}

impl Effect {
    /// The name it is stored and printed under.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Enriched => "enriched",
            Self::Known => "known",
        }
    }

    /// The effect with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::New, Self::Enriched, Self::Known].into_iter().find(|effect| effect.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_value() {
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::from_name(state.name()), Some(state));
        }
        for effect in [Effect::New, Effect::Enriched, Effect::Known] {
            assert_eq!(Effect::from_name(effect.name()), Some(effect));
        }
        assert_eq!((DeliveryState::from_name("lost"), Effect::from_name("")), (None, None));
    }
}
