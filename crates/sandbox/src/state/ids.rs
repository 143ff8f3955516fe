//! Event ids: version 7 UUIDs that sort in the order of the events, even within a millisecond.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use platform::random::Random;

/// An event this many milliseconds older than the latest one belongs to the past; less may be jitter of the clock.
const PAST: u64 = 1_000;

/// Generates event ids. Within a millisecond, or when the clock jitters, the 12 bits after the time count up (RFC 9562,
/// 6.2).
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EventIds {
    millis: u64,
    count: u16,
    /// The last millisecond of the past that an id was generated for, and that id's count.
    past: (u64, u16),
}

impl EventIds {
    /// The next id. It is greater than all earlier ones, unless `now` is in the past, as in stories: then it is greater
    /// than the earlier ids of the same millisecond.
    pub(crate) fn next(&mut self, now: OffsetDateTime, random: &(dyn Random + 'static)) -> Uuid {
        let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        if millis.saturating_add(PAST) < self.millis {
            let count = if self.past.0 == millis { self.past.1.saturating_add(1).min(0x0fff) } else { 0 };
            self.past = (millis, count);
            return id(millis, count, random);
        }
        if millis > self.millis {
            (self.millis, self.count) = (millis, 0);
        } else if self.count == 0x0fff {
            (self.millis, self.count) = (self.millis + 1, 0);
        } else {
            self.count += 1;
        }
        id(self.millis, self.count, random)
    }
}

fn id(millis: u64, count: u16, random: &(dyn Random + 'static)) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    bytes[..2].copy_from_slice(&count.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::random::SeededRandom;

    #[test]
    fn ids_sort_as_they_were_made_even_when_the_clock_stands_or_goes_back() {
        let random = SeededRandom::new(7);
        let mut ids = EventIds::default();
        let now = domain::timestamp::from_micros(1_772_463_611_402_000);
        let mut last = ids.next(now, &random);
        assert_eq!(domain::timestamp::of_uuid(last), Some(now));
        for step in 0..5_000 {
            let id = ids.next(now - time::Duration::milliseconds(step % 3), &random);
            assert!(id > last && id.get_version_num() == 7);
            last = id;
        }
        let past = now - time::Duration::days(3);
        let (first, second) = (ids.next(past, &random), ids.next(past, &random));
        assert_eq!(domain::timestamp::of_uuid(first), Some(past), "the past keeps its own time");
        assert!(second > first, "and its own order");
        assert!(ids.next(now, &random) > last);
    }
}
