//! How long to wait when Catena fails: a hiccup or a short rate limit must not stop a thousand rows; an outage must.

use std::time::Duration;

use crate::{
    config::ImportPace,
    services::imports::row::{Retry, RowFailure},
};

/// How many rate limits in a row are waited for.
const RATE_LIMITS: usize = 5;

/// Counts the failures since the last row that succeeded.
pub(crate) struct Backoff {
    waits: Vec<Duration>,
    longest: Duration,
    failures: usize,
}

impl Backoff {
    pub fn new(pace: &ImportPace) -> Self {
        Self { waits: pace.waits.clone(), longest: pace.longest, failures: 0 }
    }

    /// A row succeeded, or somebody has to act now: the next failure is the first.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait before the same row is tried again; none if waiting doesn't help.
    pub fn wait(&mut self, failure: &RowFailure) -> Option<Duration> {
        let nth = self.failures;
        self.failures += 1;
        match failure.retry {
            Retry::Later => self.waits.get(nth).copied(),
            Retry::After(wait) => Some(wait).filter(|wait| nth < RATE_LIMITS && *wait <= self.longest),
            Retry::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiccups_are_waited_out_and_outages_are_not() {
        let second = Duration::from_secs;
        let pace = ImportPace { waits: vec![second(2), second(10)], longest: second(60), ..ImportPace::default() };
        let failure =
            |retry| RowFailure { what: String::new(), advice: String::new(), may_have_happened: false, retry };
        let mut backoff = Backoff::new(&pace);
        let hiccup = failure(Retry::Later);
        let waits: Vec<_> = (0..3).map(|_| backoff.wait(&hiccup)).collect();
        assert_eq!(waits, [Some(second(2)), Some(second(10)), None]);
        backoff.reset();
        assert_eq!(backoff.wait(&hiccup), Some(second(2)), "a row that succeeds starts anew");
        assert_eq!(backoff.wait(&failure(Retry::Never)), None, "what a retry can't help is not waited for");
        backoff.reset();
        let busy = failure(Retry::After(second(60)));
        assert_eq!((0..6).filter(|_| backoff.wait(&busy) == Some(second(60))).count(), 5, "to the letter, five times");
        backoff.reset();
        assert_eq!(backoff.wait(&failure(Retry::After(second(61)))), None, "longer than anybody waits");
    }
}
