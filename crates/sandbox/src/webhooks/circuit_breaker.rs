//! The circuit breaker: turns off a subscription whose receiver fails too often (WEBHOOKS.md 4.4).
//!
//! Choices: it counts deliveries, not attempts, of the last six hours; only 2xx is a success, as in the metrics; creating,
//! updating, or activating a subscription restarts the count; it checks when a delivery ends and when the clock is moved.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::state::{
    change::Change,
    records::{Subscription, SubscriptionStatus},
};

/// How far back it looks. The documents disagree; this is from an older one.
const WINDOW: Duration = Duration::hours(6);

/// How long after its creation or last update a subscription isn't checked.
const GRACE_PERIOD: Duration = Duration::minutes(15);

/// Weight of the latest delivery. After only successes, three failures in a row fall below [`HEALTHY_RATE`], two don't.
const LATEST_WEIGHT: f64 = 0.02;

/// A busy subscription with a lower weighted success rate is turned off.
const HEALTHY_RATE: f64 = 0.95;

/// The exponentially weighted success rate of deliveries, oldest first, from 0 to 1. `None` without a delivery.
pub(crate) fn weighted_success_rate(outcomes: &[bool]) -> Option<f64> {
    let value = |outcome: &bool| f64::from(u8::from(*outcome));
    outcomes.iter().map(value).reduce(|average, value| average + LATEST_WEIGHT * (value - average))
}

/// The time since which deliveries count.
pub(crate) fn counted_since(subscription: &Subscription, now: OffsetDateTime) -> OffsetDateTime {
    subscription.updated_at.max(now.saturating_sub(WINDOW))
}

/// Whether these outcomes, oldest first, turn a subscription off. There are three tiers, by the number of deliveries.
fn trips(outcomes: &[bool]) -> bool {
    let good = outcomes.iter().filter(|outcome| **outcome).count();
    match outcomes.len() {
        50.. => weighted_success_rate(outcomes).is_some_and(|rate| rate < HEALTHY_RATE),
        20..=49 => good * 100 < outcomes.len() * 80,
        _ => outcomes.iter().rev().take_while(|outcome| !**outcome).count() >= 10,
    }
}

impl Change<'_> {
    /// Turns the subscription off if its receiver failed too often. Its pending deliveries become dead letters, and other
    /// subscriptions are notified.
    pub(crate) fn check_breaker(&mut self, id: Uuid) {
        let now = self.now;
        let Some(subscription) = self.state.subscriptions.get_mut(&id) else { return };
        if subscription.status != SubscriptionStatus::Active
            || now < subscription.updated_at.saturating_add(GRACE_PERIOD)
        {
            return;
        }
        let outcomes = self.state.deliveries.outcomes(id, counted_since(subscription, now));
        if !trips(&outcomes) {
            return;
        }
        subscription.status = SubscriptionStatus::Stale;
        let subscription = subscription.clone();
        self.state.deliveries.kill_pending(id, now);
        self.emit_subscription("webhook.staled", &subscription);
    }

    /// Checks every subscription and drops old deliveries. Called after business time was moved.
    pub(crate) fn check_breakers(&mut self) {
        self.state.deliveries.prune(self.now);
        let ids: Vec<_> = self.state.subscriptions.keys().copied().collect();
        for id in ids {
            self.check_breaker(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tier_has_its_own_rule() {
        let outcomes = |good: usize, bad: usize| [vec![true; good], vec![false; bad]].concat();
        let table = [
            // Under 20: ten failures in a row.
            (outcomes(0, 9), false),
            (outcomes(0, 10), true),
            (outcomes(9, 10), true),
            ([outcomes(0, 9), outcomes(1, 9)].concat(), false),
            // 20 to 49: fewer than four of five.
            (outcomes(16, 4), false),
            (outcomes(15, 5), true),
            (outcomes(39, 10), true),
            // From 50 on: weighted, so that the latest count most.
            (outcomes(50, 2), false),
            (outcomes(50, 3), true),
            ([outcomes(0, 30), outcomes(200, 0)].concat(), false),
        ];
        for (outcomes, want) in table {
            assert_eq!(trips(&outcomes), want, "{outcomes:?}");
        }
    }

    #[test]
    fn the_weighted_rate_is_a_fraction_and_none_without_deliveries() {
        assert_eq!(weighted_success_rate(&[]), None);
        assert_eq!(weighted_success_rate(&[true, true]), Some(1.0));
        assert!(weighted_success_rate(&[true, false]).is_some_and(|rate| (rate - 0.98).abs() < 1e-9));
    }
}
