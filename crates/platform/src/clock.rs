//! The time as a parameter. Everything that needs "now" takes a [`Clock`], so a test moves the time instead of waiting.

use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

/// Tells the present moment, in UTC.
pub trait Clock: Send + Sync + 'static {
    /// The present moment, in UTC, cut to whole microseconds: what every database of ours can hold.
    fn now(&self) -> OffsetDateTime;
}

/// A clock that can be handed around.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
        let now = OffsetDateTime::now_utc();
        whole_micros(now)
    }
}

/// A clock that stands still until it is moved. For tests.
#[derive(Debug)]
pub struct ManualClock(Mutex<OffsetDateTime>);

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: OffsetDateTime) -> Self {
        Self(Mutex::new(whole_micros(start)))
    }

    /// Moves the clock by `step`, forwards or backwards.
    pub fn advance(&self, step: time::Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = whole_micros(now.saturating_add(step));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn whole_micros(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(moment.microsecond() * 1_000).unwrap_or(moment)
}
