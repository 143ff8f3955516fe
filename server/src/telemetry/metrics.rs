//! What Onramp counts and times, for `/metrics` (Prometheus text format). Labels are words of ours from short lists: never an
//! id, a name or anything that came from outside.

use std::{sync::Arc, time::Duration as StdDuration};

use domain::events::delivery::DeliveryState;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use time::Duration;

use crate::store::{Expired, InboxState};

/// All metrics. Copies count into the same ones.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    answers: Family<Answer, Counter>,
    answer_time: Histogram,
    commit_size: Histogram,
    processed: Family<State, Counter>,
    lag: Histogram,
    waiting: Gauge,
    oldest: Gauge,
    put_aside: Family<State, Gauge>,
    expired: Family<State, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

impl From<DeliveryState> for State {
    fn from(state: DeliveryState) -> Self {
        Self { state: state.name() }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        // From half a millisecond to half a minute.
        let times = || Histogram::new(exponential_buckets(0.000_5, 2.0, 17));
        let mut registry = Registry::with_prefix("onramp");
        let answers = Family::<Answer, Counter>::default();
        let (answer_time, lag) = (times(), times());
        let commit_size = Histogram::new(exponential_buckets(1.0, 2.0, 11));
        let (processed, put_aside, expired) =
            (Family::<State, Counter>::default(), Family::<State, Gauge>::default(), Family::<State, Gauge>::default());
        let (waiting, oldest) = (Gauge::default(), Gauge::default());
        registry.register(
            "webhook_answers",
            "Webhook requests, by the status they were answered with",
            answers.clone(),
        );
        registry.register_with_unit(
            "webhook_answer",
            "From a webhook's headers to its answer",
            Unit::Seconds,
            answer_time.clone(),
        );
        registry.register("inbox_commit_deliveries", "Deliveries made durable by one commit", commit_size.clone());
        registry.register(
            "deliveries_processed",
            "Deliveries whose processing ended, by what became of them",
            processed.clone(),
        );
        registry.register_with_unit(
            "processing_lag",
            "From a delivery's arrival to the end of its processing",
            Unit::Seconds,
            lag.clone(),
        );
        registry.register("inbox_waiting", "Deliveries to be processed", waiting.clone());
        registry.register_with_unit(
            "inbox_oldest",
            "Age of the oldest delivery to be processed",
            Unit::Seconds,
            oldest.clone(),
        );
        registry.register("deliveries_put_aside", "Deliveries that wait for a person, by why", put_aside.clone());
        registry.register(
            "deliveries_expired",
            "Deliveries removed for their age or number, by state",
            expired.clone(),
        );
        Self(Arc::new(Inner {
            registry,
            answers,
            answer_time,
            commit_size,
            processed,
            lag,
            waiting,
            oldest,
            put_aside,
            expired,
        }))
    }
}

impl Metrics {
    /// A webhook request was answered.
    pub fn answered(&self, status: u16, took: StdDuration) {
        self.0.answers.get_or_create(&Answer { status }).inc();
        self.0.answer_time.observe(took.as_secs_f64());
    }

    /// Deliveries were made durable by one commit.
    #[expect(clippy::cast_precision_loss, reason = "a commit holds at most some thousand")]
    pub fn committed(&self, deliveries: usize) {
        self.0.commit_size.observe(deliveries as f64);
    }

    /// A delivery's processing ended, `lag` after it came.
    pub fn processed(&self, state: DeliveryState, lag: Duration) {
        self.0.processed.get_or_create(&state.into()).inc();
        self.0.lag.observe(lag.as_seconds_f64().max(0.0));
    }

    /// All of it as text, with how the inbox stands at this moment; `oldest` is the age of the oldest delivery to be
    /// processed.
    pub fn text(&self, inbox: &InboxState, oldest: Duration, expired: &[Expired]) -> Result<String, std::fmt::Error> {
        let inner = &self.0;
        inner.waiting.set(inbox.waiting.into());
        inner.oldest.set(oldest.whole_seconds());
        for (state, count) in [(DeliveryState::Parked, inbox.parked), (DeliveryState::Quarantined, inbox.quarantined)] {
            inner.put_aside.get_or_create(&state.into()).set(count.into());
        }
        for row in expired {
            inner.expired.get_or_create(&row.state.into()).set(i64::try_from(row.count).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        encode(&mut text, &inner.registry)?;
        Ok(text)
    }
}
