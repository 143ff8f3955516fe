//! How an import stands, and how each of its rows does.

/// How an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportState {
    /// The file is here; somebody has to say what its columns mean.
    Uploaded,
    /// The dry run is under way.
    Checking,
    /// Every row has its verdict; somebody has to start it.
    Checked,
    /// Fleets are being invited.
    Running,
    /// It waits for somebody: on their word, or because Catena fails.
    Paused,
    /// Every row has its outcome.
    Done,
    /// Somebody ended it; the rows that were left were not done.
    Cancelled,
}

impl ImportState {
    /// All of them, in the order of an import.
    pub const ALL: [Self; 7] =
        [Self::Uploaded, Self::Checking, Self::Checked, Self::Running, Self::Paused, Self::Done, Self::Cancelled];

    /// The word in which it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Uploaded => "Waiting for column mapping",
            Self::Checking => "Checking",
            Self::Checked => "Ready to start",
            Self::Running => "Running",
            Self::Paused => "Paused",
            Self::Done => "Done",
            Self::Cancelled => "Canceled",
        }
    }

    /// Whether it goes on by itself.
    pub fn moves(self) -> bool {
        matches!(self, Self::Checking | Self::Running)
    }

    /// Whether fleets were or are being invited.
    pub fn was_started(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Done | Self::Cancelled)
    }
}

/// How a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowState {
    /// Its turn is still to come.
    Waiting,
    /// Catena is being asked, or was when the server stopped: whether it was done has to be looked up.
    Doing,
    /// Catena made the invitation.
    Created,
    /// Catena refreshed the one that the fleet had.
    Refreshed,
    /// The fleet has an invitation in force that asks for exactly this.
    Unchanged,
    /// The fleet declined, and nobody said that it should be asked again.
    LeftOut,
    /// Catena refused it.
    Refused,
    /// There can't be an invitation.
    Invalid,
}

impl RowState {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Refreshed,
        Self::Unchanged,
        Self::LeftOut,
        Self::Refused,
        Self::Invalid,
        Self::Doing,
        Self::Waiting,
    ];

    /// The word in which it is stored and downloaded.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Doing => "doing",
            Self::Created => "created",
            Self::Refreshed => "refreshed",
            Self::Unchanged => "unchanged",
            Self::LeftOut => "left_out",
            Self::Refused => "refused",
            Self::Invalid => "invalid",
        }
    }

    /// The state with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more happens to it.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Doing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_again_by_its_word() {
        for state in ImportState::ALL {
            assert_eq!(ImportState::from_name(state.name()), Some(state));
        }
        for state in RowState::ALL {
            assert_eq!(RowState::from_name(state.name()), Some(state));
        }
    }
}
