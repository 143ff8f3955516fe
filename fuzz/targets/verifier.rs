//! What reads bytes before anyone is known to be Catena. The input: a line with the signature, a line with the timestamp, a
//! line with the most bytes that may come out, and then the bytes on the wire.

#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fuzz::{
    domain::timestamp::from_micros,
    webhook_signature::{Refusal, check_fresh, check_signature, inflate},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

fuzz_target!(|input: &[u8]| {
    let mut lines = input.splitn(4, |byte| *byte == b'\n');
    let (Some(signature), Some(timestamp), Some(max), Some(wire)) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return;
    };
    // Headers are text by the time they get here.
    let (signature, timestamp) = (String::from_utf8_lossy(signature), String::from_utf8_lossy(timestamp));
    let max = max.iter().fold(0_usize, |max, byte| (max * 10 + usize::from(byte.wrapping_sub(b'0') % 10)) % 1_000_000);

    // 2 March 2026, 15:31:06 UTC, as in the published vectors.
    let _ = check_fresh(&timestamp, from_micros(1_772_465_466_000_000));
    let body = inflate(wire, max);
    match &body {
        Ok(body) => {
            assert!(body.len() <= max, "more than the limit came out");
            let is_gzip = wire.starts_with(&[0x1f, 0x8b]);
            assert!(is_gzip || body == wire, "plain bytes were changed");
        }
        Err(refusal) => assert!(matches!(refusal, Refusal::TooLarge | Refusal::BadGzip)),
    }
    let body = body.unwrap_or_else(|_| wire.to_vec());
    let _ = check_signature(&signature, &timestamp, &body, [b"a secret".as_slice()]);
    signed_fits_and_changed_does_not(signature.as_bytes(), &timestamp, &body);
});

/// The input's first line serves as the secret, and its bytes choose the one that is flipped.
fn signed_fits_and_changed_does_not(secret: &[u8], timestamp: &str, body: &[u8]) {
    let signature = STANDARD.encode(mac(secret, &[timestamp.as_bytes(), b".", body].concat()));
    let check = |timestamp: &str, body: &[u8], secret: &[u8]| check_signature(&signature, timestamp, body, [secret]);
    assert_eq!(check(timestamp, body, secret), Ok(()));
    assert_eq!(check_signature(&signature, timestamp, body, [b"".as_slice(), secret, b"new"]), Ok(()));
    assert_eq!(check_signature(&signature, timestamp, body, []), Err(Refusal::BadSignature));

    let chosen = mac(secret, body);
    let (place, bit) = (usize::from(chosen[0]) << 8 | usize::from(chosen[1]), 1 << (chosen[2] % 8));
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let place = place % bytes.len();
        bytes[place] ^= bit;
        bytes
    };
    if !body.is_empty() {
        assert_eq!(check(timestamp, &flipped(body), secret), Err(Refusal::BadSignature), "another body fits");
    }
    if !secret.is_empty() {
        assert_eq!(check(timestamp, body, &flipped(secret)), Err(Refusal::BadSignature), "another secret fits");
    }
    if let Ok(other) = String::from_utf8(flipped(signature.as_bytes())) {
        assert_eq!(
            check_signature(&other, timestamp, body, [secret]),
            Err(Refusal::BadSignature),
            "another signature fits"
        );
    }
    let later = format!("{timestamp}0");
    assert_eq!(check(&later, body, secret), Err(Refusal::BadSignature), "another timestamp fits");
}

fn mac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length will do");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
