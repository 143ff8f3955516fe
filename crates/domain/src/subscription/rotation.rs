//! How long a secret is accepted after another one took its place.
//!
//! Catena signs with the new one at once (WEBHOOKS.md 5.4), so this is about deliveries that were signed before: those under
//! way and their retries (within about 5 seconds, 4.2), seen through clocks that may be five minutes apart either way (3.3).
//! Whether a dead letter is signed anew when its queue is replayed is not told (4.3), and a queue holds it for 14 days.

use time::Duration;

const RETRIES: Duration = Duration::seconds(5);
const CLOCKS: Duration = Duration::minutes(10);
const QUEUE: Duration = Duration::days(14);

/// What is to become of the secret that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldSecret {
    /// Nobody else knows it: it is accepted until nothing that it signed can come any more.
    Kept,
    /// Somebody else may know it: it is accepted for what is under way, and no longer.
    Leaked,
}

/// How long the old secret is accepted after the new one took its place.
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
