//! Deliveries: what waits, what is retried, what is dead, and the log of attempts (WEBHOOKS.md 4 and 7). Rules only; the
//! requests are made in `sending`.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{state::rfc3339, webhooks::fault_injection::Disorder};

/// How long dead letters and logs are kept (WEBHOOKS.md 4.3 and 5.7).
const KEPT: time::Duration = time::Duration::days(14);

/// How many attempts the log holds at most, so that the file stays small under load: a choice.
const LOG_LIMIT: usize = 5_000;

/// One event on its way to one subscription.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) id: Uuid,
    pub(crate) subscription_id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) event_name: String,
    pub(crate) version: String,
    #[serde(with = "rfc3339")]
    pub(crate) event_at: OffsetDateTime,
    pub(crate) data: Vec<Value>,
    /// Attempts made so far, replays included: the number keeps growing.
    pub(crate) attempts: u32,
    /// Attempts made since it was queued or replayed.
    pub(crate) tries: u32,
    #[serde(with = "rfc3339::option")]
    pub(crate) died_at: Option<OffsetDateTime>,
    /// What is wrong with it on purpose.
    #[serde(default)]
    pub(crate) disorders: BTreeSet<Disorder>,
    /// How long it is held back before the first attempt.
    #[serde(default)]
    pub(crate) held_ms: u64,
}

/// One attempt, as the log and the metrics need it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) id: Uuid,
    pub(crate) subscription_id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) event_name: String,
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) answer: Answer,
    pub(crate) response_time_ms: u64,
    /// Whether it decided what became of the delivery, and the receiver could have taken it: such attempts are what the
    /// circuit breaker counts.
    #[serde(default = "yes")]
    pub(crate) counts: bool,
}

fn yes() -> bool {
    true
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The receiver answered with this status.
    Status(u16),
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    Unreachable,
}

impl Answer {
    /// Anything below 500 counts as delivered, a 404 too (WEBHOOKS.md 4.1).
    pub(crate) fn delivered(self) -> bool {
        matches!(self, Self::Status(status) if status < 500)
    }

    /// The metrics and the log count 2xx alone as success (WEBHOOKS.md 5.6).
    pub(crate) fn successful(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }

    /// For the log; 0 where there was no answer: a choice, the field is not nullable.
    pub(crate) fn status_code(self) -> u16 {
        if let Self::Status(status) = self { status } else { 0 }
    }
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Done,
    RetryAfter(Duration),
}

/// All deliveries of a sandbox.
#[derive(Default)]
pub(crate) struct Deliveries {
    pub(crate) pending: BTreeMap<Uuid, Delivery>,
    pub(crate) dead: BTreeMap<Uuid, Delivery>,
    pub(crate) delivered: u64,
    /// Numbered, oldest first.
    pub(crate) attempts: BTreeMap<u64, Attempt>,
    /// Pending ones that no task has taken up yet.
    pub(crate) queue: VecDeque<Uuid>,
}

impl Deliveries {
    /// Queues a delivery.
    pub(crate) fn add(&mut self, delivery: Delivery) {
        self.queue.push_back(delivery.id);
        self.pending.insert(delivery.id, delivery);
    }

    /// Puts a delivery to the dead letters.
    pub(crate) fn bury(&mut self, delivery: Delivery, now: OffsetDateTime) {
        self.dead.insert(delivery.id, Delivery { died_at: Some(now), ..delivery });
    }

    /// Puts all that waits for a subscription to the dead letters: it gets nothing more.
    pub(crate) fn bury_pending(&mut self, subscription_id: Uuid, now: OffsetDateTime) {
        let ids: Vec<_> =
            self.pending.values().filter(|one| one.subscription_id == subscription_id).map(|one| one.id).collect();
        for id in ids {
            if let Some(delivery) = self.pending.remove(&id) {
                self.bury(delivery, now);
            }
        }
    }

    /// Queues everything that is pending: after a start.
    pub(crate) fn requeue(&mut self) {
        let mut waiting: Vec<_> = self.pending.values().map(|delivery| (delivery.event_id, delivery.id)).collect();
        waiting.sort_unstable();
        self.queue = waiting.into_iter().map(|(_, id)| id).collect();
    }

    /// Takes what is queued.
    pub(crate) fn take_queue(&mut self) -> VecDeque<Uuid> {
        std::mem::take(&mut self.queue)
    }

    /// How long a delivery is to be held back before its first attempt.
    pub(crate) fn held(&self, id: Uuid) -> Duration {
        let fresh = self.pending.get(&id).filter(|delivery| delivery.attempts == 0);
        fresh.map_or(Duration::ZERO, |delivery| Duration::from_millis(delivery.held_ms))
    }

    /// Counts a new attempt and gives the delivery as it stands; none when it is no longer wanted.
    pub(crate) fn attempt(&mut self, id: Uuid) -> Option<Delivery> {
        let delivery = self.pending.get_mut(&id)?;
        delivery.attempts += 1;
        delivery.tries += 1;
        Some(delivery.clone())
    }

    /// Notes how an attempt of the delivery `id` ended. After the last wait it becomes a dead letter.
    pub(crate) fn attempted(&mut self, id: Uuid, attempt: Attempt, waits: &[Duration]) -> Next {
        let (answer, now) = (attempt.answer, attempt.at);
        let next = self.conclude(id, answer, now, waits);
        let counts = attempt.counts && next == Next::Done;
        let number = self.attempts.last_key_value().map_or(0, |(number, _)| number + 1);
        self.attempts.insert(number, Attempt { counts, ..attempt });
        self.forget(now);
        next
    }

    fn conclude(&mut self, id: Uuid, answer: Answer, now: OffsetDateTime, waits: &[Duration]) -> Next {
        if answer.delivered() {
            // While it was under way, its subscription may have gone stale and the delivery with it.
            if self.pending.remove(&id).is_some() || self.dead.remove(&id).is_some() {
                self.delivered += 1;
            }
            return Next::Done;
        }
        let Some(delivery) = self.pending.get(&id) else { return Next::Done };
        let wait = usize::try_from(delivery.tries).ok().and_then(|tries| waits.get(tries.saturating_sub(1)));
        if let Some(wait) = wait {
            return Next::RetryAfter(*wait);
        }
        if let Some(delivery) = self.pending.remove(&id) {
            self.bury(delivery, now);
        }
        Next::Done
    }

    /// How the deliveries of a subscription ended since a moment, oldest first: true for an answer of 2xx. Deliveries
    /// that the sandbox itself had spoiled are left out.
    pub(crate) fn outcomes(&self, subscription_id: Uuid, since: OffsetDateTime) -> Vec<bool> {
        let own = |one: &&Attempt| one.counts && one.subscription_id == subscription_id && one.at >= since;
        self.attempts.values().filter(own).map(|one| one.answer.successful()).collect()
    }

    /// Dead letters of a subscription.
    pub(crate) fn dead_of(&self, subscription_id: Uuid) -> usize {
        self.dead.values().filter(|delivery| delivery.subscription_id == subscription_id).count()
    }

    /// Queues the dead letters of a subscription again, oldest event first, with all their tries: a choice.
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

    /// Drops all that waits for a subscription which is gone.
    pub(crate) fn drop_subscription(&mut self, subscription_id: Uuid) {
        self.pending.retain(|_, delivery| delivery.subscription_id != subscription_id);
        self.dead.retain(|_, delivery| delivery.subscription_id != subscription_id);
    }

    /// Drops what is older than 14 days, and the oldest log lines beyond the limit.
    pub(crate) fn forget(&mut self, now: OffsetDateTime) {
        let oldest = now.saturating_sub(KEPT);
        self.dead.retain(|_, delivery| delivery.died_at.is_none_or(|at| at >= oldest));
        while self.attempts.len() > LOG_LIMIT
            || self.attempts.first_key_value().is_some_and(|(_, attempt)| attempt.at < oldest)
        {
            self.attempts.pop_first();
        }
    }
}
