//! Fuzzes the check of a webhook's signature, which reads bytes before the sender is authenticated. The input: one line each for the
//! signature, the timestamp, and the limit on decompressed bytes, then the bytes on the wire.

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
    // Headers are valid text by the time they get here.
    let (signature, timestamp) = (String::from_utf8_lossy(signature), String::from_utf8_lossy(timestamp));
    let max = max.iter().fold(0_usize, |max, byte| (max * 10 + usize::from(byte.wrapping_sub(b'0') % 10)) % 1_000_000);

    // 2 March 2026, 15:31:06 UTC, as in the published vectors.
    let _ = check_fresh(&timestamp, from_micros(1_772_465_466_000_000));
    let body = inflate(wire, max);
    match &body {
        Ok(body) => {
            assert!(body.len() <= max, "the limit was exceeded");
            let is_gzip = wire.starts_with(&[0x1f, 0x8b]);
            assert!(is_gzip || body == wire, "plain bytes were changed");
        }
        Err(refusal) => assert!(matches!(refusal, Refusal::TooLarge | Refusal::BadGzip)),
    }
    let body = body.unwrap_or_else(|_| wire.to_vec());
    let _ = check_signature(&signature, &timestamp, &body, [b"a secret".as_slice()]);
    genuine_is_accepted_and_changed_is_not(signature.as_bytes(), &timestamp, &body);
});

/// Signs with the input's first line as the secret, checks, then flips one bit, chosen by a MAC of the input, and checks again.
fn genuine_is_accepted_and_changed_is_not(secret: &[u8], timestamp: &str, body: &[u8]) {
    let signature = STANDARD.encode(mac(secret, &[timestamp.as_bytes(), b".", body].concat()));
    let check = |timestamp: &str, body: &[u8], secret: &[u8]| check_signature(&signature, timestamp, body, [secret]);
    assert_eq!(check(timestamp, body, secret), Ok(()));
    assert_eq!(check_signature(&signature, timestamp, body, [b"".as_slice(), secret, b"new"]), Ok(()));
    assert_eq!(check_signature(&signature, timestamp, body, []), Err(Refusal::BadSignature));

    let chosen = mac(secret, body);
    let (position, bit) = (usize::from(chosen[0]) << 8 | usize::from(chosen[1]), 1 << (chosen[2] % 8));
    let flipped = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        let position = position % bytes.len();
        bytes[position] ^= bit;
        bytes
    };
    if !body.is_empty() {
        assert_eq!(check(timestamp, &flipped(body), secret), Err(Refusal::BadSignature), "a changed body was accepted");
    }
    if !secret.is_empty() {
        assert_eq!(check(timestamp, body, &flipped(secret)), Err(Refusal::BadSignature), "another secret was accepted");
    }
    if let Ok(other) = String::from_utf8(flipped(signature.as_bytes())) {
        assert_eq!(
            check_signature(&other, timestamp, body, [secret]),
            Err(Refusal::BadSignature),
            "a changed signature was accepted"
        );
    }
    let later = format!("{timestamp}0");
    assert_eq!(check(&later, body, secret), Err(Refusal::BadSignature), "a changed timestamp was accepted");
}

fn mac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC accepts keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
