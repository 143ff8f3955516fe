//! What Catena will do when it is asked for an invitation of a reference: create is an upsert with effects (CONTRACT.md 5,
//! traps 4 to 6 and 16), so it is foretold before anyone sends the form.

use time::{Duration, OffsetDateTime};

use crate::invitation::request::EXPIRY_HOURS;

/// How an invitation stands, as far as the upsert goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The fleet has not answered yet.
    Active,
    /// The fleet accepted.
    Accepted,
    /// The fleet refused.
    Declined,
    /// The link ran out before an answer.
    Expired,
    /// It was deleted.
    Deleted,
    /// In a way that this version has no word for.
    Other,
}

impl Standing {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
            Self::Other => "other",
        }
    }
}

/// An invitation that is known of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// How it stands, as it is told; `Active` with a past expiry may occur (CONTRACT.md 13.16).
    pub standing: Standing,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
    /// When its link runs out, UTC.
    pub expires_at: OffsetDateTime,
    /// What the fleet wrote when it refused.
    pub reason: Option<String>,
}

impl Known {
    fn at(&self, now: OffsetDateTime) -> Standing {
        if self.standing == Standing::Active && self.expires_at <= now { Standing::Expired } else { self.standing }
    }
}

/// What a create call will come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// A new invitation; `after` is the latest one that is over, which stays in the history (trap 6: the id changes).
    New {
        /// The latest invitation that is over.
        after: Option<Known>,
    },
    /// The invitation that there is goes on: a later expiry; new tokens where it was accepted; open again where it was
    /// declined.
    Refresh(Known),
    /// Nobody could say.
    Unknown,
}

/// Foretells the call, from all invitations that are known of the reference, in any order. Of several that Catena could
/// refresh, the latest counts: which one it takes is not documented (trap 6).
pub fn outlook(known: &[Known], now: OffsetDateTime) -> Outlook {
    let latest = |wanted: &[Standing]| {
        let fits = known.iter().filter(|one| wanted.contains(&one.at(now)));
        let latest = fits.max_by_key(|one| (one.created_at, one.expires_at));
        latest.map(|one| Known { standing: one.at(now), ..one.clone() })
    };
    if let Some(goes_on) = latest(&[Standing::Active, Standing::Accepted, Standing::Declined]) {
        Outlook::Refresh(goes_on)
    } else if latest(&[Standing::Other]).is_some() {
        Outlook::Unknown
    } else {
        Outlook::New { after: latest(&[Standing::Expired, Standing::Deleted]) }
    }
}

/// The latest end, UTC, among the invitations that Catena could refresh.
pub fn works_until(known: &[Known], now: OffsetDateTime) -> Option<OffsetDateTime> {
    let goes_on = |one: &&Known| matches!(one.at(now), Standing::Active | Standing::Accepted | Standing::Declined);
    known.iter().filter(goes_on).map(|one| one.expires_at).max()
}

/// The hours to ask for, where `wanted` are wanted and the invitation that goes on works until `until`. A refresh extends, says
/// the contract (CONTRACT.md 5); whether it would also shorten nobody knows, and a link that is out there must not die early.
/// So no fewer are asked for than are left, the last one rounded up, and no more than an invitation may live.
pub fn hours_to_ask(wanted: u32, until: Option<OffsetDateTime>, now: OffsetDateTime) -> u32 {
    let left = until.map_or(Duration::ZERO, |until| until - now);
    let whole = left.whole_hours();
    let left = if left > Duration::hours(whole) { whole + 1 } else { whole };
    wanted.max(u32::try_from(left).unwrap_or_default()).min(*EXPIRY_HOURS.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    fn at(hours: i64) -> OffsetDateTime {
        from_micros(hours * 3_600_000_000)
    }

    fn known(standing: Standing, created: i64, expires: i64) -> Known {
        Known { standing, created_at: at(created), expires_at: at(expires), reason: None }
    }

    /// The outlook at hour 10 in two words: what happens, and to what.
    fn foretold(known: &[Known]) -> (&'static str, &'static str) {
        match outlook(known, at(10)) {
            Outlook::New { after } => ("new", after.map_or("", |after| after.standing.name())),
            Outlook::Refresh(one) => ("refresh", one.standing.name()),
            Outlook::Unknown => ("unknown", ""),
        }
    }

    #[test]
    fn each_standing_comes_to_what_the_contract_says() {
        use Standing as S;
        let table = [
            (S::Active, 20, ("refresh", "active")),
            (S::Active, 10, ("new", "expired")),
            (S::Active, 5, ("new", "expired")),
            (S::Accepted, 20, ("refresh", "accepted")),
            (S::Accepted, 5, ("refresh", "accepted")),
            (S::Declined, 20, ("refresh", "declined")),
            (S::Declined, 5, ("refresh", "declined")),
            (S::Expired, 5, ("new", "expired")),
            (S::Deleted, 20, ("new", "deleted")),
            (S::Other, 20, ("unknown", "")),
        ];
        for (standing, expires, want) in table {
            assert_eq!(foretold(&[known(standing, 0, expires)]), want, "{standing:?} until {expires}");
        }
        assert_eq!(foretold(&[]), ("new", ""));
    }

    #[test]
    fn no_fewer_hours_are_asked_for_than_are_left() {
        let minutes = |minutes: i64| from_micros(minutes * 60_000_000);
        let table = [
            (24, None, 24),
            (24, Some(-5), 24),
            (24, Some(0), 24),
            (24, Some(24 * 60), 24),
            (24, Some(24 * 60 + 1), 25),
            (24, Some(48 * 60), 48),
            (24, Some(648 * 60 + 59), 649),
            (72, Some(48 * 60), 72),
            (24, Some(672 * 60 + 1), 672),
            (24, Some(100_000 * 60), 672),
        ];
        for (wanted, left, want) in table {
            let until = left.map(|left| minutes(1_000 + left));
            assert_eq!(hours_to_ask(wanted, until, minutes(1_000)), want, "{wanted} of {left:?}");
        }
    }

    #[test]
    fn what_is_over_does_not_count_for_the_end() {
        use Standing as S;
        let table: [(&[Known], Option<i64>); 5] = [
            (&[], None),
            (&[known(S::Active, 0, 20), known(S::Declined, 0, 30), known(S::Accepted, 0, 25)], Some(30)),
            (&[known(S::Deleted, 0, 40), known(S::Expired, 0, 50), known(S::Active, 0, 20)], Some(20)),
            (&[known(S::Active, 0, 10)], None),
            (&[known(S::Accepted, 0, 5), known(S::Other, 0, 30)], Some(5)),
        ];
        for (known, want) in table {
            assert_eq!(works_until(known, at(10)), want.map(at), "{known:?}");
        }
    }

    #[test]
    fn of_several_the_latest_that_goes_on_counts_in_any_order() {
        use Standing as S;
        let table: [(&[Known], (&str, &str)); 5] = [
            (&[known(S::Expired, 0, 5), known(S::Active, 6, 20)], ("refresh", "active")),
            (&[known(S::Accepted, 0, 5), known(S::Expired, 6, 9)], ("refresh", "accepted")),
            (&[known(S::Declined, 0, 5), known(S::Active, 6, 20)], ("refresh", "active")),
            (&[known(S::Deleted, 0, 5), known(S::Expired, 6, 9)], ("new", "expired")),
            (&[known(S::Other, 7, 20), known(S::Active, 6, 20)], ("refresh", "active")),
        ];
        for (known, want) in table {
            let mut reversed = known.to_vec();
            reversed.reverse();
            assert_eq!(foretold(known), want);
            assert_eq!(foretold(&reversed), want);
        }
    }
}
