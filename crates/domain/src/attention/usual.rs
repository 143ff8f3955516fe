//! How long steps usually take: measured on the partner's own fleets, once there are enough of them.

use std::collections::BTreeMap;

use time::Duration;

/// How many fleets must have taken a step before their times say what is usual.
pub const ENOUGH: usize = 20;

/// How long a step usually takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// Half of the fleets were faster.
    pub median: Duration,
    /// Nine of ten fleets were faster: later than this is unusual.
    pub p90: Duration,
}

impl Usual {
    /// What is usual by these times; `None` if there are fewer than [`ENOUGH`].
    pub fn measure(mut times: Vec<Duration>) -> Option<Self> {
        if times.len() < ENOUGH {
            return None;
        }
        times.sort_unstable();
        // The nearest rank, so that the answer is a time that a fleet took.
        let rank = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1];
        Some(Self { median: rank(50), p90: rank(90) })
    }
}

/// What is usual for the steps in which a fleet can get stuck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// From opening the link to accepting or declining.
    pub decide: Usual,
    /// From accepting to the first linked provider.
    pub link: Usual,
    /// The same for one provider, by Catena's name of the integration.
    pub link_by_provider: BTreeMap<String, Usual>,
    /// From linking a provider to data.
    pub attach: Usual,
}

impl Default for Pace {
    /// What holds until enough fleets have shown otherwise: people decide within two days and find the provider's password
    /// within three; from there on everything is Catena's work, which takes minutes.
    fn default() -> Self {
        Self {
            decide: Usual { median: Duration::hours(4), p90: Duration::days(2) },
            link: Usual { median: Duration::hours(4), p90: Duration::days(3) },
            link_by_provider: BTreeMap::new(),
            attach: Usual { median: Duration::minutes(5), p90: Duration::hours(2) },
        }
    }
}

impl Pace {
    /// How long linking usually takes with this provider; the same for all providers if it isn't known.
    pub fn link(&self, provider: Option<&str>) -> Usual {
        provider.and_then(|provider| self.link_by_provider.get(provider)).copied().unwrap_or(self.link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_usual_once_there_are_enough() {
        let minutes = |count: i64| (1..=count).rev().map(Duration::minutes).collect::<Vec<_>>();
        assert_eq!(Usual::measure(minutes(19)), None);
        let usual = |median, p90| Some(Usual { median: Duration::minutes(median), p90: Duration::minutes(p90) });
        assert_eq!(Usual::measure(minutes(20)), usual(10, 18));
        assert_eq!(Usual::measure(minutes(21)), usual(11, 19));
        assert_eq!(Usual::measure(vec![Duration::HOUR; 100]), usual(60, 60));
    }

    #[test]
    fn a_provider_that_is_not_measured_takes_as_long_as_all() {
        let slow = Usual { median: Duration::DAY, p90: Duration::WEEK };
        let pace = Pace { link_by_provider: [("slow".to_owned(), slow)].into(), ..Pace::default() };
        assert_eq!(pace.link(Some("slow")), slow);
        assert_eq!(pace.link(Some("other")), pace.link);
        assert_eq!(pace.link(None), pace.link);
    }
}
