//! The state of an e-mail to a fleet. A server can stop at any moment, and an e-mail can't be recalled: so it is stored as being
//! sent before it is, and isn't retried if that was interrupted.

/// The state of an e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageState {
    /// Somebody has to decide.
    Proposed,
    /// Somebody decided; it is about to be sent.
    Approved,
    /// It is being handed to the mail server.
    Sending,
    /// The mail server accepted it.
    Sent,
    /// The mail server did not accept it: it can be retried.
    Failed,
    /// Nobody knows whether the mail server accepted it: a retry could send it twice.
    Unsure,
    /// Somebody decided against it.
    Dismissed,
    /// The fleet acted first.
    Withdrawn,
}

impl MessageState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Proposed,
        Self::Approved,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::Unsure,
        Self::Dismissed,
        Self::Withdrawn,
    ];

    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unsure => "unsure",
            Self::Dismissed => "dismissed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Proposed => "Proposed",
            Self::Approved => "About to be sent",
            Self::Sending => "Being sent",
            Self::Sent => "Sent",
            Self::Failed => "Not sent",
            Self::Unsure => "Possibly sent",
            Self::Dismissed => "Dismissed",
            Self::Withdrawn => "No longer needed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_again_by_its_word() {
        for state in MessageState::ALL {
            assert_eq!(MessageState::from_name(state.name()), Some(state));
        }
        assert_eq!(MessageState::from_name("lost"), None);
    }
}
