//! How long to go on when Catena fails: a hiccup or a short wish for fewer calls must not stop a thousand rows, an outage must.

use std::time::Duration;

use crate::{
    config::ImportPace,
    services::imports::row::{Passing, RowFailure},
};

/// How often Catena may ask for fewer calls in a row.
const RATE_LIMITS: usize = 5;

/// Counts the troubles since the last row that went well.
pub(crate) struct Backoff {
    waits: Vec<Duration>,
    longest: Duration,
    troubles: usize,
}

impl Backoff {
    pub fn new(pace: &ImportPace) -> Self {
        Self { waits: pace.waits.clone(), longest: pace.longest, troubles: 0 }
    }

    /// A row went well, or somebody has to look now: the next trouble is the first.
    pub fn regain(&mut self) {
        self.troubles = 0;
    }

    /// How long to wait before the same row is tried again; none when waiting does not help.
    pub fn wait(&mut self, trouble: &RowFailure) -> Option<Duration> {
        let nth = self.troubles;
        self.troubles += 1;
        match trouble.passing {
            Passing::Perhaps => self.waits.get(nth).copied(),
            Passing::After(told) => Some(told).filter(|told| nth < RATE_LIMITS && *told <= self.longest),
            Passing::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiccups_are_endured_and_outages_are_not() {
        let second = Duration::from_secs;
        let pace = ImportPace { waits: vec![second(2), second(10)], longest: second(60), ..ImportPace::default() };
        let trouble =
            |passing| RowFailure { what: String::new(), advice: String::new(), may_have_happened: false, passing };
        let mut patience = Backoff::new(&pace);
        let hiccup = trouble(Passing::Perhaps);
        let waits: Vec<_> = (0..3).map(|_| patience.wait(&hiccup)).collect();
        assert_eq!(waits, [Some(second(2)), Some(second(10)), None]);
        patience.regain();
        assert_eq!(patience.wait(&hiccup), Some(second(2)), "a row that went well starts anew");
        assert_eq!(patience.wait(&trouble(Passing::Never)), None, "what doesn't pass by itself is not waited for");
        patience.regain();
        let busy = trouble(Passing::After(second(60)));
        assert_eq!((0..6).filter(|_| patience.wait(&busy) == Some(second(60))).count(), 5, "to the letter, five times");
        patience.regain();
        assert_eq!(patience.wait(&trouble(Passing::After(second(61)))), None, "longer than anybody waits");
    }
}
