//! Treats arbitrary bytes as the body of a verified webhook: reads it, turns it into facts, folds and redacts them. The input is the
//! body.

#![no_main]

use fuzz::domain::{
    events::{
        envelope,
        fact::Fact,
        observation::Observation,
        record::{is_about_data, observations},
        redaction::{REDACTED, redact},
    },
    onboarding::lifecycle::fold,
    timestamp::{self, from_micros},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

fuzz_target!(|body: &[u8]| {
    for header in [None, Some("invitation.declined"), Some("connection.staled")] {
        deliver(body, header);
    }
});

fn deliver(body: &[u8], header: Option<&str>) {
    let sent_at = from_micros(1_772_465_466_000_000);
    let Ok(body) = envelope::parse(body) else { return };
    let redacted = redact(body.clone(), header);
    assert_eq!(redact(redacted.clone(), header), redacted, "redacting twice changes something");
    no_secret_field_is_left(&body, &redacted);
    let Ok(envelope) = envelope::read(&body, header) else { return };
    for id in invitation_ids(&envelope) {
        is_gone(&id, &redacted);
    }
    let told = observations(&envelope, sent_at);
    assert_eq!(told.observations.len() + told.unreadable.len(), told_of(&envelope), "a record is lost");
    let (first, second) = (facts(&envelope, sent_at), facts(&envelope, sent_at + Duration::SECOND));
    let onboarding = fold(first.iter().chain(&second).cloned());
    let backwards = fold(second.iter().rev().chain(&first).chain(first.iter().rev()).cloned());
    assert_eq!(onboarding, backwards, "the result depends on the order or the number of deliveries");
    for entry in &onboarding.timeline {
        let at = entry.fact.at;
        assert_eq!(from_micros(timestamp::micros(at)), at, "the database stores another time");
        timestamp::display(at);
        timestamp::display_to_the_second(at);
        timestamp::relative(at, sent_at);
    }
}

/// How many records something is told of.
fn told_of(envelope: &envelope::Envelope<'_>) -> usize {
    if is_about_data(&envelope.name) { 0 } else { envelope.records.len() }
}

fn facts(envelope: &envelope::Envelope<'_>, sent_at: OffsetDateTime) -> Vec<Fact> {
    let observed = observations(envelope, sent_at).observations;
    let facts = observed.into_iter().filter_map(|observation| match observation {
        Observation::Fact { fact, .. } => Some(fact),
        Observation::Subscription { .. } => None,
    });
    facts.collect()
}

/// Follows CONTRACT.md and WEBHOOKS.md rather than the list in our own code.
fn no_secret_field_is_left(original: &Value, redacted: &Value) {
    const SECRETS: [&str; 5] =
        ["magic_link", "pre_registration_access_token", "pre_registration_refresh_token", "secret", "invitation_id"];
    match (original, redacted) {
        (Value::Object(original), Value::Object(redacted)) => {
            for (name, value) in original {
                let Some(kept) = redacted.get(name) else { continue };
                if kept == REDACTED {
                    continue;
                }
                if SECRETS.contains(&name.as_str()) {
                    assert!(value.is_null() || kept == REDACTED, "{name} was not redacted");
                } else {
                    no_secret_field_is_left(value, kept);
                }
            }
        }
        (Value::Array(original), Value::Array(redacted)) => {
            assert_eq!(original.len(), redacted.len());
            original.iter().zip(redacted).for_each(|(original, redacted)| no_secret_field_is_left(original, redacted));
        }
        // An address may have lost its query.
        (Value::String(_), Value::String(kept)) if kept.contains("://") => {}
        (original, redacted) => assert!(original == redacted || redacted == REDACTED),
    }
}

/// Ids as Catena writes them.
fn invitation_ids(envelope: &envelope::Envelope<'_>) -> Vec<String> {
    let of_invitation = envelope.name.starts_with("invitation.");
    let ids = envelope.records.iter().flat_map(|record| {
        let own = (of_invitation || record.get("magic_link").is_some()).then(|| record.get("id")).flatten();
        [own, record.get("invitation_id")].into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
    });
    ids.filter(|id| Uuid::try_parse(id).is_ok()).collect()
}

fn is_gone(id: &str, redacted: &Value) {
    match redacted {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            assert!(!name.contains(id), "an invitation's id is the name of a field");
            is_gone(id, value);
        }),
        Value::Array(values) => values.iter().for_each(|value| is_gone(id, value)),
        Value::String(text) => assert!(!text.contains(id), "an invitation's id was not redacted"),
        _ => {}
    }
}
