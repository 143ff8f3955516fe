//! Dead letters, and how long they last (WEBHOOKS.md 4.3: 14 days). Catena reports how many there are, not how old they are; its
//! log of attempts (5.7) shows when some of them died.

use std::collections::HashSet;

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long Catena keeps a dead letter.
const KEPT: Duration = Duration::days(14);

/// Dead letters of one subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadLetters {
    /// How many.
    pub count: u64,
    /// When the oldest one in the log died, UTC. There may be older ones.
    pub oldest: Option<OffsetDateTime>,
}

impl DeadLetters {
    /// Days until the first one is gone, at most, rounded up: one that died unlogged can go earlier. 0: it may be gone already.
    pub fn days_left(self, now: OffsetDateTime) -> i64 {
        let age = self.oldest.map_or(Duration::ZERO, |died| now - died);
        let left = (KEPT - age).clamp(Duration::ZERO, KEPT);
        left.whole_days() + i64::from(left > Duration::days(left.whole_days()))
    }
}

/// One line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The event it was for.
    pub message: Uuid,
    /// When it was made, UTC.
    pub at: OffsetDateTime,
    /// The status of the answer; 0 without one.
    pub status_code: i64,
}

impl Attempt {
    /// Any answer below 500 counts as delivered (WEBHOOKS.md 4.1).
    fn is_delivered(self) -> bool {
        (1..500).contains(&self.status_code)
    }
}

/// When the oldest of `count` dead letters died, as far as the log shows, given its lines from newest to oldest. An event whose
/// newest attempt failed is dead; one that was delivered later isn't.
pub fn oldest_dead(lines: impl IntoIterator<Item = Attempt>, count: u64) -> Option<OffsetDateTime> {
    let (mut seen, mut found, mut oldest) = (HashSet::new(), 0, None);
    for line in lines {
        if found == count {
            break;
        }
        if seen.insert(line.message) && !line.is_delivered() {
            found += 1;
            oldest = Some(oldest.map_or(line.at, |oldest: OffsetDateTime| oldest.min(line.at)));
        }
    }
    oldest
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-03-15 12:00 UTC);

    fn line(message: u128, hours_ago: i64, status_code: i64) -> Attempt {
        Attempt { message: Uuid::from_u128(message), at: NOW - Duration::hours(hours_ago), status_code }
    }

    #[test]
    fn the_days_left_are_an_upper_bound_and_never_negative() {
        let left = |hours: Option<i64>| {
            DeadLetters { count: 3, oldest: hours.map(|hours| NOW - Duration::hours(hours)) }.days_left(NOW)
        };
        let table = [
            (None, 14),
            (Some(0), 14),
            (Some(1), 14),
            (Some(25), 13),
            (Some(13 * 24 + 1), 1),
            (Some(14 * 24), 0),
            (Some(9_999), 0),
        ];
        for (hours, want) in table {
            assert_eq!(left(hours), want, "{hours:?}");
        }
    }

    #[test]
    fn an_event_is_dead_by_its_newest_attempt_alone() {
        let table = [
            ("nothing was logged", vec![], 2, None),
            ("its last retry", vec![line(1, 3, 503), line(1, 4, 503)], 1, Some(3)),
            ("no answer at all", vec![line(1, 3, 0)], 1, Some(3)),
            ("delivered at the second try", vec![line(1, 3, 202), line(1, 4, 503)], 1, None),
            ("a 404 is delivered too", vec![line(1, 3, 404)], 1, None),
            ("the oldest of two", vec![line(2, 1, 500), line(1, 30, 500)], 2, Some(30)),
            (
                "an older failure than there are dead letters was replayed",
                vec![line(2, 1, 500), line(1, 30, 500)],
                1,
                Some(1),
            ),
            ("only part of them is in the log", vec![line(2, 1, 500)], 40, Some(1)),
        ];
        for (name, lines, count, want) in table {
            assert_eq!(oldest_dead(lines, count), want.map(|hours| NOW - Duration::hours(hours)), "{name}");
        }
    }
}
