//! Fetches Catena's list of subscriptions in one go, and then the figures of each, a few at a time.

use domain::subscription::{Attempt, DeliveryMetrics, Periods, oldest_dead};
use futures::{StreamExt as _, stream};
use uuid::Uuid;

use crate::{
    services::subscriptions::{
        error::SubscriptionError,
        service::{Subscriptions, seen},
    },
    store::{Measured, SeenSubscription},
};
use catena::{self, CatenaError, LogFilter, SubscriptionMetrics};

/// Calls to Catena at the same time.
const CONCURRENCY: usize = 4;
/// The most log lines to read to find out the age of dead letters.
const LINES_MAX: usize = 2_000;
/// Log lines per page.
const PAGE_SIZE: u16 = 1_000;

impl Subscriptions {
    /// Fetches the list and the figures of each subscription, and stores them, or else why that failed.
    #[tracing::instrument(skip_all)]
    pub async fn refresh(&self) -> Result<(), SubscriptionError> {
        let outcome = self.fetch().await;
        let problem = match &outcome {
            Ok(problem) => problem.clone(),
            Err(SubscriptionError::Store(_)) => return outcome.map(drop),
            Err(error) => Some(error.explain()),
        };
        self.store.put_look(self.clock.now(), problem.as_deref()).await?;
        outcome.map(drop)
    }

    /// Returns what can't be read, in words.
    async fn fetch(&self) -> Result<Option<String>, SubscriptionError> {
        let (listed, problem) = {
            let _guard = self.write_lock.lock().await;
            self.fetch_list().await?
        };
        let fetches: Vec<_> = listed.iter().map(|one| self.fetch_figures(one.webhook_id)).collect();
        let mut measured = stream::iter(fetches).buffer_unordered(CONCURRENCY);
        while let Some(outcome) = measured.next().await {
            match outcome {
                // It was deleted after the list was fetched.
                Err(SubscriptionError::Catena(CatenaError::NotFound)) => {}
                other => other?,
            }
        }
        Ok(problem)
    }

    /// Fetches the list and stores it. The caller holds `write_lock`. Also returns what can't be read, in words.
    pub(super) async fn fetch_list(&self) -> Result<(Vec<SeenSubscription>, Option<String>), SubscriptionError> {
        let listed = self.catena.subscriptions().await?;
        let problem = listed.unreadable.first().map(|first| {
            let count = listed.unreadable.len();
            tracing::warn!(count, %first, "the list of subscriptions has records that can't be read");
            format!("Some of Catena’s subscriptions can’t be read and are missing here: {count}; the first is {first}.")
        });
        let listed: Vec<_> = listed.iter().map(seen).collect();
        self.store.put_seen(&listed).await?;
        Ok((listed, problem))
    }

    /// Fetches the figures of one subscription and stores them.
    pub(super) async fn fetch_figures(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let figures = figures(&self.catena.subscription_metrics(id).await?);
        let oldest_dead = if figures.dead_letters > 0 {
            oldest_dead(self.fetch_attempts(id).await?, figures.dead_letters)
        } else {
            None
        };
        let measured = Measured { figures, oldest_dead, at: self.clock.now() };
        Ok(self.store.put_measured(id, &measured).await?)
    }

    /// The newest lines of its delivery log.
    async fn fetch_attempts(&self, id: Uuid) -> Result<Vec<Attempt>, CatenaError> {
        let mut pages = self.catena.subscription_logs(id, &LogFilter::default()).of_size(PAGE_SIZE);
        let mut attempts = Vec::new();
        while attempts.len() < LINES_MAX {
            let Some(page) = pages.next().await? else { break };
            attempts.extend(page.into_iter().filter_map(|line| {
                let status_code = line.status_code.unwrap_or_default();
                Some(Attempt { message: line.message_id?, at: line.created_at, status_code })
            }));
        }
        // Catena doesn't document an order.
        attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.at));
        Ok(attempts)
    }
}

fn figures(metrics: &SubscriptionMetrics) -> DeliveryMetrics {
    let periods =
        |of: catena::Periods| Periods { six_hours: of.six_hours, day: of.day, week: of.week, fortnight: of.fortnight };
    DeliveryMetrics {
        attempts: periods(metrics.http_attempts),
        successes: periods(metrics.http_success_attempts),
        failures: periods(metrics.http_failure_attempts),
        messages: periods(metrics.message_count),
        delivered: periods(metrics.message_success_count),
        success_percent: periods(metrics.success_rate),
        response_ms: periods(metrics.avg_response_time_ms),
        weighted: metrics.ewma_success_rate,
        dead_letters: metrics.dlq_count,
    }
}
