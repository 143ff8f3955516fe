//! How close a subscription is to being switched off by Catena (WEBHOOKS.md 4.4), as far as its metrics show.
//!
//! Catena decides by the number of deliveries in a window whose length isn't documented. The shortest period with published
//! metrics is 6 hours, which an older text of Catena's also names, so that is the period used here.

use time::{Duration, OffsetDateTime};

use crate::subscription::metrics::DeliveryMetrics;

/// How long a new or changed subscription is exempt.
const GRACE: Duration = Duration::minutes(15);
/// The number of deliveries from which the weighted rate counts, and the lowest one allowed.
const MANY: i64 = 50;
const MANY_LEAST: f64 = 0.95;
/// The number of deliveries from which the plain rate counts: four of five must succeed.
const SOME: i64 = 20;
/// Failures in a row that switch off one with fewer deliveries.
const RUN: i64 = 10;

/// The state of the breaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Breaker {
    /// It has switched the subscription off.
    Open,
    /// Exempt until this time, UTC.
    Grace(OffsetDateTime),
    /// 50 deliveries or more: the weighted rate, as a fraction; it trips below 0.95.
    Weighted(f64),
    /// 20 to 49 deliveries: it trips after this many more failures in a row.
    Plain {
        /// Successful deliveries.
        successes: i64,
        /// All deliveries.
        attempts: i64,
        /// Failures until it trips.
        more: i64,
    },
    /// Fewer than 20 deliveries: it trips after at least this many more failures in a row. How many there were in a row so far is
    /// unknown.
    Run {
        /// Failures in the period, in a row or not.
        failures: i64,
        /// The fewest failures until it trips.
        more: i64,
    },
    /// The metrics don't show it.
    Unknown,
}

impl Breaker {
    /// Whether it has tripped or is close enough to deserve attention.
    pub fn is_near(self) -> bool {
        match self {
            Self::Open => true,
            Self::Weighted(rate) => rate < MANY_LEAST + 0.02,
            Self::Plain { more, .. } => more <= 3,
            Self::Run { more, .. } => more <= 4,
            Self::Grace(_) | Self::Unknown => false,
        }
    }
}

/// The breaker of a subscription that was created or last changed at `changed_at`.
pub fn breaker(
    status: &str,
    figures: Option<&DeliveryMetrics>,
    changed_at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Breaker {
    if status == "stale" {
        return Breaker::Open;
    }
    if let Some(until) = changed_at.map(|at| at.saturating_add(GRACE)).filter(|until| *until > now) {
        return Breaker::Grace(until);
    }
    let Some(figures) = figures else { return Breaker::Unknown };
    let (attempts, successes) = (figures.attempts.six_hours, figures.successes.six_hours);
    let (Some(attempts), Some(successes)) = (attempts, successes) else { return Breaker::Unknown };
    if attempts >= MANY {
        figures.weighted.map_or(Breaker::Unknown, Breaker::Weighted)
    } else if attempts >= SOME {
        // The least number of failures with which less than four fifths succeed: s / (n + more) < 4 / 5.
        let more = (successes * 5 / 4 - attempts + 1).max(0);
        Breaker::Plain { successes, attempts, more }
    } else {
        let failures = (attempts - successes).max(0);
        Breaker::Run { failures, more: (RUN - failures).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscription::metrics::Periods;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-03-02 15:31 UTC);

    fn figures(attempts: i64, successes: i64, weighted: Option<f64>) -> DeliveryMetrics {
        let of = |count| Periods { six_hours: Some(count), ..Periods::default() };
        DeliveryMetrics { attempts: of(attempts), successes: of(successes), weighted, ..DeliveryMetrics::default() }
    }

    #[test]
    fn the_tier_follows_the_number_of_deliveries() {
        let run = |failures, more| Breaker::Run { failures, more };
        let plain = |successes, attempts, more| Breaker::Plain { successes, attempts, more };
        let table = [
            (figures(0, 0, None), run(0, 10)),
            (figures(19, 19, Some(1.0)), run(0, 10)),
            (figures(19, 15, Some(0.5)), run(4, 6)),
            (figures(12, 0, Some(0.0)), run(12, 1)),
            (figures(20, 20, Some(1.0)), plain(20, 20, 6)),
            (figures(49, 40, Some(0.9)), plain(40, 49, 2)),
            (figures(25, 20, Some(0.9)), plain(20, 25, 1)),
            (figures(25, 19, Some(0.9)), plain(19, 25, 0)),
            (figures(50, 50, Some(0.998)), Breaker::Weighted(0.998)),
            (figures(900, 1, Some(0.41)), Breaker::Weighted(0.41)),
            (figures(50, 50, None), Breaker::Unknown),
        ];
        for (figures, want) in table {
            assert_eq!(breaker("active", Some(&figures), None, NOW), want, "{figures:?}");
        }
        assert_eq!(breaker("active", None, None, NOW), Breaker::Unknown);
        assert_eq!(breaker("active", Some(&DeliveryMetrics::default()), None, NOW), Breaker::Unknown);
    }

    #[test]
    fn so_many_more_failures_trip_it_and_one_less_does_not() {
        for attempts in SOME..MANY {
            for successes in 0..=attempts {
                let Breaker::Plain { more, .. } =
                    breaker("active", Some(&figures(attempts, successes, None)), None, NOW)
                else {
                    panic!("between 20 and 49 the plain rate counts");
                };
                let trips = |more: i64| successes * 5 < (attempts + more) * 4;
                assert!(trips(more), "{successes} of {attempts}, {more} more");
                assert!(more == 0 || !trips(more - 1), "{successes} of {attempts}, {more} more");
            }
        }
    }

    #[test]
    fn nothing_is_judged_in_the_first_quarter_of_an_hour_and_stale_is_said_first() {
        let bad = figures(900, 1, Some(0.41));
        let until = NOW + Duration::minutes(5);
        assert_eq!(breaker("active", Some(&bad), Some(NOW - Duration::minutes(10)), NOW), Breaker::Grace(until));
        assert_eq!(breaker("active", Some(&bad), Some(NOW - Duration::minutes(15)), NOW), Breaker::Weighted(0.41));
        assert_eq!(breaker("stale", Some(&bad), Some(NOW), NOW), Breaker::Open);
    }

    #[test]
    fn near_is_what_is_worth_a_look() {
        let near = [Breaker::Open, Breaker::Weighted(0.96), Breaker::Run { failures: 6, more: 4 }];
        assert!(near.into_iter().all(Breaker::is_near));
        let far =
            [Breaker::Weighted(0.98), Breaker::Run { failures: 0, more: 10 }, Breaker::Grace(NOW), Breaker::Unknown];
        assert!(!far.into_iter().any(Breaker::is_near));
    }
}
