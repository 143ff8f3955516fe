//! Metrics and logs of a subscription (WEBHOOKS.md 5.6 and 5.7).

use std::collections::HashSet;

use axum::Json;
use domain::timestamp;
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::{
    api::{
        call::Call,
        paging::{Position, Total, page},
    },
    state::{
        deliveries::{Attempt, AttemptOutcome},
        error::ApiError,
    },
    webhooks::circuit_breaker,
};

const PERIODS: [(&str, Duration); 4] =
    [("6h", Duration::hours(6)), ("24h", Duration::hours(24)), ("7d", Duration::days(7)), ("14d", Duration::days(14))];

/// One figure for each period.
fn figures(attempts: &[&Attempt], now: OffsetDateTime, figure: impl Fn(&[&Attempt]) -> Option<u64>) -> Value {
    let each = PERIODS.map(|(name, length)| {
        let within: Vec<_> =
            attempts.iter().copied().filter(|attempt| attempt.at > now.saturating_sub(length)).collect();
        (name.to_owned(), json!(figure(&within)))
    });
    Value::Object(Map::from_iter(each))
}

fn count(attempts: &[&Attempt], matches: impl Fn(&Attempt) -> bool) -> u64 {
    attempts.iter().filter(|attempt| matches(attempt)).count() as u64
}

fn messages(attempts: &[&Attempt], matches: impl Fn(&Attempt) -> bool) -> u64 {
    attempts.iter().filter(|attempt| matches(attempt)).map(|attempt| attempt.event_id).collect::<HashSet<_>>().len()
        as u64
}

/// In whole percent. `None` for fewer than 200 messages.
fn success_rate(attempts: &[&Attempt]) -> Option<u64> {
    let enough = messages(attempts, |_| true) >= 200;
    enough.then(|| count(attempts, |attempt| attempt.outcome.is_success()) * 100 / attempts.len() as u64)
}

/// `GET …/{webhook_id}/metrics`
pub(crate) async fn metrics(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("webhook:read")?;
    let id = call.id("webhook_id")?;
    call.sandbox.read(|state, now| {
        let subscription = state.subscription(id)?;
        let deliveries = &state.deliveries;
        let counted = deliveries.outcomes(id, circuit_breaker::counted_since(subscription, now));
        let attempts: Vec<_> = deliveries.attempts.values().filter(|attempt| attempt.subscription_id == id).collect();
        let average =
            |of: &[&Attempt]| of.iter().map(|attempt| attempt.response_time_ms).sum::<u64>() / (of.len().max(1) as u64);
        Ok(Json(json!({
            "webhook_id": id,
            "http_attempts": figures(&attempts, now, |of| Some(of.len() as u64)),
            "http_success_attempts": figures(&attempts, now, |of| Some(count(of, |one| one.outcome.is_success()))),
            "http_failure_attempts": figures(&attempts, now, |of| Some(count(of, |one| !one.outcome.is_success()))),
            "message_count": figures(&attempts, now, |of| Some(messages(of, |_| true))),
            "message_success_count": figures(&attempts, now, |of| Some(messages(of, |one| one.outcome.is_delivered()))),
            "success_rate": figures(&attempts, now, success_rate),
            "avg_response_time_ms": figures(&attempts, now, |of| Some(average(of))),
            "ewma_success_rate": circuit_breaker::weighted_success_rate(&counted),
            "dlq_count": deliveries.dead_letter_count(id),
        })))
    })
}

/// One line of the log.
fn show(attempt: &Attempt) -> Value {
    let error_message = match attempt.outcome {
        AttemptOutcome::TimedOut => Some("No answer within 3 seconds".to_owned()),
        AttemptOutcome::Unreachable => Some("Connection failed".to_owned()),
        AttemptOutcome::Status(200..=299) => None,
        AttemptOutcome::Status(status) => Some(format!("HTTP {status}")),
    };
    json!({
        "created_at": timestamp::rfc3339(attempt.at),
        "webhook_id": attempt.subscription_id,
        "message_id": attempt.event_id,
        "event_name": attempt.event_name,
        "status": if attempt.outcome.is_success() { "success" } else { "failed" },
        "status_code": attempt.outcome.status_code(),
        "error_message": error_message,
        "response_time_ms": attempt.response_time_ms,
    })
}

/// `GET …/{webhook_id}/logs`: one line for each attempt, newest first. `message_id` is the event's id.
pub(crate) async fn logs(call: Call) -> Result<Json<Value>, ApiError> {
    call.needs("webhook:read")?;
    let id = call.id("webhook_id")?;
    let request = call.page()?;
    let (from, until) = (call.params.datetime("start_date")?, call.params.datetime("end_date")?);
    let status = call.params.one_of("status", &["success", "failed"])?;
    let matches = |attempt: &&Attempt| {
        attempt.subscription_id == id
            && from.is_none_or(|from| attempt.at >= from)
            && until.is_none_or(|until| attempt.at <= until)
            && status.is_none_or(|status| attempt.outcome.is_success() == (status == "success"))
    };
    call.sandbox.read(|state, _| {
        state.subscription(id)?;
        let found = state.deliveries.attempts.values().filter(matches);
        let rows = found.map(|attempt| (Position::new(attempt.at, attempt.id), attempt));
        Ok(Json(page(rows, &request, Total::Omitted, |attempt| show(attempt))))
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_success_rate_is_a_percentage_that_needs_200_messages() {
        let attempt = |n: u128, outcome| Attempt {
            id: Uuid::from_u128(n),
            subscription_id: Uuid::nil(),
            event_id: Uuid::from_u128(n),
            event_name: "invitation.created".into(),
            at: OffsetDateTime::UNIX_EPOCH,
            outcome,
            response_time_ms: 3,
            counts: true,
        };
        let some: Vec<_> =
            (0..200).map(|n| attempt(n, AttemptOutcome::Status(if n < 50 { 404 } else { 202 }))).collect();
        let all: Vec<_> = some.iter().collect();
        assert_eq!((success_rate(&all), success_rate(&all[1..])), (Some(75), None));
        assert_eq!(messages(&all, |one| one.outcome.is_delivered()), 200);
    }
}
