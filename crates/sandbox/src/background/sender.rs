//! Sends webhooks (WEBHOOKS.md 1). Each delivery is a task that signs, sends, waits, and retries. Requests are correct except
//! for the faults that their delivery got.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    io::Write as _,
    sync::{Arc, OnceLock},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::timestamp;
use flate2::{Compression, write::GzEncoder};
use futures::{StreamExt as _, stream};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::{OffsetDateTime, UtcOffset, macros::format_description};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    sandbox::{RESPONSE_TIMEOUT, Sandbox},
    state::{
        deliveries::{Attempt, AttemptOutcome, Delivery},
        faults::{WRONG_SECRET, WebhookFault},
    },
    webhooks::queue::NextAttempt,
};

/// How long [`WebhookFault::Stall`] stops: as long as the sender waits for a response.
const STALL: Duration = RESPONSE_TIMEOUT;

/// The age of [`WebhookFault::StaleTimestamp`]: too old for the five minutes of WEBHOOKS.md 1.1.
const STALE_AGE: time::Duration = time::Duration::minutes(6);

/// The most requests at once.
const MAX_CONCURRENCY: usize = 64;

/// The body of WEBHOOKS.md 1.2. Faults set fields to `None`, which leaves them out, or add `dispatch_region`.
#[derive(Serialize)]
struct Envelope<'a> {
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_name: Option<&'a str>,
    data: &'a [Value],
    webhook_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    delivery_attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispatch_region: Option<&'static str>,
}

/// One attempt, ready to send.
struct PreparedRequest {
    delivery: Delivery,
    request_id: Uuid,
    url: String,
    timestamp: String,
    signature: String,
    /// The bytes as sent.
    body: Vec<u8>,
}

/// `2024-11-28T10:30:00+00:00`: the format of Catena's header, without `Z` (WEBHOOKS.md 1.1).
fn header_time(at: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+00:00");
    at.to_offset(UtcOffset::UTC).format(format).unwrap_or_default()
}

/// The base64 of an HMAC-SHA256 over the timestamp header, a dot, and the body before compression (WEBHOOKS.md 3.1).
fn sign(secret: &str, timestamp: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

/// The timestamp header, with its faults.
fn timestamp_header(now: OffsetDateTime, faults: &BTreeSet<WebhookFault>) -> String {
    let has = |fault| faults.contains(&fault);
    let at = if has(WebhookFault::StaleTimestamp) { now.saturating_sub(STALE_AGE) } else { now };
    match (has(WebhookFault::Fraction), has(WebhookFault::Zulu)) {
        (true, true) => timestamp::rfc3339(at),
        (true, false) => timestamp::rfc3339(at).replace('Z', "+00:00"),
        (false, true) => header_time(at).replace("+00:00", "Z"),
        (false, false) => header_time(at),
    }
}

/// The id of one attempt of a delivery. It isn't random: the timing of attempts must not change what a seed repeats.
fn request_id(delivery_id: Uuid, attempt: u32) -> Uuid {
    let hash = Sha256::new().chain_update(delivery_id.as_bytes()).chain_update(attempt.to_be_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A body that decompresses to 64 MB of zeros. Made only once.
fn bomb() -> Vec<u8> {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0; 1024 * 1024];
        let written = (0..64).try_for_each(|_| encoder.write_all(&zeros));
        written.and_then(|()| encoder.finish()).unwrap_or_default()
    })
    .clone()
}

/// A body that stops in the middle for [`STALL`].
fn stalling(body: Vec<u8>) -> reqwest::Body {
    let middle = body.len() / 2;
    let (first, second) = (body[..middle].to_vec(), body[middle..].to_vec());
    let second = async move {
        tokio::time::sleep(STALL).await;
        second
    };
    let parts = stream::once(async { first }).chain(stream::once(second));
    reqwest::Body::wrap_stream(parts.map(Ok::<_, Infallible>))
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// Sends what is queued until `shutdown`, then waits for running requests to end.
pub(crate) async fn run(sandbox: &Sandbox, shutdown: CancellationToken) {
    let permits = Arc::new(Semaphore::new(MAX_CONCURRENCY));
    let mut tasks = JoinSet::new();
    loop {
        for id in sandbox.with(|change| change.state.deliveries.take_queue()) {
            tasks.spawn(sandbox.clone().deliver(id, Arc::clone(&permits), shutdown.clone()));
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = sandbox.signals().queued.notified() => {}
            Some(_) = tasks.join_next() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

impl Sandbox {
    /// Tries until the delivery is delivered, dead, or shut down. In the last case it stays pending.
    async fn deliver(self, id: Uuid, permits: Arc<Semaphore>, shutdown: CancellationToken) {
        let mut wait = self.with(|change| change.state.deliveries.initial_delay(id));
        loop {
            if !wait.is_zero() {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = tokio::time::sleep(wait) => {}
                }
            }
            let permit = tokio::select! {
                () = shutdown.cancelled() => return,
                permit = permits.acquire() => permit,
            };
            let Some(request) = self.prepare(id) else { return };
            let next = self.send(request).await;
            drop(permit);
            self.signals().changed.notify_one();
            let NextAttempt::After(pause) = next else { return };
            wait = pause;
        }
    }

    /// Serializes once; those bytes are signed and compressed. The timestamp header is in clock time, not business time,
    /// because a receiver compares it with its own clock. `None` if the delivery or its subscription is gone.
    fn prepare(&self, id: Uuid) -> Option<PreparedRequest> {
        let (delivery, url, secret) = self.with(|change| {
            let delivery = change.state.deliveries.start_attempt(id)?;
            let subscription = change.state.subscriptions.get(&delivery.subscription_id)?;
            Some((delivery, subscription.url.clone(), subscription.secret.clone()))
        })?;
        let has = |fault| delivery.faults.contains(&fault);
        let body = serde_json::to_vec(&Envelope {
            version: &delivery.version,
            event_name: Some(delivery.event_name.as_str()).filter(|_| !has(WebhookFault::NoEventName)),
            data: &delivery.data,
            webhook_id: delivery.subscription_id,
            timestamp: Some(timestamp::rfc3339(delivery.event_at)).filter(|_| !has(WebhookFault::NoTimestamp)),
            id: Some(delivery.event_id).filter(|_| !has(WebhookFault::NoId)),
            delivery_attempt: delivery.attempts,
            dispatch_region: Some("sandbox-1").filter(|_| has(WebhookFault::UnknownField)),
        })
        .ok()?;
        let timestamp = timestamp_header(self.clock_now(), &delivery.faults);
        let secret = if has(WebhookFault::WrongSecret) { WRONG_SECRET } else { &secret };
        let signature = sign(secret, &timestamp, &body)?;
        let body = if has(WebhookFault::Bomb) {
            bomb()
        } else if has(WebhookFault::PlainBody) {
            body
        } else {
            gzip(&body)?
        };
        let request_id = request_id(delivery.id, delivery.attempts);
        Some(PreparedRequest { delivery, request_id, url, timestamp, signature, body })
    }

    /// Sends one request and records how it ended.
    async fn send(&self, request: PreparedRequest) -> NextAttempt {
        let PreparedRequest { delivery, request_id, url, timestamp, signature, body } = request;
        let mut request = self
            .http()
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "Catena-Webhook")
            .header(ACCEPT, "application/json")
            .header("X-Catena-Signature", signature)
            .header("X-Catena-Timestamp", timestamp)
            .header("X-Event-Type", &delivery.event_name)
            .header("X-Webhook-ID", delivery.subscription_id.to_string())
            .header("X-Request-ID", request_id.to_string())
            .header("X-Schema-Version", &delivery.version)
            .header("X-Source", "catena-notifications")
            .header("X-Delivery-Attempt", delivery.attempts.to_string());
        if !delivery.faults.contains(&WebhookFault::PlainBody) {
            request = request.header(CONTENT_ENCODING, "gzip");
        }
        request = if delivery.faults.contains(&WebhookFault::Stall) {
            request.body(stalling(body)).timeout(RESPONSE_TIMEOUT + STALL)
        } else {
            request.body(body)
        };
        let started = Instant::now();
        let outcome = match request.send().await {
            Ok(response) => AttemptOutcome::Status(response.status().as_u16()),
            Err(error) if error.is_timeout() => AttemptOutcome::TimedOut,
            Err(_) => AttemptOutcome::Unreachable,
        };
        let response_time_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(
            event = delivery.event_name,
            webhook = %delivery.subscription_id,
            attempt = delivery.attempts,
            status = outcome.status_code(),
            "sent a webhook"
        );
        self.with(|change| {
            let attempt = Attempt {
                id: request_id,
                subscription_id: delivery.subscription_id,
                event_id: delivery.event_id,
                event_name: delivery.event_name,
                at: change.now,
                outcome,
                response_time_ms,
                counts: !delivery.faults.iter().any(|fault| fault.is_refused_by_careful_receivers()),
            };
            let next = change.state.deliveries.finish_attempt(delivery.id, attempt, &change.settings.retry_waits);
            change.check_breaker(delivery.subscription_id);
            next
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_the_published_vector() {
        let body = r#"{"version":"1.0","event_name":"fleet_connection.created","data":[{"id":"35311116-8bbd-43ea-8c3e-986fa45fcd2b","fleet_id":"3ba9e3d6-cb55-4725-bdc6-bc3cd30e6bd1","connection_id":"3104d936-f5f4-4596-ad41-cd0df33b0dae"}],"webhook_id":"019ca945-0a00-7ea5-8e8f-d74def5cf7d5","timestamp":"2026-03-02T15:31:05.874650Z","id":"019caf2c-aa12-7d39-83fe-2c45b78152e1","delivery_attempt":1}"#;
        let signature = sign("acme-webhook-secret-0001", "2026-03-02T15:31:06+00:00", body.as_bytes());
        assert_eq!(signature.as_deref(), Some("Uxu9BmbexvWfr9wh1mJ9ML+SAjAuiOhWNFeWq1OZtqc="));
    }

    #[test]
    fn the_timestamp_ends_in_an_offset_and_has_no_fraction() {
        let at = timestamp::parse("2026-03-02T15:31:06.874650Z").unwrap();
        assert_eq!(header_time(at), "2026-03-02T15:31:06+00:00");
    }
}
