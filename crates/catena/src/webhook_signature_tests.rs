//! The test vectors of WEBHOOKS.md 3.4.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use sha2::Digest as _;

use super::*;

const SECRET: &[u8] = b"acme-webhook-secret-0001";
const TIMESTAMP: &str = "2026-03-02T15:31:06+00:00";
const BODY: &str = r#"{"version":"1.0","event_name":"fleet_connection.created","data":[{"id":"35311116-8bbd-43ea-8c3e-986fa45fcd2b","fleet_id":"3ba9e3d6-cb55-4725-bdc6-bc3cd30e6bd1","connection_id":"3104d936-f5f4-4596-ad41-cd0df33b0dae"}],"webhook_id":"019ca945-0a00-7ea5-8e8f-d74def5cf7d5","timestamp":"2026-03-02T15:31:05.874650Z","id":"019caf2c-aa12-7d39-83fe-2c45b78152e1","delivery_attempt":1}"#;
const SIGNATURE: &str = "Uxu9BmbexvWfr9wh1mJ9ML+SAjAuiOhWNFeWq1OZtqc=";
const GZIPPED: &str = "H4sIAAAAAAACA0WQy2oDMQxF/8XrKPglP+Y7smopQbZkOjQzExKTUkL+vS4pREtxzr1Id3WTy3XeVjUps9dqp+Qmaz+utMhYtZNIP9ZtXaX2Qe3rRagLD46pk5re72rmATp0ZkyAVAqDd0KQqhPIKTTy2CrbMqRn3tMolMVxgFoQwUeLULgGKNVVdlpCYTOMV/e/ZrTn7AI0bB485gDE3kBlzc25oplEPT526lvK57Z9PS1tcqXsETRpDVEIIUlqwNGzNKwtMo6yPi9y7bSch2K1DaAdaHswODkzadyn6APqt0G+UputQGQsRHYZkmsCtnosMRm08ncCy2keX/45Uu+ynLuazOMXUK5A8HgBAAA=";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn check(signature: &str, timestamp: &str, body: &[u8], secret: &[u8]) -> Result<(), Refusal> {
    check_signature(signature, timestamp, body, [secret])
}

#[test]
fn vector_1_is_accepted_from_its_gzip_and_from_plain_bytes() {
    let gzipped = STANDARD.decode(GZIPPED).unwrap();
    let body = inflate(&gzipped, BODY_MAX).unwrap();
    assert_eq!(body, BODY.as_bytes());
    assert_eq!(body.len(), 376);
    check(SIGNATURE, TIMESTAMP, &body, SECRET).unwrap();
    check(SIGNATURE, TIMESTAMP, &inflate(BODY.as_bytes(), BODY_MAX).unwrap(), SECRET).unwrap();
}

#[test]
fn vector_1_second_attempt_is_accepted() {
    let body = BODY.replace("\"delivery_attempt\":1", "\"delivery_attempt\":2");
    check("qdKrFLKIBBOjWkWuZ3adrlJXx3SyXKnFirwJscQFQCY=", "2026-03-02T15:31:07+00:00", body.as_bytes(), SECRET)
        .unwrap();
}

#[test]
fn vector_2_is_accepted_with_odd_characters_and_a_final_newline() {
    let body = concat!(
        r#"{"version": "1.0", "event_name": "invitation.declined", "data": [{"id": "019caf10-331c-7fc1-b466-44073a4d3b3b", "created_at": "2026-03-02T15:00:00.412907Z", "magic_link": "https://connect.catenatelematics.com/?invite=019caf10-331c-7fc1-b466-44073a4d3b3b", "expires_at": "2026-03-03T15:00:00.412884Z", "expires_in_hours": 24, "status": "declined", "decline_reason": "Déjà connecté – no thanks"}], "webhook_id": "019ca945-0a00-7c4e-a4ad-55a21ba0363a", "timestamp": null, "id": null, "delivery_attempt": 3}"#,
        "\n"
    );
    assert_eq!(body.len(), 509);
    let signature = "wwWVoo6l6LST9QOc9VKDgYRZrrKKlsGJw5TzvqVrfd8=";
    check(signature, "2026-03-02T15:23:08.250417+00:00", body.as_bytes(), "pässwörd/with+odd=chars".as_bytes())
        .unwrap();
}

#[test]
fn each_published_mistake_is_refused() {
    let refused = [
        ("N1 timestamp rewritten", "N3eZPGZUYgCq0mkkypkp5BfzL7na1uYsFQ/WSx1x+aE="),
        ("N2 compressed bytes signed", "WLJXBdnQtbZjtSLJXMRVj3bIJOhlgaFuX9qmKomtEv0="),
        ("N3 body alone", "tQYSsmROHC7GKRmX6pPYNSH67r1gIfzLZkox2m7izFs="),
        ("N4 body re-serialised", "F6TuzsO4Amen6JxyfNBOYGLxG9mcZf3WdMuKp0hSeGI="),
        ("N5 hex", "531bbd0666dec6f59fafdc21d6627d30bf9202302e88e856345796ab5399b6a7"),
        ("nothing", ""),
        ("cut", "Uxu9BmbexvWfr9wh1mJ9ML+SAjAuiOhWNFeWq1OZtq"),
    ];
    for (name, signature) in refused {
        assert_eq!(check(signature, TIMESTAMP, BODY.as_bytes(), SECRET), Err(Refusal::BadSignature), "{name}");
    }
    assert_eq!(check(SIGNATURE, "2026-03-02T15:31:06Z", BODY.as_bytes(), SECRET), Err(Refusal::BadSignature));
    assert_eq!(check(SIGNATURE, TIMESTAMP, BODY.as_bytes(), b"another"), Err(Refusal::BadSignature));
    assert_eq!(check_signature(SIGNATURE, TIMESTAMP, BODY.as_bytes(), []), Err(Refusal::BadSignature));
}

#[test]
fn any_of_several_secrets_will_do() {
    check_signature(SIGNATURE, TIMESTAMP, BODY.as_bytes(), [b"old".as_slice(), SECRET]).unwrap();
    check_signature(SIGNATURE, TIMESTAMP, BODY.as_bytes(), [SECRET, b"new".as_slice()]).unwrap();
}

#[test]
fn every_story_file_has_the_published_digest_and_signature() {
    let table = [
        ("invitation.created", 988, "69f05a02b8790f64", "+pwSpbfduXWhw7Jy9qhPTfkRqdveVj8qQPD/nERHtFU="),
        ("invitation.sent", 985, "9a59e93eb823d0c5", "KbvABoPRoHou2oa/R4ajhkzWDfjqCTmBupCUFKxk6G0="),
        ("invitation.viewed", 987, "dd15e70b40e0be7d", "uyzMQ0iUteqUjpwWXVq7mRQXLTzXEmyDw+WxNjlJjMY="),
        ("invitation.accepted", 1121, "c283e7dcc22c1916", "TCkYY5zQSCYUtM3zDnE1H1cXVkcQGEHaofyipKskAB8="),
        ("share_agreement.created", 551, "d9d9d55b4958ad3b", "t/2rO8DT55qTpqC0rfzVnpIPvhOAdzZHUYtPNWdBr3Y="),
        ("connection.created", 405, "bb480ee85b8657ba", "rRb9wl+XEap16snetrx9qZodw1vUTrEy1FkuQB0iesk="),
        ("fleet_connection.created", 376, "59bcf0a9c785b655", "Uxu9BmbexvWfr9wh1mJ9ML+SAjAuiOhWNFeWq1OZtqc="),
        ("share_agreement.updated", 577, "3908983239b4df44", "RrGBF1/mYWaBbyQoDTThBNpSh6aOghBKhSgxBiSR4ao="),
        ("execution.failed", 579, "63282720f55f49c7", "U0HlohRYkFFS3ReYk3WG3DeDJjrjrRjYYVmtR+aSeIM="),
        ("execution.staled", 578, "267c23cb49123914", "5EMFIYO/kDlVklg6qIoNzd/JPkteXkJ50Um0TFNr+30="),
        ("connection.staled", 403, "52761968357ac9d3", "dppScEXXmlR06+v4BFF3nXBgIVW0gLBfo8BfxeGHmC4="),
        ("schedule.deactivated", 467, "c8caee2abd2a6442", "eJIBbv47uEbnwrZ2NTOcisEcKpSEM2A5rrS0PioffRI="),
        ("share_agreement.deleted", 578, "87e01fb163a1778e", "4JaZcAOJUVi3vXmgAGOLmQCSnUnXXYtKk6gs4GvH1Io="),
        ("invitation.declined", 1052, "9abfc0793bdf0648", "e8GlY1SydVRYWj4W6PwxatQ/Vu4R74UlkzwntY5GG+k="),
        ("invitation.rejected", 1052, "f398e5abf71c7010", "t3UBJ15El/zdWFTxJ4nB3kMVUKdAtSld4BTHojjEaEg="),
        ("invitation.expired", 989, "8a65fda9f61f2c5a", "9Va+xI1v9/1Z3t2228uCLdw4RfLjJnMqSOOeOLsRXMI="),
        ("invitation.deleted", 989, "6705004b6500f17f", "P9wVDvKf0Szn1CBHHpke8nerWUDf/YCHHUZig6v05Zo="),
        ("webhook.staled", 380, "01e5c1ace29b80cb", "ljQcQ00ZJKW9Nf8Cq5JQ3OX2sckhlpwIRhCzBD8O1kg="),
    ];
    for (event, bytes, digest, signature) in table {
        let body = compact(contract::event(event));
        assert_eq!(body.len(), bytes, "{event}");
        let start = u64::from_str_radix(digest, 16).unwrap().to_be_bytes();
        assert!(sha2::Sha256::digest(&body).starts_with(&start), "{event}");
        check(signature, TIMESTAMP, body.as_bytes(), SECRET).unwrap_or_else(|refusal| panic!("{event}: {refusal}"));
    }
}

/// JSON without the white space between its tokens, in the order of the file.
fn compact(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let kept = json.chars().filter(|c| {
        let keep = inside || !c.is_whitespace();
        if inside && *c == '\\' && !escaped {
            escaped = true;
        } else {
            if *c == '"' && !escaped {
                inside = !inside;
            }
            escaped = false;
        }
        keep
    });
    kept.collect()
}

#[test]
fn freshness_is_five_minutes_either_way() {
    let now = timestamp::parse("2026-03-02T15:31:06Z").unwrap();
    let table = [
        ("2026-03-02T15:31:06+00:00", Ok(())),
        ("2026-03-02T15:26:06Z", Ok(())),
        ("2026-03-02T15:36:06.000+00:00", Ok(())),
        ("2026-03-02T16:31:06+01:00", Ok(())),
        ("2026-03-02T15:26:05Z", Err(Refusal::Stale)),
        ("2026-03-02T15:36:07Z", Err(Refusal::Stale)),
        ("2026-03-02T15:31:06", Err(Refusal::BadTimestamp)),
        ("1772465466", Err(Refusal::BadTimestamp)),
        ("9999-12-31T23:59:59-23:59", Err(Refusal::BadTimestamp)),
        ("", Err(Refusal::BadTimestamp)),
    ];
    for (timestamp, want) in table {
        assert_eq!(check_fresh(timestamp, now), want, "{timestamp}");
    }
}

#[test]
fn gzip_of_several_members_is_read_whole_within_the_same_limit() {
    let members = |parts: &[&[u8]]| parts.iter().flat_map(|part| gzip(part)).collect::<Vec<u8>>();
    let (start, end) = BODY.as_bytes().split_at(100);
    let body = inflate(&members(&[start, b"", end]), BODY_MAX).unwrap();
    check(SIGNATURE, TIMESTAMP, &body, SECRET).unwrap();
    assert_eq!(inflate(&[gzip(b"hello"), vec![0; 512]].concat(), BODY_MAX).unwrap(), b"hello", "padding is no member");
    assert_eq!(inflate(&[gzip(b"hello"), vec![0x1f, 0x8b, 9]].concat(), BODY_MAX), Err(Refusal::BadGzip));
    let half = vec![0; BODY_MAX / 2];
    assert_eq!(inflate(&members(&[&half, &half]), BODY_MAX).unwrap().len(), BODY_MAX);
    assert_eq!(inflate(&members(&[&half, &half, b"x"]), BODY_MAX), Err(Refusal::TooLarge));
    assert_eq!(inflate(&gzip(b"x").repeat(5_000), BODY_MAX).unwrap().len(), 5_000);
    assert_eq!(inflate(&gzip(b"").repeat(100_000), BODY_MAX), Err(Refusal::BadGzip), "nobody sends so many");
}

#[test]
fn a_bomb_is_stopped_at_the_limit_and_broken_gzip_is_named() {
    let bomb = gzip(&vec![0; BODY_MAX + 1]);
    assert!(bomb.len() < 100_000);
    assert_eq!(inflate(&bomb, BODY_MAX), Err(Refusal::TooLarge));
    assert_eq!(inflate(&gzip(&vec![0; BODY_MAX]), BODY_MAX).unwrap().len(), BODY_MAX);
    let whole = gzip(b"hello");
    assert_eq!(inflate(&whole[..whole.len() - 3], BODY_MAX), Err(Refusal::BadGzip));
    assert_eq!(inflate(&[0x1f, 0x8b, 9, 9], BODY_MAX), Err(Refusal::BadGzip));
}
