//! Percentiles and medians of many measurements.

use std::time::Duration;

/// The value that `percent` of the measurements don't exceed, by nearest rank, so it is always a measured one. Zero if there are none.
pub fn percentile(sorted: &[Duration], percent: f64) -> Duration {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).or(sorted.last()).copied().unwrap_or_default()
}

/// The middle value, or the mean of the middle two if the count is even. Zero if there are none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        count if count % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// How long something took, over many runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread {
    /// The median, in milliseconds.
    pub p50: f64,
    /// The 95th percentile, in milliseconds.
    pub p95: f64,
    /// The 99th percentile, in milliseconds.
    pub p99: f64,
    /// The longest, in milliseconds.
    pub longest: f64,
}

impl Spread {
    /// Summarizes these, in any order.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent| millis(percentile(&times, percent));
        Self { p50: at(50.0), p95: at(95.0), p99: at(99.0), longest: at(100.0) }
    }

    /// The median of each figure over several runs.
    pub fn median(repeats: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| median(&repeats.iter().map(figure).collect::<Vec<_>>());
        Self {
            p50: middle(|spread| spread.p50),
            p95: middle(|spread| spread.p95),
            p99: middle(|spread| spread.p99),
            longest: middle(|spread| spread.longest),
        }
    }
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
