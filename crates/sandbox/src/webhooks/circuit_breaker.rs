//! The circuit breaker: switches a subscription off whose receiver fails too often (WEBHOOKS.md 4.4).
//!
//! Choices: it counts deliveries, not attempts, and those of the last six hours; only 2xx is a success, as in the metrics;
//! making, updating and activating a subscription starts the count afresh; it looks when a delivery ends and when the
//! clock is moved.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    Change,
    api::subscriptions::{Subscription, SubscriptionStatus},
};

/// How far back it looks. The documents disagree; an older text names these hours.
const WINDOW: Duration = Duration::hours(6);

/// How long after its making or its last update a subscription is left alone.
const GRACE: Duration = Duration::minutes(15);

/// Weight of the newest delivery: three failures in a row after a clean record fall below [`HEALTHY`], two don't.
const NEWEST: f64 = 0.02;

/// The weighted success rate below which a busy subscription is switched off.
const HEALTHY: f64 = 0.95;

/// The exponentially weighted success rate of deliveries, oldest first, as a fraction; none without a delivery.
pub(crate) fn weighted_success(outcomes: &[bool]) -> Option<f64> {
    let value = |outcome: &bool| f64::from(u8::from(*outcome));
    outcomes.iter().map(value).reduce(|average, value| average + NEWEST * (value - average))
}

/// Since when deliveries count.
pub(crate) fn counted_since(subscription: &Subscription, now: OffsetDateTime) -> OffsetDateTime {
    subscription.updated_at.max(now.saturating_sub(WINDOW))
}

/// Whether deliveries that ended like this, oldest first, switch a subscription off: the three tiers.
fn trips(outcomes: &[bool]) -> bool {
    let good = outcomes.iter().filter(|outcome| **outcome).count();
    match outcomes.len() {
        50.. => weighted_success(outcomes).is_some_and(|rate| rate < HEALTHY),
        20..=49 => good * 100 < outcomes.len() * 80,
        _ => outcomes.iter().rev().take_while(|outcome| !**outcome).count() >= 10,
    }
}

impl Change<'_> {
    /// Switches the subscription off if its receiver failed too often: what waits becomes dead letters, and the others
    /// hear of it.
    pub(crate) fn check_breaker(&mut self, id: Uuid) {
        let now = self.now;
        let Some(subscription) = self.state.subscriptions.get_mut(&id) else { return };
        if subscription.status != SubscriptionStatus::Active || now < subscription.updated_at.saturating_add(GRACE) {
            return;
        }
        let outcomes = self.state.deliveries.outcomes(id, counted_since(subscription, now));
        if !trips(&outcomes) {
            return;
        }
        subscription.status = SubscriptionStatus::Stale;
        let subscription = subscription.clone();
        self.state.deliveries.bury_pending(id, now);
        self.emit_webhook("webhook.staled", &subscription);
    }

    /// Looks at every subscription, and drops what is too old: after time went on.
    pub(crate) fn check_breakers(&mut self) {
        self.state.deliveries.forget(self.now);
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
            // From 50 on: weighted, so that the newest count most.
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
        assert_eq!(weighted_success(&[]), None);
        assert_eq!(weighted_success(&[true, true]), Some(1.0));
        assert!(weighted_success(&[true, false]).is_some_and(|rate| (rate - 0.98).abs() < 1e-9));
    }
}
