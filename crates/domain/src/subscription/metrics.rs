//! Catena's metrics of a subscription (WEBHOOKS.md 5.6).

use serde::{Deserialize, Serialize};

/// One figure for four periods; none if Catena doesn't report it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// The last 6 hours.
    pub six_hours: Option<i64>,
    /// The last 24 hours.
    pub day: Option<i64>,
    /// The last 7 days.
    pub week: Option<i64>,
    /// The last 14 days.
    pub fortnight: Option<i64>,
}

impl Periods {
    /// The figures, shortest period first.
    pub fn each(self) -> [Option<i64>; 4] {
        [self.six_hours, self.day, self.week, self.fortnight]
    }
}

/// The metrics of a subscription.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DeliveryMetrics {
    /// Requests sent.
    pub attempts: Periods,
    /// Requests answered with 2xx.
    pub successes: Periods,
    /// Requests that failed or got another answer.
    pub failures: Periods,
    /// Distinct events.
    pub messages: Periods,
    /// Events delivered in the end.
    pub delivered: Periods,
    /// Whole **percent**, for example 96; none until there were 200 events.
    pub success_percent: Periods,
    /// Mean response time in milliseconds.
    pub response_ms: Periods,
    /// The weighted success rate that Catena decides by, as a **fraction**, for example 0.98.
    pub weighted: Option<f64>,
    /// Dead letters waiting for a replay.
    pub dead_letters: u64,
}

/// A success rate, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuccessRate {
    /// As Catena reports it, in whole percent.
    Known(i64),
    /// By our own count, since Catena reports none before there were 200 events.
    Counted {
        /// Requests answered with 2xx.
        successes: i64,
        /// Requests sent.
        attempts: i64,
    },
    /// Nothing was sent.
    Nothing,
}

/// The success rate over a period.
pub fn success_rate(figures: &DeliveryMetrics, period: impl Fn(Periods) -> Option<i64>) -> SuccessRate {
    if let Some(percent) = period(figures.success_percent) {
        return SuccessRate::Known(percent);
    }
    match (period(figures.successes), period(figures.attempts)) {
        (Some(successes), Some(attempts)) if attempts > 0 => SuccessRate::Counted { successes, attempts },
        _ => SuccessRate::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_26_percent_is_told_as_it_is_and_never_mixed_with_the_fraction() {
        let all = |count| Periods { six_hours: count, day: count, week: count, fortnight: count };
        let figures = |percent, successes, attempts| DeliveryMetrics {
            success_percent: all(percent),
            successes: all(successes),
            attempts: all(attempts),
            weighted: Some(0.5),
            ..DeliveryMetrics::default()
        };
        let table = [
            (figures(Some(96), Some(1), Some(9)), SuccessRate::Known(96)),
            (figures(Some(0), Some(1), Some(9)), SuccessRate::Known(0)),
            (figures(None, Some(12), Some(13)), SuccessRate::Counted { successes: 12, attempts: 13 }),
            (figures(None, Some(0), Some(0)), SuccessRate::Nothing),
            (figures(None, None, None), SuccessRate::Nothing),
        ];
        for (figures, want) in table {
            assert_eq!(success_rate(&figures, |periods| periods.day), want);
        }
    }
}
