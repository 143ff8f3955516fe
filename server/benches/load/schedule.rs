//! When each request of an open load is due. Latency counts from that time, not from when the request was actually sent: a server
//! that stalls delays every request that becomes due in the meantime.

use std::time::Duration;

/// A fixed rate.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    per_second: u32,
}

impl Schedule {
    /// This many requests per second, evenly spaced.
    pub fn per_second(per_second: u32) -> Self {
        Self { per_second }
    }

    /// When the request with this index (from 0) is due, counted from the start.
    pub fn due(self, index: usize) -> Duration {
        Duration::from_nanos(index as u64 * 1_000_000_000 / u64::from(self.per_second))
    }

    /// How many requests are due once this much time has passed since the start.
    pub fn fallen_due(self, passed: Duration) -> usize {
        // The last index whose due time, rounded down to whole nanoseconds, is not after `passed`.
        let nanos = (passed.as_nanos() + 1) * u128::from(self.per_second);
        usize::try_from(nanos.div_ceil(1_000_000_000)).unwrap_or(usize::MAX)
    }
}
