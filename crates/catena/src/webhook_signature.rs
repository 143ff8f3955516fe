//! Checks whether a webhook request comes from Catena (WEBHOOKS.md 3). Pure functions, without I/O or a clock.

use std::io::Read as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::timestamp;
use flate2::bufread::GzDecoder;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

/// The largest body on the wire, in bytes, the same as in Catena's own receiver (WEBHOOKS.md 9).
pub const WIRE_MAX: usize = 10 * 1024 * 1024;
/// The largest body after decompression, in bytes. It is decompressed before the sender is authenticated (WEBHOOKS.md 8.31).
pub const BODY_MAX: usize = 20 * 1024 * 1024;
/// How far the timestamp may be from our clock, in either direction (WEBHOOKS.md 3.3).
pub const FRESH: Duration = Duration::seconds(300);

/// Why a request is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// One of the three headers that the check needs is missing.
    #[error("the header {0} is missing")]
    MissingHeader(&'static str),
    /// The timestamp can't be read.
    #[error("X-Catena-Timestamp is not an RFC 3339 time with an offset")]
    BadTimestamp,
    /// More than [`FRESH`] away from our clock: the request is a replay, or one of the clocks is wrong.
    #[error("X-Catena-Timestamp is more than five minutes from this machine's clock")]
    Stale,
    /// The body is compressed, but damaged.
    #[error("the body is damaged gzip")]
    BadGzip,
    /// The body is larger than [`BODY_MAX`] after decompression.
    #[error("the body is larger than {BODY_MAX} bytes after decompression")]
    TooLarge,
    /// The subscription isn't one of ours.
    #[error("X-Webhook-ID is not one of our subscriptions")]
    UnknownSubscription,
    /// The request was signed with another secret, or changed in transit.
    #[error("the signature doesn't match")]
    BadSignature,
}

/// How gzip begins.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The most members that a gzip body may have: far more than any body that was compressed piece by piece, and few enough that
/// empty ones cost next to nothing.
const MEMBERS_MAX: usize = 10_000;

/// The body as it was signed: decompressed if it is gzip, otherwise unchanged, since a proxy may have decompressed it (WEBHOOKS.md
/// 3.3). Gzip may consist of several members, which are read one after the other (RFC 1952, 2.2). Never produces more than `max`
/// bytes.
///
/// # Errors
///
/// [`Refusal::BadGzip`] or [`Refusal::TooLarge`].
pub fn inflate(raw: &[u8], max: usize) -> Result<Vec<u8>, Refusal> {
    if !raw.starts_with(&MAGIC) {
        return if raw.len() > max { Err(Refusal::TooLarge) } else { Ok(raw.to_vec()) };
    }
    let mut body = Vec::with_capacity(raw.len().saturating_mul(4).min(max));
    let mut rest = raw;
    for _ in 0..MEMBERS_MAX {
        // The bytes are already in memory, so this uses the decoder that doesn't buffer them again.
        let mut decoder = GzDecoder::new(rest);
        let limit = (max - body.len()) as u64 + 1;
        decoder.by_ref().take(limit).read_to_end(&mut body).map_err(|_| Refusal::BadGzip)?;
        if body.len() > max {
            return Err(Refusal::TooLarge);
        }
        rest = decoder.into_inner();
        // What follows and is no member is padding, if the signature fits without it.
        if !rest.starts_with(&MAGIC) {
            return Ok(body);
        }
    }
    Err(Refusal::BadGzip)
}

/// Checks that the header's timestamp is near `now`. The timestamp in the body doesn't count: when Catena replays dead letters, it
/// may be days old (WEBHOOKS.md 8.27).
///
/// # Errors
///
/// [`Refusal::BadTimestamp`] or [`Refusal::Stale`].
pub fn check_fresh(timestamp: &str, now: OffsetDateTime) -> Result<(), Refusal> {
    let sent = timestamp::parse(timestamp).ok_or(Refusal::BadTimestamp)?;
    if (now - sent).abs() <= FRESH { Ok(()) } else { Err(Refusal::Stale) }
}

/// Checks that `signature` is the base64 HMAC-SHA256 of the timestamp's exact text, a dot, and the body, under one of the secrets.
/// Compares in constant time and always tries every secret.
///
/// # Errors
///
/// [`Refusal::BadSignature`].
pub fn check_signature<'a>(
    signature: &str,
    timestamp: &str,
    body: &[u8],
    secrets: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), Refusal> {
    let given = STANDARD.decode(signature).map_err(|_| Refusal::BadSignature)?;
    let mut fits = false;
    for secret in secrets {
        // HMAC accepts keys of any length, so this never fails.
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
