//! The time as a parameter. Everything that needs "now" takes a [`Clock`], so a test moves the time instead of waiting.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

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
pub struct ManualClock {
    micros: AtomicI64,
}

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: OffsetDateTime) -> Self {
        Self { micros: AtomicI64::new(app::domain::moment::micros(start)) }
    }

    /// Moves the clock by `step`, forwards or backwards.
    pub fn advance(&self, step: time::Duration) {
        let micros = i64::try_from(step.whole_microseconds()).unwrap_or(i64::MAX);
        self.micros.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        app::domain::moment::from_micros(self.micros.load(Ordering::SeqCst))
    }
}

fn whole_micros(moment: OffsetDateTime) -> OffsetDateTime {
    moment.replace_nanosecond(moment.microsecond() * 1_000).unwrap_or(moment)
}
