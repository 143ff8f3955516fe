//! What Catena would do with an invitation, from what is known of the fleet (CONTRACT.md 5, traps 4 to 6 and 16).

use time::OffsetDateTime;

use crate::onboarding::lifecycle::Stage;

/// What a known invitation counts as when its fleet is invited again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownStatus {
    /// Nobody has answered it yet.
    Active,
    /// The fleet accepted.
    Accepted,
    /// The fleet declined.
    Declined,
    /// Expired or deleted: Catena makes a new one beside it.
    Over,
}

impl From<Option<Stage>> for KnownStatus {
    fn from(stage: Option<Stage>) -> Self {
        match stage.unwrap_or(Stage::Created) {
            Stage::Created | Stage::Sent | Stage::Viewed => Self::Active,
            Stage::Accepted | Stage::Agreement | Stage::Connection | Stage::Connected => Self::Accepted,
            Stage::Declined => Self::Declined,
            Stage::Expired | Stage::Deleted => Self::Over,
        }
    }
}

/// One invitation that a fleet has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Where it stands.
    pub status: KnownStatus,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
    /// When it runs out, UTC.
    pub expires_at: OffsetDateTime,
}

/// Where a fleet stands when it is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has no invitation that Catena would refresh.
    Nothing,
    /// Its invitation is open.
    Active,
    /// It accepted one.
    Accepted,
    /// It declined one.
    Declined,
}

/// Where a fleet with these invitations stands: the newest one counts that is not over. An open one past its expiry is
/// over, whatever its status says (CONTRACT.md 13.16).
pub fn standing(known: impl IntoIterator<Item = Known>, now: OffsetDateTime) -> Standing {
    let counts = |known: &Known| match known.status {
        KnownStatus::Over => false,
        KnownStatus::Active => known.expires_at > now,
        KnownStatus::Accepted | KnownStatus::Declined => true,
    };
    match known.into_iter().filter(counts).max_by_key(|known| known.created_at).map(|known| known.status) {
        None | Some(KnownStatus::Over) => Standing::Nothing,
        Some(KnownStatus::Active) => Standing::Active,
        Some(KnownStatus::Accepted) => Standing::Accepted,
        Some(KnownStatus::Declined) => Standing::Declined,
    }
}

/// What an import would do with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Catena makes an invitation.
    New,
    /// Catena refreshes one that is open: the link works longer.
    RefreshActive,
    /// Catena refreshes one that was accepted: it runs longer and the fleet's sign-up tokens are exchanged.
    RefreshAccepted,
    /// Catena opens a declined one again. Left out unless somebody says otherwise.
    Declined,
    /// The fleet has an invitation in force that asks for exactly this.
    Unchanged,
    /// There can't be an invitation.
    Invalid,
}

impl Verdict {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::New, Self::RefreshActive, Self::RefreshAccepted, Self::Declined, Self::Unchanged, Self::Invalid];

    /// The word in which it is stored and downloaded.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::RefreshActive => "refresh_active",
            Self::RefreshAccepted => "refresh_accepted",
            Self::Declined => "declined",
            Self::Unchanged => "unchanged",
            Self::Invalid => "invalid",
        }
    }

    /// The verdict with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// The verdict on a good row. `same`: the fleet's invitation asks for exactly what the row asks for, so that the same
    /// file can be imported again without harm (CONTRACT.md 13.5).
    pub fn of(standing: Standing, same: bool) -> Self {
        match standing {
            Standing::Nothing => Self::New,
            Standing::Active | Standing::Accepted if same => Self::Unchanged,
            Standing::Active => Self::RefreshActive,
            Standing::Accepted => Self::RefreshAccepted,
            Standing::Declined => Self::Declined,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    fn known(status: KnownStatus, created: i64, expires: i64) -> Known {
        Known { status, created_at: from_micros(created), expires_at: from_micros(expires) }
    }

    #[test]
    fn the_newest_invitation_that_is_not_over_decides() {
        use KnownStatus as K;
        let table: [(&[Known], Standing); 9] = [
            (&[], Standing::Nothing),
            (&[known(K::Active, 0, 11)], Standing::Active),
            (&[known(K::Active, 0, 10)], Standing::Nothing),
            (&[known(K::Over, 0, 99)], Standing::Nothing),
            (&[known(K::Accepted, 0, 5)], Standing::Accepted),
            (&[known(K::Declined, 0, 5)], Standing::Declined),
            (&[known(K::Declined, 0, 99), known(K::Active, 1, 99)], Standing::Active),
            (&[known(K::Active, 1, 5), known(K::Accepted, 0, 5)], Standing::Accepted),
            (&[known(K::Over, 2, 99), known(K::Declined, 1, 99), known(K::Accepted, 0, 99)], Standing::Declined),
        ];
        for (known, want) in table {
            assert_eq!(standing(known.iter().copied(), from_micros(10)), want, "{known:?}");
        }
    }

    #[test]
    fn a_verdict_says_what_catena_does() {
        let table = [
            (Standing::Nothing, false, Verdict::New),
            (Standing::Nothing, true, Verdict::New),
            (Standing::Active, false, Verdict::RefreshActive),
            (Standing::Active, true, Verdict::Unchanged),
            (Standing::Accepted, false, Verdict::RefreshAccepted),
            (Standing::Accepted, true, Verdict::Unchanged),
            (Standing::Declined, false, Verdict::Declined),
            (Standing::Declined, true, Verdict::Declined),
        ];
        for (standing, same, want) in table {
            assert_eq!(Verdict::of(standing, same), want, "{standing:?} {same}");
        }
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_name(verdict.name()), Some(verdict));
        }
    }

    #[test]
    fn every_stage_counts_as_something() {
        for stage in Stage::ALL {
            let over = matches!(stage, Stage::Expired | Stage::Deleted);
            assert_eq!(KnownStatus::from(Some(stage)) == KnownStatus::Over, over, "{}", stage.name());
        }
        assert_eq!(KnownStatus::from(None), KnownStatus::Active);
    }
}
