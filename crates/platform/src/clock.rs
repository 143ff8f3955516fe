//! The time as a parameter. Everything that needs the current time takes a [`Clock`], so a test moves the clock instead of waiting.

use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// The current time, in UTC, truncated to microseconds, the precision that the database stores.
    fn now(&self) -> OffsetDateTime;
}

/// A clock that many parts of a program share.
pub type SharedClock = Arc<dyn Clock>;

/// The system clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system clock")]
        let now = OffsetDateTime::now_utc();
        whole_micros(now)
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock(Mutex<OffsetDateTime>);

impl ManualClock {
    /// A clock that shows `start`.
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
