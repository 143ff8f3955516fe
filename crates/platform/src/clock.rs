//! The time as a parameter. Everything that needs the current time takes a [`Clock`], so a test moves the clock instead of waiting.

use std::{
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use time::OffsetDateTime;

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// The current time, in UTC, truncated to microseconds, the precision that the database stores.
    fn now(&self) -> OffsetDateTime;

    /// The time since some fixed moment. It never goes back and never jumps, whatever happens to the system's date: for waits,
    /// rates, and caches, which a date that is set right must neither end early nor prolong.
    fn elapsed(&self) -> Duration;
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

    fn elapsed(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock(Mutex<(OffsetDateTime, Duration)>);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn at(start: OffsetDateTime) -> Self {
        Self(Mutex::new((whole_micros(start), Duration::ZERO)))
    }

    /// Lets time pass. A negative `step` sets the date back, as [`Self::set_date`] does.
    pub fn advance(&self, step: time::Duration) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clock.0 = whole_micros(clock.0.saturating_add(step));
        clock.1 = clock.1.saturating_add(step.try_into().unwrap_or(Duration::ZERO));
    }

    /// Corrects the date by `step`, forwards or backwards, without any time passing.
    pub fn set_date(&self, step: time::Duration) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clock.0 = whole_micros(clock.0.saturating_add(step));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

fn whole_micros(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(moment.microsecond() * 1_000).unwrap_or(moment)
}
