//! Retries, dead letters, and the log of attempts (WEBHOOKS.md 4 and 7). Only the rules: `background/sender.rs` makes the
//! requests.

use std::{collections::VecDeque, time::Duration};

use time::OffsetDateTime;
use uuid::Uuid;

use crate::state::deliveries::{Attempt, AttemptOutcome, Deliveries, Delivery};

/// How long dead letters and logs are kept (WEBHOOKS.md 4.3 and 5.7).
const RETENTION: time::Duration = time::Duration::days(14);

/// The most attempts in the log. A choice: it keeps the file small under load.
const LOG_LIMIT: usize = 5_000;

impl AttemptOutcome {
    /// Any status below 500 counts as delivered, even a 404 (WEBHOOKS.md 4.1).
    pub(crate) fn is_delivered(self) -> bool {
        matches!(self, Self::Status(status) if status < 500)
    }

    /// The metrics and the log count only 2xx as a success (WEBHOOKS.md 5.6).
    pub(crate) fn is_success(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }

    /// The status in the log. A choice: 0 if there was no answer, because the field isn't nullable.
    pub(crate) fn status_code(self) -> u16 {
        if let Self::Status(status) = self { status } else { 0 }
    }
}

/// What happens to a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextAttempt {
    None,
    After(Duration),
}

impl Deliveries {
    /// Queues a delivery.
    pub(crate) fn add(&mut self, delivery: Delivery) {
        self.queue.push_back(delivery.id);
        self.pending.insert(delivery.id, delivery);
    }

    /// Makes a delivery a dead letter.
    pub(crate) fn add_dead_letter(&mut self, delivery: Delivery, now: OffsetDateTime) {
        self.dead.insert(delivery.id, Delivery { died_at: Some(now), ..delivery });
    }

    /// Makes all pending deliveries of a subscription dead letters.
    pub(crate) fn kill_pending(&mut self, subscription_id: Uuid, now: OffsetDateTime) {
        let ids: Vec<_> =
            self.pending.values().filter(|one| one.subscription_id == subscription_id).map(|one| one.id).collect();
        for id in ids {
            if let Some(delivery) = self.pending.remove(&id) {
                self.add_dead_letter(delivery, now);
            }
        }
    }

    /// Queues everything that is pending. Called at the start.
    pub(crate) fn queue_pending(&mut self) {
        let mut waiting: Vec<_> = self.pending.values().map(|delivery| (delivery.event_id, delivery.id)).collect();
        waiting.sort_unstable();
        self.queue = waiting.into_iter().map(|(_, id)| id).collect();
    }

    /// Removes and returns what is queued.
    pub(crate) fn take_queue(&mut self) -> VecDeque<Uuid> {
        std::mem::take(&mut self.queue)
    }

    /// How long a delivery is held back before its first attempt.
    pub(crate) fn initial_delay(&self, id: Uuid) -> Duration {
        let fresh = self.pending.get(&id).filter(|delivery| delivery.attempts == 0);
        fresh.map_or(Duration::ZERO, |delivery| Duration::from_millis(delivery.delay_ms))
    }

    /// Counts a new attempt and returns the delivery. `None` if it's no longer pending.
    pub(crate) fn start_attempt(&mut self, id: Uuid) -> Option<Delivery> {
        let delivery = self.pending.get_mut(&id)?;
        delivery.attempts += 1;
        delivery.tries += 1;
        Some(delivery.clone())
    }

    /// Records how an attempt of the delivery `id` ended. When no wait is left, the delivery becomes a dead letter.
    pub(crate) fn finish_attempt(&mut self, id: Uuid, attempt: Attempt, waits: &[Duration]) -> NextAttempt {
        let (outcome, now) = (attempt.outcome, attempt.at);
        let next = self.settle(id, outcome, now, waits);
        let counts = attempt.counts && next == NextAttempt::None;
        let number = self.attempts.last_key_value().map_or(0, |(number, _)| number + 1);
        self.attempts.insert(number, Attempt { counts, ..attempt });
        self.prune(now);
        next
    }

    fn settle(&mut self, id: Uuid, outcome: AttemptOutcome, now: OffsetDateTime, waits: &[Duration]) -> NextAttempt {
        if outcome.is_delivered() {
            // During the request, the subscription may have gone stale, which makes its deliveries dead letters.
            if self.pending.remove(&id).is_some() || self.dead.remove(&id).is_some() {
                self.delivered += 1;
            }
            return NextAttempt::None;
        }
        let Some(delivery) = self.pending.get(&id) else { return NextAttempt::None };
        let wait = usize::try_from(delivery.tries).ok().and_then(|tries| waits.get(tries.saturating_sub(1)));
        if let Some(wait) = wait {
            return NextAttempt::After(*wait);
        }
        if let Some(delivery) = self.pending.remove(&id) {
            self.add_dead_letter(delivery, now);
        }
        NextAttempt::None
    }

    /// How a subscription's deliveries ended since `since`, oldest first: true for a success. Leaves out deliveries that
    /// the sandbox made unacceptable on purpose.
    pub(crate) fn outcomes(&self, subscription_id: Uuid, since: OffsetDateTime) -> Vec<bool> {
        let own = |one: &&Attempt| one.counts && one.subscription_id == subscription_id && one.at >= since;
        self.attempts.values().filter(own).map(|one| one.outcome.is_success()).collect()
    }

    /// How many dead letters a subscription has.
    pub(crate) fn dead_letter_count(&self, subscription_id: Uuid) -> usize {
        self.dead.values().filter(|delivery| delivery.subscription_id == subscription_id).count()
    }

    /// Queues a subscription's dead letters again, oldest event first. A choice: they get all their retries again.
    pub(crate) fn replay(&mut self, subscription_id: Uuid) {
        let own: Vec<_> = self.dead.values().filter(|one| one.subscription_id == subscription_id).collect();
        let mut ids: Vec<_> = own.iter().map(|delivery| (delivery.event_id, delivery.id)).collect();
        ids.sort_unstable();
        for (_, id) in ids {
            if let Some(delivery) = self.dead.remove(&id) {
                self.add(Delivery { tries: 0, died_at: None, ..delivery });
            }
        }
    }

    /// Drops the pending deliveries and dead letters of a deleted subscription.
    pub(crate) fn remove_subscription(&mut self, subscription_id: Uuid) {
        self.pending.retain(|_, delivery| delivery.subscription_id != subscription_id);
        self.dead.retain(|_, delivery| delivery.subscription_id != subscription_id);
    }

    /// Drops what is older than [`RETENTION`], and the oldest log entries beyond the limit.
    pub(crate) fn prune(&mut self, now: OffsetDateTime) {
        let oldest = now.saturating_sub(RETENTION);
        self.dead.retain(|_, delivery| delivery.died_at.is_none_or(|at| at >= oldest));
        while self.attempts.len() > LOG_LIMIT
            || self.attempts.first_key_value().is_some_and(|(_, attempt)| attempt.at < oldest)
        {
            self.attempts.pop_first();
        }
    }
}
