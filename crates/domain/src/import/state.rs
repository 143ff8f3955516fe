//! The states of an import and of its rows.

/// The state of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportState {
    /// The file is uploaded; somebody has to map its columns.
    Uploaded,
    /// The dry run is running.
    Checking,
    /// Every row has its verdict; somebody has to start it.
    Checked,
    /// Fleets are being invited.
    Running,
    /// It is paused: by somebody, or because Catena fails.
    Paused,
    /// Every row is in a final state.
    Done,
    /// Somebody ended it before its last row.
    Cancelled,
}

impl ImportState {
    /// All of them, in the order of an import.
    pub const ALL: [Self; 7] =
        [Self::Uploaded, Self::Checking, Self::Checked, Self::Running, Self::Paused, Self::Done, Self::Cancelled];

    /// The name it is stored under.
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

    /// The state with this name.
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

    /// Whether it makes progress by itself.
    pub fn moves(self) -> bool {
        matches!(self, Self::Checking | Self::Running)
    }

    /// Whether fleets were or are being invited.
    pub fn was_started(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Done | Self::Cancelled)
    }
}

/// The state of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowState {
    /// Its turn hasn't come yet.
    Waiting,
    /// A call to Catena has started, perhaps before the server stopped: whether it succeeded has to be looked up.
    Doing,
    /// Catena made the invitation.
    Created,
    /// Catena refreshed the one the fleet had.
    Refreshed,
    /// The fleet has an invitation in force that asks for exactly this.
    Unchanged,
    /// Somebody would have to confirm the call: the fleet declined, or its invitation has an unknown status.
    LeftOut,
    /// Catena refused it.
    Refused,
    /// There can't be an invitation.
    Invalid,
}

impl RowState {
    /// All of them, in display order.
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

    /// The name it is stored and downloaded under.
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

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it is final.
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
