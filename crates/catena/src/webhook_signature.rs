//! Whether a request is Catena's: WEBHOOKS.md 3, as pure functions.

use std::io::Read as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::timestamp;
use flate2::bufread::GzDecoder;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

/// Most bytes on the wire: what the vendor's own router takes (WEBHOOKS.md 9).
pub const WIRE_MAX: usize = 10 * 1024 * 1024;
/// Most bytes after gunzip, which happens before anyone is authenticated (WEBHOOKS.md 8.31).
pub const BODY_MAX: usize = 20 * 1024 * 1024;
/// How far the timestamp may be from our clock, either way (WEBHOOKS.md 3.3).
pub const FRESH: Duration = Duration::seconds(300);

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// One of the three headers that a check needs.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// The timestamp can't be read.
    #[error("X-Catena-Timestamp is no RFC 3339 moment with an offset")]
    BadTimestamp,
    /// More than five minutes old or ahead: replayed, or one of the clocks is wrong.
    #[error("X-Catena-Timestamp is more than five minutes from this machine's clock")]
    Stale,
    /// Compressed, but broken.
    #[error("the body is broken gzip")]
    BadGzip,
    /// Larger than [`BODY_MAX`] once inflated.
    #[error("the body is larger than {BODY_MAX} bytes once inflated")]
    TooLarge,
    /// The subscription isn't one of ours.
    #[error("X-Webhook-ID names no subscription of ours")]
    UnknownSubscription,
    /// Signed with another secret, or changed on the way.
    #[error("the signature doesn't fit")]
    BadSignature,
}

/// The body as it was signed: inflated if the bytes are gzip, else as they came, since a proxy may have inflated them
/// (WEBHOOKS.md 3.3). More than `max` bytes are never produced.
pub fn inflate(raw: &[u8], max: usize) -> Result<Vec<u8>, Refusal> {
    if !raw.starts_with(&[0x1f, 0x8b]) {
        return if raw.len() > max { Err(Refusal::TooLarge) } else { Ok(raw.to_vec()) };
    }
    let mut body = Vec::with_capacity(raw.len().saturating_mul(4).min(max));
    // The bytes are in memory already, so the reader that would copy them through a buffer of its own is left out.
    let mut decoder = GzDecoder::new(raw);
    let limit = max as u64 + 1;
    decoder.by_ref().take(limit).read_to_end(&mut body).map_err(|_| Refusal::BadGzip)?;
    if body.len() > max { Err(Refusal::TooLarge) } else { Ok(body) }
}

/// Whether the header's timestamp is near `now`. The body's own timestamp may be days old on a replay and doesn't count
/// (WEBHOOKS.md 8.27).
pub fn check_fresh(timestamp: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let sent = timestamp::parse(timestamp).ok_or(Refusal::BadTimestamp)?;
    if (now - sent).abs() <= FRESH { Ok(()) } else { Err(Refusal::Stale) }
}

/// Whether `signature` is the MAC over the timestamp's exact text, a dot and the body, under any of the secrets. Compared in
/// constant time; every secret is tried.
pub fn check_signature<'a>(
    signature: &str,
    timestamp: &str,
    body: &[u8],
    secrets: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), Refusal> {
    let given = STANDARD.decode(signature).map_err(|_| Refusal::BadSignature)?;
    let mut fits = false;
    for secret in secrets {
        // A key of any length will do for HMAC, so this never fails.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { continue };
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        fits |= mac.verify_slice(&given).is_ok();
    }
    if fits { Ok(()) } else { Err(Refusal::BadSignature) }
}

#[cfg(test)]
#[path = "webhook_signature_tests.rs"]
mod tests;
