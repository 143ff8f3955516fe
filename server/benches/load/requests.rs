//! Deliveries as they are sent (WEBHOOKS.md 1), signed and compressed before any measurement starts.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::timestamp;
use flate2::{Compression, write::GzEncoder};
use hmac::{Hmac, KeyInit as _, Mac as _};
use platform::{
    clock::{SharedClock, SystemClock},
    random::{SharedRandom, SystemRandom},
};
use std::sync::Arc;

use crate::{
    Failure,
    story::{EVENTS, Story, WEBHOOK_ID},
};

/// The signing secret of all deliveries.
pub const SECRET: &str = "acme-webhook-secret-0001";

pub struct Request {
    /// Head and body of the request.
    pub wire: Vec<u8>,
    /// The event's name.
    pub event: &'static str,
    /// The body before compression.
    pub body: String,
    /// Our reference for the fleet it is about.
    pub fleet_ref: String,
}

/// Signed now, so it is accepted for five minutes (WEBHOOKS.md 3.3).
pub fn deliveries(count: usize) -> Result<Arc<Vec<Request>>, Failure> {
    let (clock, random): (SharedClock, SharedRandom) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let story = Story::read(clock.now())?;
    let mut requests = Vec::with_capacity(count);
    let mut salt = 0;
    for index in 0..count {
        let event = index % EVENTS.len();
        if event == 0 {
            salt = u128::from_be_bytes(random.bytes());
        }
        let fleet_ref = format!("BENCH-{:016x}", salt & u128::from(u64::MAX));
        let now = clock.now();
        let body = story.body(event, &fleet_ref, salt, random.uuid_v7(now));
        let wire = wire(EVENTS[event], &body, &timestamp::rfc3339(now), &random)?;
        requests.push(Request { wire, event: EVENTS[event], body, fleet_ref });
    }
    Ok(Arc::new(requests))
}

fn wire(event: &str, body: &str, now: &str, random: &SharedRandom) -> Result<Vec<u8>, Failure> {
    let timestamp = now.replace('Z', "+00:00");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes())?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body.as_bytes())?;
    let compressed = encoder.finish()?;
    let head = format!(
        "POST /webhooks/catena HTTP/1.1\r\n\
         Host: localhost\r\n\
         Content-Type: application/json\r\n\
         Content-Encoding: gzip\r\n\
         Content-Length: {length}\r\n\
         User-Agent: Catena-Webhook\r\n\
         Accept: application/json\r\n\
         X-Catena-Signature: {signature}\r\n\
         X-Catena-Timestamp: {timestamp}\r\n\
         X-Event-Type: {event}\r\n\
         X-Webhook-ID: {WEBHOOK_ID}\r\n\
         X-Request-ID: {request_id}\r\n\
         X-Schema-Version: 1.0\r\n\
         X-Source: catena-notifications\r\n\
         X-Delivery-Attempt: 1\r\n\r\n",
        length = compressed.len(),
        request_id = random.uuid_v4(),
    );
    Ok([head.as_bytes(), &compressed].concat())
}
