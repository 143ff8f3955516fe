//! Asking Catena how the subscriptions stand: the list at once, the figures of each a few at a time.

use domain::subscription::{Attempt, DeliveryMetrics, Periods, oldest_dead};
use futures::{StreamExt as _, stream};
use uuid::Uuid;

use crate::{
    services::subscriptions::{SubscriptionError, Subscriptions, seen},
    store::{Measured, SeenSubscription, StoreError},
};
use catena::{self, CatenaError, LogFilter, SubscriptionMetrics};

/// Calls under way at once.
const AT_ONCE: usize = 4;
/// Lines of a log that are read at most to learn how old dead letters are.
const LINES: usize = 2_000;
/// Lines asked for at once.
const LINES_AT_ONCE: u16 = 1_000;

impl Subscriptions {
    /// Asks for the list and for the figures of each, and keeps them, or why they can't be had.
    pub async fn look(&self) -> Result<(), SubscriptionError> {
        let outcome = self.ask().await;
        let problem = match &outcome {
            Ok(()) => None,
            Err(SubscriptionError::Store(_)) => return outcome,
            Err(error) => Some(error.explain()),
        };
        self.store.put_look(self.clock.now(), problem.as_deref()).await?;
        outcome
    }

    async fn ask(&self) -> Result<(), SubscriptionError> {
        let listed = {
            let _turn = self.one_at_a_time.lock().await;
            self.list().await?
        };
        let asks: Vec<_> = listed.iter().map(|one| self.measure(one.webhook_id)).collect();
        let mut measured = stream::iter(asks).buffer_unordered(AT_ONCE);
        while let Some(outcome) = measured.next().await {
            match outcome {
                // Deleted since it was listed.
                Err(SubscriptionError::Catena(CatenaError::NotFound)) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Asks for the list and keeps it. Whoever calls has the turn.
    pub(crate) async fn list(&self) -> Result<Vec<SeenSubscription>, SubscriptionError> {
        let listed: Vec<_> = self.catena.subscriptions().await?.iter().map(seen).collect();
        self.store.put_seen(&listed).await?;
        Ok(listed)
    }

    /// Asks for the figures of one and keeps them.
    pub(crate) async fn measure(&self, id: Uuid) -> Result<(), SubscriptionError> {
        let figures = figures(&self.catena.subscription_metrics(id).await?);
        let oldest_dead = if figures.dead_letters > 0 {
            let lines = self.lines(id).await?;
            oldest_dead(lines, figures.dead_letters)
        } else {
            None
        };
        let measured = Measured { figures, oldest_dead, at: self.clock.now() };
        let kept: Result<(), StoreError> = self.store.put_measured(id, &measured).await;
        Ok(kept?)
    }

    /// The newest lines of the log.
    async fn lines(&self, id: Uuid) -> Result<Vec<Attempt>, CatenaError> {
        let mut pages = self.catena.subscription_logs(id, &LogFilter::default()).of_size(LINES_AT_ONCE);
        let mut lines = Vec::new();
        while lines.len() < LINES {
            let Some(page) = pages.next().await? else { break };
            lines.extend(page.into_iter().filter_map(|line| {
                let status_code = line.status_code.unwrap_or_default();
                Some(Attempt { message: line.message_id?, at: line.created_at, status_code })
            }));
        }
        // Catena doesn't promise an order.
        lines.sort_by_key(|line| std::cmp::Reverse(line.at));
        Ok(lines)
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
