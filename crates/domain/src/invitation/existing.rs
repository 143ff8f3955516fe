//! An invitation that already exists for a reference, as far as Catena's upsert is concerned.

use time::OffsetDateTime;

use crate::onboarding::stage::Stage;

/// The state of an existing invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationState {
    /// The fleet hasn't answered yet.
    Active,
    /// The fleet accepted.
    Accepted,
    /// The fleet declined.
    Declined,
    /// The link expired before the fleet answered.
    Expired,
    /// It was deleted.
    Deleted,
    /// Catena reports a status this version doesn't know.
    ///
    /// The contract asks to tolerate unknown values (CONTRACT.md 13.22), not to guess what they mean: its upsert refreshes
    /// active, accepted and declined invitations (CONTRACT.md 5), and nothing says which of these a new status resembles. So an
    /// unrecognized invitation is neither taken for a reusable one nor for one that is over. It may be live, and a call may
    /// exchange an accepted fleet's tokens or reopen what a fleet refused; so a person has to confirm the call, and an import,
    /// where nobody looks at single rows, leaves the row out.
    Unrecognized,
}

impl InvitationState {
    /// The name a form carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
            Self::Unrecognized => "unrecognized",
        }
    }

    /// Whether the invitation no longer counts: Catena makes a new one beside it (CONTRACT.md 5).
    pub fn is_over(self) -> bool {
        matches!(self, Self::Expired | Self::Deleted)
    }
}

impl From<Stage> for InvitationState {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Created | Stage::Sent | Stage::Viewed => Self::Active,
            Stage::Accepted | Stage::Agreement | Stage::Connection | Stage::Connected => Self::Accepted,
            Stage::Declined => Self::Declined,
            Stage::Expired => Self::Expired,
            Stage::Deleted => Self::Deleted,
        }
    }
}

/// An invitation that exists for a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingInvitation {
    /// Its state as reported; an `Active` one can be past its expiry (CONTRACT.md 13.16), see [`state_at`](Self::state_at).
    pub state: InvitationState,
    /// When it was created, UTC.
    pub created_at: OffsetDateTime,
    /// When its link expires, UTC.
    pub expires_at: OffsetDateTime,
    /// What the fleet wrote when it declined.
    pub decline_reason: Option<String>,
}

impl ExistingInvitation {
    /// Its state at `now`: an active invitation past its expiry has expired, whatever its status says (CONTRACT.md 13.16).
    pub fn state_at(&self, now: OffsetDateTime) -> InvitationState {
        match self.state {
            InvitationState::Active if self.expires_at <= now => InvitationState::Expired,
            state => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    #[test]
    fn only_an_expired_or_deleted_stage_is_over() {
        for stage in Stage::ALL {
            let over = matches!(stage, Stage::Expired | Stage::Deleted);
            assert_eq!(InvitationState::from(stage).is_over(), over, "{}", stage.name());
        }
    }

    #[test]
    fn the_clock_ends_an_active_invitation_and_no_other() {
        use InvitationState as S;
        let table = [
            (S::Active, 11, S::Active),
            (S::Active, 10, S::Expired),
            (S::Accepted, 5, S::Accepted),
            (S::Declined, 5, S::Declined),
            (S::Unrecognized, 5, S::Unrecognized),
        ];
        for (state, expires, want) in table {
            let (created_at, expires_at) = (from_micros(0), from_micros(expires));
            let existing = ExistingInvitation { state, created_at, expires_at, decline_reason: None };
            assert_eq!(existing.state_at(from_micros(10)), want, "{state:?} until {expires}");
        }
    }
}
