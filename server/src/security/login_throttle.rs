//! Slows down guessing: after a few failed attempts for one e-mail address, further ones have to wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

/// Attempts before the wait.
const FREE_ATTEMPTS: u32 = 5;
/// How long after the last attempt to count from zero again.
const WINDOW: Duration = Duration::minutes(15);
/// Addresses to remember, so that guessing addresses can't fill the memory.
const ADDRESSES_MAX: usize = 10_000;
/// Characters of an address to remember. Real addresses aren't longer (RFC 5321, 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;

/// Counts attempts to sign in by e-mail address, in memory.
#[derive(Debug, Default)]
pub struct Throttle {
    attempts: Mutex<HashMap<String, (u32, OffsetDateTime)>>,
}

impl Throttle {
    /// Whether an attempt for this address is allowed at `now`. It counts from here on, before its result is known: otherwise,
    /// any number of attempts could run at the same time.
    pub fn begin(&self, address: &str, now: OffsetDateTime) -> bool {
        let address = shortened(address);
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((count, last)) = attempts.get_mut(&address) {
            if now - *last >= WINDOW {
                *count = 0;
            }
            if *count >= FREE_ATTEMPTS {
                return false;
            }
            (*count, *last) = (*count + 1, now);
            return true;
        }
        if attempts.len() >= ADDRESSES_MAX {
            let oldest = attempts.iter().min_by_key(|(_, (_, last))| *last).map(|(address, _)| address.clone());
            oldest.and_then(|oldest| attempts.remove(&oldest));
        }
        attempts.insert(address, (1, now));
        true
    }

    /// Resets the count after the right password.
    pub fn reset(&self, address: &str) {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).remove(&shortened(address));
    }
}

fn shortened(address: &str) -> String {
    address.chars().take(ADDRESS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_attempt_waits_15_minutes_and_other_addresses_do_not() {
        let throttle = Throttle::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        for _ in 0..FREE_ATTEMPTS {
            assert!(throttle.begin("ada@example.com", now));
        }
        assert!(!throttle.begin("ada@example.com", now));
        assert!(
            !throttle.begin("ada@example.com", now + Duration::minutes(14)),
            "refused attempts do not extend the wait"
        );
        assert!(throttle.begin("bob@example.com", now));
        for _ in 0..FREE_ATTEMPTS {
            assert!(throttle.begin("ada@example.com", now + Duration::minutes(15)));
        }
        assert!(!throttle.begin("ada@example.com", now + Duration::minutes(15)));
        throttle.reset("ada@example.com");
        assert!(throttle.begin("ada@example.com", now + Duration::minutes(15)));
    }

    #[test]
    fn many_addresses_neither_reset_a_count_nor_fill_the_memory() {
        let throttle = Throttle::default();
        let at = |second: usize| OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(second.try_into().unwrap());
        for address in 0..ADDRESSES_MAX {
            assert!(throttle.begin(&format!("{address}@example.com"), at(address)));
        }
        for _ in 0..FREE_ATTEMPTS {
            assert!(throttle.begin("ada@example.com", at(ADDRESSES_MAX)));
        }
        assert!(!throttle.begin("ada@example.com", at(ADDRESSES_MAX)));
        throttle.begin(&"x".repeat(100_000), at(ADDRESSES_MAX));
        let attempts = throttle.attempts.lock().unwrap();
        assert_eq!(attempts.len(), ADDRESSES_MAX);
        assert!(
            attempts.keys().all(|address| address.len() <= ADDRESS_MAX) && attempts.contains_key("ada@example.com")
        );
    }
}
