//! Slows down guessing: after a few wrong passwords for one address, the next tries wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

/// Wrong tries that are free.
const FREE: u32 = 5;
/// How long a wrong try is remembered.
const WINDOW: Duration = Duration::minutes(15);
/// Addresses that are remembered at once: whoever guesses addresses too can't fill the memory.
const ADDRESSES_MAX: usize = 10_000;

/// Counts wrong tries by address.
#[derive(Debug, Default)]
pub struct Throttle {
    wrong: Mutex<HashMap<String, (u32, OffsetDateTime)>>,
}

impl Throttle {
    /// Whether another try for this address may be made at `now`.
    pub fn allows(&self, address: &str, now: OffsetDateTime) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.get(address).is_none_or(|(count, last)| *count < FREE || now - *last >= WINDOW)
    }

    /// Remembers a wrong try.
    pub fn note_wrong(&self, address: &str, now: OffsetDateTime) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= ADDRESSES_MAX {
            wrong.retain(|_, (_, last)| now - *last < WINDOW);
            if wrong.len() >= ADDRESSES_MAX {
                return;
            }
        }
        let entry = wrong.entry(address.to_owned()).or_insert((0, now));
        let count = if now - entry.1 >= WINDOW { 1 } else { entry.0 + 1 };
        *entry = (count, now);
    }

    /// Forgets the wrong tries after a right one.
    pub fn forget(&self, address: &str) {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_a_quarter_of_an_hour_and_others_do_not() {
        let throttle = Throttle::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        for _ in 0..FREE {
            assert!(throttle.allows("ada@example.com", now));
            throttle.note_wrong("ada@example.com", now);
        }
        assert!(!throttle.allows("ada@example.com", now + Duration::minutes(14)));
        assert!(throttle.allows("bob@example.com", now));
        assert!(throttle.allows("ada@example.com", now + Duration::minutes(15)));
        throttle.forget("ada@example.com");
        assert!(throttle.allows("ada@example.com", now));
    }
}
