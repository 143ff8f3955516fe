//! `POST /webhooks/catena`: read within limits, verify, store, answer. Catena takes anything below 500 as delivered and never
//! sends it again (WEBHOOKS.md 4.1), so what can't be stored is answered with 503, and what can't be verified is kept in
//! quarantine.

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

use super::{headers::Headers, inbox::InboxHandle};
use crate::{
    security::vault::{Purpose, Vault},
    store::NewDelivery,
    telemetry::metrics::Metrics,
    webhooks::signing_secrets::{Secrets, SecretsError, SigningSecrets},
};
use catena::webhook_signature::{BODY_MAX, Refusal, WIRE_MAX, check_fresh, check_signature, inflate};
use platform::clock::SharedClock;

/// Bodies that are worked on at the same time, and how many may be larger than [`SMALL`] on the wire or [`LARGE_BODY`] inflated:
/// together with [`WIRE_MAX`], the number of connections and what a body may inflate to, this bounds the memory. Real events are
/// a few kilobytes.
const BODIES_AT_ONCE: usize = 256;
const LARGE_AT_ONCE: usize = 2;
const SMALL: usize = 64 * 1024;
/// What a small body may inflate to without waiting for a turn.
const LARGE_BODY: usize = 512 * 1024;
/// How long a body may take, waiting for its turn included. Catena itself gives up after three seconds.
const BODY_TIME: Duration = Duration::from_secs(4);
/// Largest body that quarantine keeps: real events are a few kilobytes, and anyone can send to us.
const QUARANTINED_BODY_MAX: usize = 64 * 1024;

/// A body, and the turns that it takes while it is worked on.
struct Taken<'a> {
    body: Vec<u8>,
    /// Given back when it is let go.
    _turns: (SemaphorePermit<'a>, Option<SemaphorePermit<'a>>),
}

/// What receiving needs.
pub struct Receiver {
    inbox: InboxHandle,
    secrets: Arc<SigningSecrets>,
    vault: Vault,
    clock: SharedClock,
    metrics: Metrics,
    bodies: Semaphore,
    large: Semaphore,
}

impl Receiver {
    /// Ready to receive.
    pub fn new(
        inbox: InboxHandle,
        secrets: Arc<SigningSecrets>,
        vault: Vault,
        clock: SharedClock,
        metrics: Metrics,
    ) -> Self {
        Self {
            inbox,
            secrets,
            vault,
            clock,
            metrics,
            bodies: Semaphore::new(BODIES_AT_ONCE),
            large: Semaphore::new(LARGE_AT_ONCE),
        }
    }

    async fn receive(&self, request: Request<Body>) -> StatusCode {
        let (parts, body) = request.into_parts();
        let headers = Headers::read(&parts.headers);
        let taken = match tokio::time::timeout(BODY_TIME, self.take(body)).await {
            Ok(Ok(taken)) => taken,
            Ok(Err(status)) => return status,
            // Whether the sender was slow or had to wait for others: it may come again.
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE,
        };
        match self.verify(&headers, &taken.body).await {
            Ok(Ok(())) => self.store(headers, &taken.body, DeliveryState::Received, None).await,
            Ok(Err(refusal)) => self.refuse(headers, &taken.body, refusal).await,
            Err(error) => {
                tracing::error!(%error, "the secret of a subscription can't be loaded; Catena is told to send again");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// The body as it was signed.
    async fn take(&self, body: Body) -> Result<Taken<'_>, StatusCode> {
        let mut large = None;
        let raw = self.read(body, &mut large).await?;
        // Not before all of it is there: whoever sends slowly keeps nobody waiting.
        let turn = self.bodies.acquire().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        match self.inflate(&raw, &mut large).await {
            Ok(body) => Ok(Taken { body, _turns: (turn, large) }),
            Err(refusal) => {
                tracing::warn!(%refusal, bytes = raw.len(), "a delivery was refused");
                let too_large = refusal == Refusal::TooLarge;
                Err(if too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST })
            }
        }
    }

    /// The bytes on the wire. A body that turns out large waits for one of the few turns of its kind.
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
            if raw.len() + data.len() > SMALL && large.is_none() {
                *large = self.large.acquire().await.ok();
            }
            raw.extend_from_slice(data);
        }
        Ok(raw)
    }

    /// What was signed. A small body that inflates to a large one is inflated again in its turn.
    async fn inflate<'a>(&'a self, raw: &[u8], large: &mut Option<SemaphorePermit<'a>>) -> Result<Vec<u8>, Refusal> {
        if large.is_none() {
            match inflate(raw, LARGE_BODY) {
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
        let fits = |secrets: &Secrets| {
            check_signature(&signature, &timestamp, body, secrets.iter().map(|secret| secret.as_slice()))
        };
        if self.secrets.remembered(webhook_id).is_some_and(|secrets| fits(&secrets).is_ok()) {
            return Ok(Ok(()));
        }
        Ok(match self.secrets.look_up(webhook_id).await? {
            Some(secrets) => fits(&secrets),
            None => Err(Refusal::UnknownSubscription),
        })
    }

    async fn refuse(&self, headers: Headers, body: &[u8], refusal: Refusal) -> StatusCode {
        tracing::warn!(%refusal, event = headers.event_type.as_deref(), "a delivery was refused");
        if body.len() <= QUARANTINED_BODY_MAX {
            let kept = self.store(headers, body, DeliveryState::Quarantined, Some(refusal.to_string())).await;
            // Catena takes 401 for the end of it (WEBHOOKS.md 4.1): what can't even be kept has to come again.
            if kept.is_server_error() {
                return kept;
            }
        }
        StatusCode::UNAUTHORIZED
    }

    async fn store(&self, headers: Headers, body: &[u8], state: DeliveryState, reason: Option<String>) -> StatusCode {
        let delivery = NewDelivery {
            received_at: self.clock.now(),
            state,
            reason,
            headers: headers.others(),
            webhook_id: headers.webhook_id,
            event_name: headers.event_type,
            attempt: headers.attempt,
            sent_at: headers.timestamp,
            signature: headers.signature,
            sealed_body: self.vault.seal(Purpose::Body, body),
        };
        match self.inbox.keep(delivery).await {
            Ok(()) => StatusCode::ACCEPTED,
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// The handler.
pub async fn receive(State(receiver): State<std::sync::Arc<Receiver>>, request: Request<Body>) -> StatusCode {
    let started = Instant::now();
    let status = receiver.receive(request).await;
    receiver.metrics.answered(status.as_u16(), started.elapsed());
    status
}
