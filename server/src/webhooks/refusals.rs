//! Bounds what anybody's requests to the webhook's address cost: each that is refused is stored in quarantine and gets a log line,
//! but only so many a minute.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use platform::clock::SharedClock;

/// Refused requests that are kept in each [`WINDOW`]. A wrong secret at Catena's next delivery is seen long before that.
pub(super) const KEPT_MAX: u32 = 120;
const WINDOW: Duration = Duration::from_mins(1);

/// How many more may be kept.
pub(super) struct RefusalBudget {
    clock: SharedClock,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    since: Duration,
    kept: u32,
    left_out: u64,
}

impl RefusalBudget {
    /// A full budget.
    pub(super) fn new(clock: SharedClock) -> Self {
        Self { clock, window: Mutex::default() }
    }

    /// Whether one more may be kept. Says so in the log when no more may, and how many were left out.
    pub(super) fn take(&self) -> bool {
        let now = self.clock.elapsed();
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(window.since) >= WINDOW {
            let old = std::mem::replace(&mut *window, Window { since: now, ..Window::default() });
            if old.left_out > 0 {
                tracing::warn!(count = old.left_out, "refused deliveries were only counted");
            }
        }
        if window.kept < KEPT_MAX {
            window.kept += 1;
            return true;
        }
        if window.left_out == 0 {
            tracing::warn!(
                kept = KEPT_MAX,
                "too many deliveries are refused; the rest of this minute's are only counted"
            );
        }
        window.left_out = window.left_out.saturating_add(1);
        false
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use platform::clock::ManualClock;
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn so_many_a_minute_are_kept_whatever_the_date_does() {
        let clock = Arc::new(ManualClock::at(OffsetDateTime::UNIX_EPOCH));
        let budget = RefusalBudget::new(clock.clone());
        let kept = || (0..10 * KEPT_MAX).filter(|_| budget.take()).count();
        assert_eq!(kept(), KEPT_MAX as usize);
        clock.set_date(time::Duration::days(-400));
        clock.advance(time::Duration::seconds(59));
        assert_eq!(kept(), 0);
        clock.set_date(time::Duration::days(3_000));
        assert_eq!(kept(), 0);
        clock.advance(time::Duration::SECOND);
        assert_eq!(kept(), KEPT_MAX as usize);
    }
}
