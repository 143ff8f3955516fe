//! The period that a filter form selects, such as deliveries from one minute to another.

use domain::timestamp;
use time::{Duration, OffsetDateTime};

/// A period in UTC, open where nothing (valid) was typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Period {
    pub from: Option<OffsetDateTime>,
    /// Exclusive: the minute that was typed belongs to the period.
    pub before: Option<OffsetDateTime>,
    pub from_error: Option<String>,
    pub to_error: Option<String>,
}

impl Period {
    /// Reads two form fields such as `2026-03-02T15:24`.
    pub(crate) fn read(from: &str, to: &str) -> Self {
        let (from, from_error) = minute(from);
        let (to, mut to_error) = minute(to);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            to_error = Some("This is before the start.".to_owned());
        }
        Self { from, before: to.map(|to| to.saturating_add(Duration::MINUTE)), from_error, to_error }
    }
}

fn minute(typed: &str) -> (Option<OffsetDateTime>, Option<String>) {
    let typed = typed.trim();
    let read = timestamp::parse_local(typed);
    let error = (!typed.is_empty() && read.is_none()).then(|| "Write it as 2026-03-02T15:24.".to_owned());
    (read, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_belongs_to_the_period() {
        let start = timestamp::parse_local("2026-03-02T15:24");
        let period = Period::read(" 2026-03-02T15:24", "2026-03-02T15:24 ");
        assert_eq!((period.from, period.before), (start, start.map(|start| start + Duration::minutes(1))));
        assert_eq!((period.from_error, period.to_error), (None, None));
    }

    #[test]
    fn what_can_not_be_read_or_ends_before_it_starts_is_an_error() {
        assert_eq!(Period::read("", ""), Period::default());
        assert!(Period::read("yesterday", "").from_error.is_some());
        assert!(Period::read("2026-03-02T15:24", "2026-03-02T15:23").to_error.is_some());
    }
}
