//! Slows down guessing: after a few tries for one address without the right password, the next ones wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::{Duration, OffsetDateTime};

/// Tries that are free.
const FREE: u32 = 5;
/// How long a try is remembered.
const WINDOW: Duration = Duration::minutes(15);
/// Addresses that are remembered at once: whoever guesses addresses too can't fill the memory.
const ADDRESSES_MAX: usize = 10_000;
/// Characters of an address that are remembered; no address that exists is longer (RFC 5321, 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;

/// Counts tries by address.
#[derive(Debug, Default)]
pub struct Throttle {
    tries: Mutex<HashMap<String, (u32, OffsetDateTime)>>,
}

impl Throttle {
    /// Whether a try for this address may be made at `now`. It counts from here on, before anybody knows how it ends: otherwise
    /// any number of tries could be made at the same moment.
    pub fn begin(&self, address: &str, now: OffsetDateTime) -> bool {
        let address = known_as(address);
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((count, last)) = tries.get_mut(&address) {
            if now - *last >= WINDOW {
                *count = 0;
            }
            if *count >= FREE {
                return false;
            }
            (*count, *last) = (*count + 1, now);
            return true;
        }
        if tries.len() >= ADDRESSES_MAX {
            let oldest = tries.iter().min_by_key(|(_, (_, last))| *last).map(|(address, _)| address.clone());
            oldest.and_then(|oldest| tries.remove(&oldest));
        }
        tries.insert(address, (1, now));
        true
    }

    /// Forgets the tries after a right one.
    pub fn forget(&self, address: &str) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(&known_as(address));
    }
}

fn known_as(address: &str) -> String {
    address.chars().take(ADDRESS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_a_quarter_of_an_hour_and_others_do_not() {
        let throttle = Throttle::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        for _ in 0..FREE {
            assert!(throttle.begin("ada@example.com", now));
        }
        assert!(!throttle.begin("ada@example.com", now));
        assert!(!throttle.begin("ada@example.com", now + Duration::minutes(14)), "those that wait do not wait longer");
        assert!(throttle.begin("bob@example.com", now));
        for _ in 0..FREE {
            assert!(throttle.begin("ada@example.com", now + Duration::minutes(15)));
        }
        assert!(!throttle.begin("ada@example.com", now + Duration::minutes(15)));
        throttle.forget("ada@example.com");
        assert!(throttle.begin("ada@example.com", now + Duration::minutes(15)));
    }

    #[test]
    fn whoever_tries_very_many_addresses_is_still_counted_and_fills_no_memory() {
        let throttle = Throttle::default();
        let at = |second: usize| OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(second.try_into().unwrap());
        for address in 0..ADDRESSES_MAX {
            assert!(throttle.begin(&format!("{address}@example.com"), at(address)));
        }
        for _ in 0..FREE {
            assert!(throttle.begin("ada@example.com", at(ADDRESSES_MAX)));
        }
        assert!(!throttle.begin("ada@example.com", at(ADDRESSES_MAX)));
        throttle.begin(&"x".repeat(100_000), at(ADDRESSES_MAX));
        let tries = throttle.tries.lock().unwrap();
        assert_eq!(tries.len(), ADDRESSES_MAX);
        assert!(tries.keys().all(|address| address.len() <= ADDRESS_MAX) && tries.contains_key("ada@example.com"));
    }
}
