//! When each request of an open-loop load is due. Latency is counted from then, not from when the generator got round to
//! sending it: a server that stalls makes every request late that fell due meanwhile.

use std::time::Duration;

/// A fixed pace.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    per_second: u32,
}

impl Schedule {
    /// So many requests a second, evenly.
    pub fn per_second(per_second: u32) -> Self {
        Self { per_second }
    }

    /// When the request with this index (from 0) is due, counted from the start.
    pub fn due(self, index: usize) -> Duration {
        Duration::from_nanos(index as u64 * 1_000_000_000 / u64::from(self.per_second))
    }

    /// How many requests have fallen due once so much time has passed since the start.
    pub fn fallen_due(self, passed: Duration) -> usize {
        // The last index whose due time, rounded down to whole nanoseconds, is not after `passed`.
        let nanos = (passed.as_nanos() + 1) * u128::from(self.per_second);
        usize::try_from(nanos.div_ceil(1_000_000_000)).unwrap_or(usize::MAX)
    }
}
