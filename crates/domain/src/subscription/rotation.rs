//! How long a replaced secret is still accepted.
//!
//! Catena signs with the new one at once (WEBHOOKS.md 5.4), so this is about deliveries signed before: those in flight and their
//! retries (within about 5 seconds, 4.2), seen through clocks that may differ by five minutes either way (3.3). Whether a
//! dead letter is signed again when its queue is replayed is not documented (4.3), and a queue keeps it for 14 days.

use time::Duration;

const RETRIES: Duration = Duration::seconds(5);
const CLOCKS: Duration = Duration::minutes(10);
const QUEUE: Duration = Duration::days(14);

/// What happens to a replaced secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldSecret {
    /// Nobody else knows it: it is accepted until nothing it signed can arrive anymore.
    Kept,
    /// Somebody else may know it: it is accepted only for deliveries in flight.
    Leaked,
}

/// How long the old secret is accepted after it was replaced.
pub fn accepted_for(old: OldSecret) -> Duration {
    match old {
        OldSecret::Kept => QUEUE + RETRIES + CLOCKS,
        OldSecret::Leaked => RETRIES + CLOCKS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_secret_outlives_the_queue_unless_it_leaked() {
        assert!(accepted_for(OldSecret::Kept) > Duration::days(14) + Duration::minutes(10));
        assert!(accepted_for(OldSecret::Leaked) > Duration::minutes(10));
        assert!(accepted_for(OldSecret::Leaked) < Duration::minutes(11));
    }
}
