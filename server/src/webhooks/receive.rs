//! `POST /webhooks/catena`: read within limits, verify, store, respond. Catena takes any status below 500 for delivered and never
//! sends the delivery again (WEBHOOKS.md 4.1). So what can't be stored gets 503, and what can't be verified is quarantined.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::State,
    http::{Request, StatusCode},
};
use domain::events::delivery::DeliveryState;
use http_body_util::BodyExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use super::{headers::Headers, inbox::InboxHandle, refusals::RefusalBudget};
use crate::{
    security::vault::{Purpose, Vault},
    store::NewDelivery,
    telemetry::metrics::Metrics,
    webhooks::signing_secrets::{Secrets, SecretsError, SigningSecrets},
};
use catena::webhook_signature::{BODY_MAX, Refusal, WIRE_MAX, check_fresh, check_signature, inflate};
use platform::clock::SharedClock;

/// Bodies in memory at the same time, and how many of them may be larger than [`SMALL_WIRE_MAX`] compressed or
/// [`SMALL_BODY_MAX`] decompressed. With [`WIRE_MAX`], [`BODY_MAX`], and the number of connections, this bounds the memory.
/// Real events are a few kilobytes.
const CONCURRENT_BODIES: usize = 256;
const CONCURRENT_LARGE_BODIES: usize = 2;
const SMALL_WIRE_MAX: usize = 64 * 1024;
const SMALL_BODY_MAX: usize = 512 * 1024;
/// How long reading a body may take, including the wait for a permit. Catena itself gives up after three seconds.
const BODY_TIMEOUT: Duration = Duration::from_secs(4);
/// How long the database may take, from the secret to the commit. With an answer after three seconds, Catena has given up; with
/// 503 before, it knows to send the delivery again.
const STORE_TIMEOUT: Duration = Duration::from_millis(1_500);
/// The largest body to quarantine: real events are a few kilobytes, and anyone can send to us.
const QUARANTINED_BODY_MAX: usize = 64 * 1024;

/// A body and the permits for its memory.
struct HeldBody<'a> {
    bytes: Vec<u8>,
    _permits: (SemaphorePermit<'a>, Option<SemaphorePermit<'a>>),
}

/// Receives deliveries.
pub struct Receiver {
    inbox: InboxHandle,
    secrets: Arc<SigningSecrets>,
    vault: Vault,
    clock: SharedClock,
    metrics: Metrics,
    /// Whether this is a sandbox to which the real Catena may send by mistake.
    may_hear_real: bool,
    bodies: Semaphore,
    large: Semaphore,
    refusals: RefusalBudget,
}

impl Receiver {
    /// A receiver that appends to this inbox.
    pub fn new(
        inbox: InboxHandle,
        secrets: Arc<SigningSecrets>,
        vault: Vault,
        clock: SharedClock,
        metrics: Metrics,
        may_hear_real: bool,
    ) -> Self {
        Self {
            inbox,
            secrets,
            vault,
            refusals: RefusalBudget::new(clock.clone()),
            clock,
            metrics,
            may_hear_real,
            bodies: Semaphore::new(CONCURRENT_BODIES),
            large: Semaphore::new(CONCURRENT_LARGE_BODIES),
        }
    }

    async fn receive(&self, request: Request<Body>) -> StatusCode {
        let (parts, body) = request.into_parts();
        let headers = Headers::read(&parts.headers);
        let body = match tokio::time::timeout(BODY_TIMEOUT, self.read_and_inflate(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(status)) => return status,
            // The sender was slow, or others held the permits. Either way, Catena should send it again.
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        };
        // If the commit comes later than that, Catena's next attempt is a duplicate.
        tokio::time::timeout(STORE_TIMEOUT, self.verify_and_store(headers, &body.bytes)).await.unwrap_or_else(|_| {
            tracing::error!("the database takes too long; Catena will send the delivery again");
            StatusCode::SERVICE_UNAVAILABLE
        })
    }

    async fn verify_and_store(&self, headers: Headers, body: &[u8]) -> StatusCode {
        match self.verify(&headers, body).await {
            Ok(Ok(())) => self.store(headers, body, DeliveryState::Received, None).await,
            Ok(Err(refusal)) => self.refuse(headers, body, refusal).await,
            Err(error) => {
                tracing::error!(%error, "the secret of a subscription can't be loaded; Catena will send the delivery again");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// The body as it was signed, which is decompressed.
    async fn read_and_inflate(&self, body: Body) -> Result<HeldBody<'_>, StatusCode> {
        let mut large = None;
        let raw = self.read(body, &mut large).await?;
        // Only now that all of it arrived: a slow sender must not hold a permit that others wait for.
        let permit = self.bodies.acquire().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        match self.inflate(&raw, &mut large).await {
            Ok(bytes) => Ok(HeldBody { bytes, _permits: (permit, large) }),
            Err(refusal) => {
                if self.refusals.take() {
                    tracing::warn!(error = %refusal, bytes = raw.len(), "a delivery was refused");
                }
                let too_large = refusal == Refusal::TooLarge;
                Err(if too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST })
            }
        }
    }

    /// The bytes on the wire. A body that turns out to be large waits for one of the few permits for large ones.
    async fn read<'a>(
        &'a self,
        mut body: Body,
        large: &mut Option<SemaphorePermit<'a>>,
    ) -> Result<Vec<u8>, StatusCode> {
        let mut raw = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
            let Some(data) = frame.data_ref() else { continue };
            if raw.len() + data.len() > WIRE_MAX {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            if raw.len() + data.len() > SMALL_WIRE_MAX && large.is_none() {
                *large = self.large.acquire().await.ok();
            }
            raw.extend_from_slice(data);
        }
        Ok(raw)
    }

    /// Decompresses a body. If a body that is small on the wire turns out to be large, it waits for a permit and starts over.
    async fn inflate<'a>(&'a self, raw: &[u8], large: &mut Option<SemaphorePermit<'a>>) -> Result<Vec<u8>, Refusal> {
        if large.is_none() {
            match inflate(raw, SMALL_BODY_MAX) {
                Err(Refusal::TooLarge) => *large = self.large.acquire().await.ok(),
                other => return other,
            }
        }
        inflate(raw, BODY_MAX)
    }

    async fn verify(&self, headers: &Headers, body: &[u8]) -> Result<Result<(), Refusal>, SecretsError> {
        let need = |header: &Option<String>, name| header.clone().ok_or(Refusal::MissingHeader(name));
        let checked = || {
            let signature = need(&headers.signature, "X-Catena-Signature")?;
            let timestamp = need(&headers.timestamp, "X-Catena-Timestamp")?;
            let webhook_id = need(&headers.webhook_id, "X-Webhook-ID")?;
            check_fresh(&timestamp, self.clock.now())?;
            let webhook_id = Uuid::parse_str(&webhook_id).map_err(|_| Refusal::UnknownSubscription)?;
            Ok((signature, timestamp, webhook_id))
        };
        let (signature, timestamp, webhook_id) = match checked() {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let matches = |secrets: &Secrets| {
            check_signature(&signature, &timestamp, body, secrets.iter().map(|secret| secret.as_slice()))
        };
        if self.secrets.cached(webhook_id).is_some_and(|secrets| matches(&secrets).is_ok()) {
            return Ok(Ok(()));
        }
        Ok(match self.secrets.load(webhook_id).await? {
            // Secrets of unanswered creation calls say nothing about a subscription that stays unknown.
            Some(secrets) => matches(&secrets).map_err(|refusal| match self.secrets.cached(webhook_id) {
                Some(_) => refusal,
                None => Refusal::UnknownSubscription,
            }),
            None => Err(Refusal::UnknownSubscription),
        })
    }

    /// Strangers' deliveries are kept within a budget. Those that name one of our subscriptions always are: nobody else knows its
    /// id, so Catena sends them, and only our secret is wrong.
    async fn refuse(&self, headers: Headers, body: &[u8], refusal: Refusal) -> StatusCode {
        if self.may_hear_real && refusal == Refusal::UnknownSubscription {
            tracing::error!(
                event = headers.event_type.as_deref(),
                "this is a sandbox, and a delivery came that may be the real Catena's; asking to send it again"
            );
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        if !self.refusals.take() && !self.is_ours(&headers).await {
            self.metrics.not_kept();
            return StatusCode::UNAUTHORIZED;
        }
        tracing::warn!(error = %refusal, event = headers.event_type.as_deref(), "a delivery was refused");
        if body.len() <= QUARANTINED_BODY_MAX {
            let status = self.store(headers, body, DeliveryState::Quarantined, Some(refusal.to_string())).await;
            // After a 401, Catena never sends it again (WEBHOOKS.md 4.1), so that may be sent only once it is stored.
            if status.is_server_error() {
                return status;
            }
        }
        StatusCode::UNAUTHORIZED
    }

    async fn is_ours(&self, headers: &Headers) -> bool {
        let id = headers.webhook_id.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        match id {
            Some(id) => self.secrets.load(id).await.is_err() || self.secrets.cached(id).is_some(),
            None => false,
        }
    }

    async fn store(&self, headers: Headers, body: &[u8], state: DeliveryState, reason: Option<String>) -> StatusCode {
        let delivery = NewDelivery {
            received_at: self.clock.now(),
            state,
            reason,
            headers: headers.informational(),
            webhook_id: headers.webhook_id,
            event_name: headers.event_type,
            attempt: headers.attempt,
            sent_at: headers.timestamp,
            signature: headers.signature,
            sealed_body: self.vault.seal(Purpose::Body, body),
        };
        match self.inbox.append(delivery).await {
            Ok(()) => StatusCode::ACCEPTED,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Where subscriptions deliver, below `/webhooks`. News of a subscription that went stale comes to an address of its own
/// (WEBHOOKS.md 8.25).
const ENDPOINTS: [&[&str]; 2] = [&["webhooks", "catena"], &["webhooks", "catena", "watch"]];

/// Handles every `POST` below `/webhooks` and times it. A slash too many, from a setting or a proxy, makes no difference. Any
/// other address gets 503: with a 404, the sender would take the delivery for done, and nobody would ever know of it.
pub async fn receive(State(receiver): State<Arc<Receiver>>, request: Request<Body>) -> StatusCode {
    let started = Instant::now();
    let is_endpoint = |path: &str| {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        ENDPOINTS.contains(&&*parts)
    };
    let status = if is_endpoint(request.uri().path()) {
        receiver.receive(request).await
    } else {
        receiver.metrics.misaddressed();
        if receiver.refusals.take() {
            tracing::warn!(
                "a webhook came to an address below /webhooks that isn't Onramp's; its sender will send it again"
            );
        }
        StatusCode::SERVICE_UNAVAILABLE
    };
    receiver.metrics.responded(status.as_u16(), started.elapsed());
    status
}
