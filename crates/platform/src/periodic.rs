//! The turns of work that repeats until the program stops.
//!
//! ```
//! # async fn example(shutdown: tokio_util::sync::CancellationToken) {
//! use std::time::Duration;
//!
//! use platform::periodic::every;
//!
//! let mut turns = every(Duration::from_mins(10), &shutdown);
//! while turns.next().await {
//!     println!("at the start, and again ten minutes after this is done");
//! }
//! # }
//! ```

use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The wait before a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// No wait: there is more to do.
    Now,
    /// This pause instead of the period. No notification shortens it, so it also serves to slow down and to back off.
    After(Duration),
    /// The period, or less if the [`Notify`] of [`Turns::or_when`] is notified.
    AfterPeriod,
}

/// The turns of a job, made by [`every`].
#[derive(Debug)]
pub struct Turns<'a> {
    period: Duration,
    shutdown: &'a CancellationToken,
    notify: Option<&'a Notify>,
    next: Next,
}

/// Turns that begin at once, then `period` after the last one is done, and end with `shutdown`. Turns never overlap: the next one
/// is due only once [`Turns::next`] is called again.
pub fn every(period: Duration, shutdown: &CancellationToken) -> Turns<'_> {
    Turns { period, shutdown, notify: None, next: Next::Now }
}

impl<'a> Turns<'a> {
    /// Waits for `delay` before the first turn.
    #[must_use]
    pub fn first_after(self, delay: Duration) -> Self {
        Self { next: Next::After(delay), ..self }
    }

    /// Ends the wait for the period when `notify` is notified. A notification during a turn is kept for the wait after it.
    #[must_use]
    pub fn or_when(self, notify: &'a Notify) -> Self {
        Self { notify: Some(notify), ..self }
    }

    /// Waits until the next turn is due; false at once when the program stops.
    pub async fn next(&mut self) -> bool {
        let next = std::mem::replace(&mut self.next, Next::AfterPeriod);
        tokio::select! {
            biased;
            () = self.shutdown.cancelled() => false,
            () = self.wait(next) => true,
        }
    }

    /// Sets the wait before the next turn, once; otherwise it is the period.
    pub fn then(&mut self, next: Next) {
        self.next = next;
    }

    /// Does `work`, but drops it in the middle when the program stops; `None` then. Only for work that loses nothing by it,
    /// because what it has done is stored and the next start does the rest.
    pub async fn unless_stopped<W: Future>(&self, work: W) -> Option<W::Output> {
        self.shutdown.run_until_cancelled(work).await
    }

    async fn wait(&self, next: Next) {
        match (next, self.notify) {
            (Next::Now, _) => {}
            (Next::After(pause), _) => tokio::time::sleep(pause).await,
            (Next::AfterPeriod, None) => tokio::time::sleep(self.period).await,
            (Next::AfterPeriod, Some(notify)) => tokio::select! {
                () = notify.notified() => {}
                () = tokio::time::sleep(self.period) => {}
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::{Instant, sleep};

    use super::*;

    const PERIOD: Duration = Duration::from_mins(1);
    const WORK: Duration = Duration::from_secs(5);

    fn shutdown_at(seconds: u64) -> CancellationToken {
        let shutdown = CancellationToken::new();
        let token = shutdown.clone();
        tokio::spawn(async move {
            sleep(Duration::from_secs(seconds)).await;
            token.cancel();
        });
        shutdown
    }

    /// The seconds at which turns begin that take 5 s each, and at which the last wait ends. `next` is asked after each turn,
    /// counted from 0.
    async fn seconds(mut turns: Turns<'_>, next: impl Fn(usize) -> Next) -> (Vec<u64>, u64) {
        let started = Instant::now();
        let mut begun = Vec::new();
        while turns.next().await {
            begun.push(started.elapsed().as_secs());
            sleep(WORK).await;
            turns.then(next(begun.len() - 1));
        }
        (begun, started.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn the_period_begins_when_a_turn_is_done_and_a_shutdown_ends_it_at_once() {
        let turns = seconds(every(PERIOD, &shutdown_at(180)), |_| Next::AfterPeriod).await;
        assert_eq!(turns, (vec![0, 65, 130], 180));
    }

    #[tokio::test(start_paused = true)]
    async fn turns_longer_than_the_period_do_not_overlap() {
        let turns = seconds(every(Duration::from_secs(1), &shutdown_at(14)), |_| Next::AfterPeriod).await;
        assert_eq!(turns, (vec![0, 6, 12], 17));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_turn_can_wait() {
        let shutdown = shutdown_at(100);
        let turns = every(PERIOD, &shutdown).first_after(Duration::from_secs(20));
        assert_eq!(seconds(turns, |_| Next::AfterPeriod).await, (vec![20, 85], 100));
    }

    #[tokio::test(start_paused = true)]
    async fn another_wait_than_the_period_holds_once() {
        let shutdown = shutdown_at(270);
        let mut turns = every(PERIOD, &shutdown);
        let started = Instant::now();
        let mut begun = Vec::new();
        while turns.next().await {
            begun.push(started.elapsed().as_secs());
            match begun.len() {
                1 => turns.then(Next::Now),
                2 => turns.then(Next::After(Duration::from_secs(2))),
                3 => turns.then(Next::After(3 * PERIOD)),
                _ => {}
            }
        }
        assert_eq!(begun, [0, 0, 2, 182, 242]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_notification_ends_the_wait_for_the_period_and_is_not_lost_during_a_turn() {
        let notify = Arc::new(Notify::new());
        let notifier = notify.clone();
        tokio::spawn(async move {
            sleep(Duration::from_secs(3)).await;
            notifier.notify_one();
            sleep(Duration::from_secs(27)).await;
            notifier.notify_one();
        });
        let (begun, _) = seconds(every(PERIOD, &shutdown_at(100)).or_when(&notify), |_| Next::AfterPeriod).await;
        assert_eq!(begun, [0, 5, 30, 95]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_notification_shortens_another_wait_than_the_period() {
        let notify = Notify::new();
        notify.notify_one();
        let next = |turn| if turn == 0 { Next::After(Duration::from_secs(30)) } else { Next::AfterPeriod };
        let (begun, _) = seconds(every(PERIOD, &shutdown_at(60)).or_when(&notify), next).await;
        assert_eq!(begun, [0, 35, 40], "the notification still counts for the wait after that");
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_cut_off_by_a_shutdown_only_on_demand() {
        let started = Instant::now();
        let shutdown = shutdown_at(2);
        let mut turns = every(PERIOD, &shutdown);
        assert!(turns.next().await);
        assert_eq!(turns.unless_stopped(async { 7 }).await, Some(7));
        assert_eq!(turns.unless_stopped(sleep(WORK)).await, None);
        assert_eq!(started.elapsed().as_secs(), 2);
        assert!(!turns.next().await);
    }

    #[tokio::test(start_paused = true)]
    async fn there_is_no_turn_after_a_shutdown() {
        let shutdown = CancellationToken::new();
        shutdown.cancel();
        assert!(!every(PERIOD, &shutdown).next().await);
    }
}
