//! Webhook deliveries: pending ones, dead letters, and the log of attempts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::state::{faults::WebhookFault, rfc3339};

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
    /// Attempts so far. Replays keep counting.
    pub(crate) attempts: u32,
    /// Attempts since it was queued or replayed.
    pub(crate) tries: u32,
    /// When it became a dead letter.
    #[serde(with = "rfc3339::option")]
    pub(crate) died_at: Option<OffsetDateTime>,
    /// What is wrong with it on purpose.
    #[serde(rename = "disorders", default)]
    pub(crate) faults: BTreeSet<WebhookFault>,
    /// How long it is held back before the first attempt, in milliseconds.
    #[serde(rename = "held_ms", default)]
    pub(crate) delay_ms: u64,
}

/// One attempt, with what the log and the metrics show.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) id: Uuid,
    pub(crate) subscription_id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) event_name: String,
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    #[serde(rename = "answer")]
    pub(crate) outcome: AttemptOutcome,
    pub(crate) response_time_ms: u64,
    /// Whether the circuit breaker counts it: it decided the delivery, and the receiver could have accepted it.
    #[serde(default = "yes")]
    pub(crate) counts: bool,
}

fn yes() -> bool {
    true
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttemptOutcome {
    /// The receiver answered with this status.
    Status(u16),
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    Unreachable,
}

/// All deliveries of a sandbox.
#[derive(Default)]
pub(crate) struct Deliveries {
    pub(crate) pending: BTreeMap<Uuid, Delivery>,
    pub(crate) dead: BTreeMap<Uuid, Delivery>,
    /// How many were delivered.
    pub(crate) delivered: u64,
    /// Numbered, oldest first.
    pub(crate) attempts: BTreeMap<u64, Attempt>,
    /// Pending deliveries that no task has picked up yet.
    pub(crate) queue: VecDeque<Uuid>,
}
