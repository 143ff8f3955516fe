//! Slows down guessing without letting a stranger lock anybody out.
//!
//! Attempts for an account are counted per place they come from: each source has a count of its own, and so has each browser in
//! which that person has signed in before (`web/device.rs`). So wrong passwords from one place make only that place wait. Two
//! wider limits don't apply to such browsers: one for an account from all other places together, against guessing from many
//! sources, and a pace for each source, against trying many accounts from one.
//!
//! Waits are measured on a clock that no change of the date moves. All counts are in memory: a restart forgets them.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::source::Source;

/// How a count leads to waits.
struct Limit {
    /// Attempts without the right password before the first wait.
    free: u32,
    /// The first wait. Each further attempt doubles it,
    first: Duration,
    /// up to this one.
    longest: Duration,
}

/// For one account from one source or browser.
const PLACE: Limit = Limit { free: 5, first: Duration::from_secs(30), longest: Duration::from_mins(15) };
/// For one account from all sources. One source can't reach it within [`FORGET_AFTER`]: the waits of [`PLACE`] allow it 11 or 12.
const ACCOUNT: Limit = Limit { free: 50, first: Duration::from_secs(30), longest: Duration::from_mins(15) };
/// How long after the last attempt to count from zero again.
const FORGET_AFTER: Duration = Duration::from_hours(1);

/// What one source may try at once, for whatever accounts, and then one after the other at this pace. It slows down and doesn't
/// refuse, because behind a proxy everybody comes from the same source.
const SOURCE_BURST: u32 = 20;
const SOURCE_PACE: Duration = Duration::from_millis(250);
/// The longest delay; beyond it, attempts are refused.
const SOURCE_DELAY_MAX: Duration = Duration::from_secs(30);

/// Counts to keep, so that guessing can't fill the memory.
const COUNTS_MAX: usize = 10_000;
/// Characters of an account's address to remember. Real addresses aren't longer (RFC 5321, 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;

/// An attempt to sign in.
#[derive(Debug, Clone)]
pub struct Attempt {
    account: String,
    source: Source,
    device: Option<String>,
}

impl Attempt {
    /// An attempt for the account with this e-mail address. `device` names the browser if someone has signed in to this account
    /// with it before.
    pub fn new(email: &str, source: Source, device: Option<String>) -> Self {
        Self { account: email.chars().take(ADDRESS_MAX).collect(), source, device }
    }

    /// The count of the place it comes from, and that of the account if it applies.
    fn counts(&self) -> impl Iterator<Item = (Key, &'static Limit)> {
        let account = self.account.clone();
        match &self.device {
            Some(device) => [Some((Key::Device(account, device.clone()), &PLACE)), None],
            None => {
                [Some((Key::Source(account.clone(), self.source), &PLACE)), Some((Key::Account(account), &ACCOUNT))]
            }
        }
        .into_iter()
        .flatten()
    }
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Device(String, String),
    Source(String, Source),
    Account(String),
}

#[derive(Debug, Clone, Copy)]
struct Count {
    attempts: u32,
    last: Duration,
}

impl Count {
    /// When the next attempt is allowed.
    fn free_at(self, limit: &Limit) -> Duration {
        let wait = self.attempts.checked_sub(limit.free).map_or(Duration::ZERO, |beyond| {
            // More doublings than this are the longest wait anyway.
            limit.first.saturating_mul(1 << beyond.min(20)).min(limit.longest)
        });
        self.last.saturating_add(wait)
    }
}

/// Counts attempts to sign in.
#[derive(Debug, Default)]
pub struct Throttle {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    counts: HashMap<Key, Count>,
    /// For each source, until when its attempts so far take at [`SOURCE_PACE`].
    paces: HashMap<Source, Duration>,
}

impl Throttle {
    /// Allows an attempt at `now`, which is [`Clock::elapsed`](platform::clock::Clock::elapsed), and says after which delay it may
    /// go on; or refuses it and says how long to wait. An allowed attempt counts from here on, before its result is known:
    /// otherwise any number could run at the same time. Refused ones don't count.
    pub fn begin(&self, attempt: &Attempt, now: Duration) -> Result<Duration, Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.wait(attempt, now).map_or(Ok(()), Err)?;
        let delay = if attempt.device.is_some() { Duration::ZERO } else { state.pace(attempt.source, now)? };
        for (key, _) in attempt.counts() {
            let known = state.counts.get(&key).filter(|count| now.saturating_sub(count.last) < FORGET_AFTER);
            let attempts = known.map_or(0, |count| count.attempts).saturating_add(1);
            make_room(&mut state.counts, &key, |count| count.last);
            state.counts.insert(key, Count { attempts, last: now });
        }
        Ok(delay)
    }

    /// Notes that the password was right: the count of its place starts again, and the account's forgets this attempt.
    pub fn succeeded(&self, attempt: &Attempt) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in attempt.counts() {
            match (&key, state.counts.get_mut(&key)) {
                (Key::Account(_), Some(count)) => count.attempts = count.attempts.saturating_sub(1),
                _ => drop(state.counts.remove(&key)),
            }
        }
    }

    /// How long the next such attempt has to wait, if it has to.
    pub fn wait(&self, attempt: &Attempt, now: Duration) -> Option<Duration> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).wait(attempt, now)
    }
}

impl State {
    fn wait(&self, attempt: &Attempt, now: Duration) -> Option<Duration> {
        let waits = attempt.counts().filter_map(|(key, limit)| self.counts.get(&key)?.free_at(limit).checked_sub(now));
        waits.filter(|wait| !wait.is_zero()).max()
    }

    /// Takes the next place in the source's row.
    fn pace(&mut self, source: Source, now: Duration) -> Result<Duration, Duration> {
        make_room(&mut self.paces, &source, |until| *until);
        let until = self.paces.entry(source).or_default();
        let next = (*until).max(now);
        // What is ahead of it beyond the burst.
        let delay = next.saturating_sub(now).saturating_sub(SOURCE_PACE * (SOURCE_BURST - 1));
        if delay > SOURCE_DELAY_MAX {
            return Err(delay.saturating_sub(SOURCE_DELAY_MAX).max(Duration::from_secs(1)));
        }
        *until = next.saturating_add(SOURCE_PACE);
        Ok(delay)
    }
}

/// Removes the oldest entry if there is no room for a new one.
fn make_room<K: Clone + Eq + std::hash::Hash, V>(entries: &mut HashMap<K, V>, new: &K, age: impl Fn(&V) -> Duration) {
    if entries.len() >= COUNTS_MAX && !entries.contains_key(new) {
        let oldest = entries.iter().min_by_key(|(_, entry)| age(entry)).map(|(key, _)| key.clone());
        oldest.and_then(|oldest| entries.remove(&oldest));
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    const ADA: &str = "ada@example.com";

    fn source(last: u8) -> Source {
        Source::of(IpAddr::from([192, 0, 2, last]))
    }

    fn from(last: u8) -> Attempt {
        Attempt::new(ADA, source(last), None)
    }

    fn at(seconds: u64) -> Duration {
        // Not at zero: a clock starts anywhere.
        Duration::from_secs(1_000_000 + seconds)
    }

    fn fail(throttle: &Throttle, attempt: &Attempt, times: u32, now: Duration) {
        for _ in 0..times {
            throttle.begin(attempt, now).unwrap();
        }
    }

    #[test]
    fn after_five_attempts_the_wait_grows_up_to_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        fail(&throttle, &from(1), 5, at(0));
        let mut now = at(0);
        for wait in [30, 60, 120, 240, 480, 900, 900] {
            let wait = Duration::from_secs(wait);
            assert_eq!(throttle.begin(&from(1), now), Err(wait));
            let rest = Duration::from_millis(1);
            let almost = (now + wait).saturating_sub(rest);
            assert_eq!(throttle.begin(&from(1), almost), Err(rest), "refused attempts don't prolong it");
            now += wait;
            assert_eq!(throttle.begin(&from(1), now), Ok(Duration::ZERO));
        }
        fail(&throttle, &from(1), 5, now + FORGET_AFTER);
    }

    #[test]
    fn guesses_make_only_their_own_place_wait() {
        let throttle = Throttle::default();
        let known = Attempt::new(ADA, source(1), Some("her browser".into()));
        // A day of guessing from one source, as fast as it may.
        let mut now = at(0);
        while now < at(24 * 3_600) {
            now += throttle.begin(&from(1), now).err().unwrap_or_default();
        }
        assert!(throttle.begin(&from(1), now.saturating_sub(Duration::from_millis(1))).is_err());
        assert_eq!(throttle.begin(&known, now), Ok(Duration::ZERO), "her browser, although at the same address");
        assert_eq!(throttle.begin(&from(2), now), Ok(Duration::ZERO), "another address");
        let other = Attempt::new("bob@example.com", source(1), None);
        assert_eq!(throttle.begin(&other, now), Ok(Duration::ZERO), "another account");
    }

    #[test]
    fn a_known_browser_can_not_guess_on_and_on_either() {
        let throttle = Throttle::default();
        let known = Attempt::new(ADA, source(1), Some("her browser".into()));
        fail(&throttle, &known, 5, at(0));
        assert_eq!(throttle.begin(&known, at(0)), Err(Duration::from_secs(30)));
        assert_eq!(throttle.wait(&known, at(10)), Some(Duration::from_secs(20)));
        let its_copy_elsewhere = Attempt::new(ADA, source(2), Some("her browser".into()));
        assert!(throttle.begin(&its_copy_elsewhere, at(0)).is_err());
    }

    #[test]
    fn guessing_from_many_sources_is_slowed_but_not_for_known_browsers() {
        let throttle = Throttle::default();
        for guess in 0..50_u8 {
            fail(&throttle, &from(guess), 1, at(0));
        }
        assert_eq!(throttle.begin(&from(200), at(0)), Err(Duration::from_secs(30)));
        let known = Attempt::new(ADA, source(200), Some("her browser".into()));
        assert_eq!(throttle.begin(&known, at(0)), Ok(Duration::ZERO));
    }

    #[test]
    fn the_right_password_starts_again() {
        let throttle = Throttle::default();
        fail(&throttle, &from(1), 4, at(0));
        throttle.begin(&from(1), at(0)).unwrap();
        throttle.succeeded(&from(1));
        assert_eq!(throttle.wait(&from(1), at(0)), None);
        fail(&throttle, &from(1), 5, at(0));
        // Who signs in often doesn't use up the account's limit.
        for second in 600..800 {
            throttle.begin(&from(2), at(second)).unwrap();
            throttle.succeeded(&from(2));
        }
        assert_eq!(throttle.wait(&from(3), at(800)), None);
    }

    #[test]
    fn many_accounts_from_one_source_come_one_after_the_other_and_too_many_are_refused() {
        let throttle = Throttle::default();
        let spray = |guess: u32| throttle.begin(&Attempt::new(&format!("{guess}@example.com"), source(1), None), at(0));
        let results: Vec<_> = (0..200).map(spray).collect();
        let (at_once, later): (Vec<_>, Vec<_>) = results.into_iter().partition(|result| *result == Ok(Duration::ZERO));
        assert_eq!(at_once.len(), 20);
        let delays: Vec<_> = later.iter().map_while(|result| result.ok()).collect();
        assert_eq!((delays[0], delays[1], delays.len()), (Duration::from_millis(250), Duration::from_millis(500), 120));
        assert!(later[delays.len()..].iter().all(Result::is_err));
        let other = Attempt::new(ADA, source(2), None);
        assert_eq!(throttle.begin(&other, at(0)), Ok(Duration::ZERO), "another source isn't slowed");
        let known = Attempt::new(ADA, source(1), Some("her browser".into()));
        assert_eq!(throttle.begin(&known, at(0)), Ok(Duration::ZERO), "nor a known browser");
        assert_eq!(throttle.begin(&from(1), at(40)), Ok(Duration::ZERO), "and it is over soon");
    }

    #[test]
    fn many_accounts_neither_reset_a_count_nor_fill_the_memory() {
        let throttle = Throttle::default();
        let moment = |count: usize| Duration::from_millis(count.try_into().unwrap());
        for account in 0..COUNTS_MAX {
            let source = Source::of(IpAddr::from(u32::try_from(account).unwrap().to_be_bytes()));
            throttle.begin(&Attempt::new(&format!("{account}@example.com"), source, None), moment(account)).unwrap();
        }
        let now = moment(COUNTS_MAX);
        fail(&throttle, &from(1), 5, now);
        throttle.begin(&Attempt::new(&"x".repeat(100_000), source(2), None), now).unwrap();
        assert!(throttle.begin(&from(1), now).is_err());
        let state = throttle.state.lock().unwrap();
        assert_eq!((state.counts.len(), state.paces.len()), (COUNTS_MAX, COUNTS_MAX));
        let length = |key: &Key| match key {
            Key::Device(account, _) | Key::Source(account, _) | Key::Account(account) => account.len(),
        };
        assert!(state.counts.keys().all(|key| length(key) <= ADDRESS_MAX));
    }
}
