//! The verdict of an import's dry run on a row.

use crate::invitation::{existing::InvitationState, upsert_forecast::UpsertForecast};

/// What an import would do with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Catena creates an invitation.
    New,
    /// Catena refreshes an active one: its link works longer.
    RefreshActive,
    /// Catena refreshes an accepted one: it works longer, with new sign-up tokens for the fleet.
    RefreshAccepted,
    /// Catena reopens a declined one. Left out unless the import's settings say otherwise.
    Declined,
    /// There is one with a status this version doesn't know, so it is left out ([`InvitationState::Unrecognized`]).
    Unrecognized,
    /// The fleet has an invitation in force that asks for exactly this.
    Unchanged,
    /// There can't be an invitation.
    Invalid,
}

impl Verdict {
    /// All of them, in display order.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::RefreshActive,
        Self::RefreshAccepted,
        Self::Declined,
        Self::Unrecognized,
        Self::Unchanged,
        Self::Invalid,
    ];

    /// The name it is stored and downloaded under.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::RefreshActive => "refresh_active",
            Self::RefreshAccepted => "refresh_accepted",
            Self::Declined => "declined",
            Self::Unrecognized => "unrecognized",
            Self::Unchanged => "unchanged",
            Self::Invalid => "invalid",
        }
    }

    /// The verdict with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// The verdict on a valid row. `same`: the fleet's invitation asks for exactly what the row asks for, so that the same
    /// file can be imported again without harm (CONTRACT.md 13.5). While nobody could be asked, the row counts as new.
    pub fn of(forecast: &UpsertForecast, same: bool) -> Self {
        match forecast {
            UpsertForecast::New { .. } | UpsertForecast::Unknown => Self::New,
            UpsertForecast::Unpredictable(_) => Self::Unrecognized,
            UpsertForecast::Refresh(existing) => match existing.state {
                InvitationState::Declined => Self::Declined,
                _ if same => Self::Unchanged,
                InvitationState::Accepted => Self::RefreshAccepted,
                _ => Self::RefreshActive,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invitation::existing::ExistingInvitation, timestamp::from_micros};

    #[test]
    fn each_forecast_has_a_verdict() {
        use InvitationState as S;
        let table = [
            (None, Verdict::New, Verdict::New),
            (Some(S::Expired), Verdict::New, Verdict::New),
            (Some(S::Active), Verdict::RefreshActive, Verdict::Unchanged),
            (Some(S::Accepted), Verdict::RefreshAccepted, Verdict::Unchanged),
            (Some(S::Declined), Verdict::Declined, Verdict::Declined),
            (Some(S::Unrecognized), Verdict::Unrecognized, Verdict::Unrecognized),
        ];
        for (state, want, want_same) in table {
            let existing = |state| ExistingInvitation {
                state,
                created_at: from_micros(0),
                expires_at: from_micros(20),
                decline_reason: None,
            };
            let known: Vec<_> = state.map(existing).into_iter().collect();
            let forecast = UpsertForecast::new(Some(&known), from_micros(10));
            assert_eq!((Verdict::of(&forecast, false), Verdict::of(&forecast, true)), (want, want_same), "{state:?}");
        }
        assert_eq!(Verdict::of(&UpsertForecast::Unknown, false), Verdict::New);
    }

    #[test]
    fn every_verdict_is_found_again_by_its_name() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_name(verdict.name()), Some(verdict));
        }
    }
}
