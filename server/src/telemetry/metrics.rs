//! Counters and timings for `/metrics`, in the Prometheus text format. The values of labels come from short, fixed lists: never an
//! id, a name, or anything from outside.

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

/// All metrics. Clones share them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    responses: Family<Response, Counter>,
    not_kept: Counter,
    response_time: Histogram,
    misaddressed: Counter,
    commit_size: Histogram,
    processed: Family<State, Counter>,
    lag: Histogram,
    waiting: Gauge,
    oldest: Gauge,
    stuck: Family<State, Gauge>,
    expired: Family<State, Gauge>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Response {
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
        let responses = Family::<Response, Counter>::default();
        let not_kept = Counter::default();
        let (response_time, lag) = (times(), times());
        let commit_size = Histogram::new(exponential_buckets(1.0, 2.0, 11));
        let (processed, stuck, expired) =
            (Family::<State, Counter>::default(), Family::<State, Gauge>::default(), Family::<State, Gauge>::default());
        let (waiting, oldest) = (Gauge::default(), Gauge::default());
        registry.register("webhook_answers", "Webhook requests, by the status of the response", responses.clone());
        registry.register(
            "webhook_refusals_not_kept",
            "Refused webhook requests that were only counted, because there were too many",
            not_kept.clone(),
        );
        registry.register_with_unit(
            "webhook_answer",
            "From a webhook's headers to the response",
            Unit::Seconds,
            response_time.clone(),
        );
        let misaddressed = Counter::default();
        registry.register(
            "webhooks_misaddressed",
            "Webhook requests to addresses below /webhooks that Onramp doesn't have",
            misaddressed.clone(),
        );
        registry.register("inbox_commit_deliveries", "Deliveries per commit", commit_size.clone());
        registry.register(
            "deliveries_processed",
            "Deliveries whose processing ended, by their final state",
            processed.clone(),
        );
        registry.register_with_unit(
            "processing_lag",
            "From a delivery's arrival to the end of its processing",
            Unit::Seconds,
            lag.clone(),
        );
        registry.register("inbox_waiting", "Deliveries waiting to be processed", waiting.clone());
        registry.register_with_unit(
            "inbox_oldest",
            "Age of the oldest delivery waiting to be processed",
            Unit::Seconds,
            oldest.clone(),
        );
        registry.register("deliveries_put_aside", "Deliveries that need a person, by state", stuck.clone());
        registry.register("deliveries_expired", "Deliveries removed by retention, by state", expired.clone());
        Self(Arc::new(Inner {
            registry,
            responses,
            not_kept,
            response_time,
            misaddressed,
            commit_size,
            processed,
            lag,
            waiting,
            oldest,
            stuck,
            expired,
        }))
    }
}

impl Metrics {
    /// Counts a response to a webhook request.
    pub fn responded(&self, status: u16, took: StdDuration) {
        self.0.responses.get_or_create(&Response { status }).inc();
        self.0.response_time.observe(took.as_secs_f64());
    }

    /// Counts a webhook request to an address that Onramp doesn't have.
    pub fn misaddressed(&self) {
        self.0.misaddressed.inc();
    }

    /// Counts a refused request of which nothing else is kept.
    pub fn not_kept(&self) {
        self.0.not_kept.inc();
    }

    /// Counts a commit of this many deliveries.
    #[expect(clippy::cast_precision_loss, reason = "a commit holds at most some thousand")]
    pub fn committed(&self, deliveries: usize) {
        self.0.commit_size.observe(deliveries as f64);
    }

    /// Counts a delivery whose processing ended, `lag` after its arrival.
    pub fn processed(&self, state: DeliveryState, lag: Duration) {
        self.0.processed.get_or_create(&state.into()).inc();
        self.0.lag.observe(lag.as_seconds_f64().max(0.0));
    }

    /// All metrics as text, with the current state of the inbox. `oldest` is the age of the oldest delivery waiting to be
    /// processed.
    pub fn text(&self, inbox: &InboxState, oldest: Duration, expired: &[Expired]) -> Result<String, std::fmt::Error> {
        let inner = &self.0;
        inner.waiting.set(inbox.waiting.into());
        inner.oldest.set(oldest.whole_seconds());
        for (state, count) in [(DeliveryState::Parked, inbox.parked), (DeliveryState::Quarantined, inbox.quarantined)] {
            inner.stuck.get_or_create(&state.into()).set(count.into());
        }
        for row in expired {
            inner.expired.get_or_create(&row.state.into()).set(i64::try_from(row.count).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        encode(&mut text, &inner.registry)?;
        Ok(text)
    }
}
