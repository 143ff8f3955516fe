//! The envelope around an event's records (WEBHOOKS.md 1.2), read leniently, and its redaction.

use serde_json::{Map, Value};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::timestamp;

/// The envelope of one event. Unknown fields are ignored, as WEBHOOKS.md 1.2 requires.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The event's name, an open string: new ones appear without notice (WEBHOOKS.md 5.10).
    pub name: String,
    /// The event's own id, the first key for finding duplicates; can be missing (WEBHOOKS.md 8.8).
    pub id: Option<Uuid>,
    /// The subscription that caused the delivery, from the signed body.
    pub webhook_id: Option<Uuid>,
    /// The event's time (or the dispatch's: sources disagree), UTC.
    pub timestamp: Option<OffsetDateTime>,
    /// The records: one or more, each of which is processed (WEBHOOKS.md 8.19).
    pub records: Vec<Value>,
}

/// Why a verified body can't be processed. It is stored and shown anyway.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// It isn't JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// JSON, but not the documented object.
    #[error("the body is not an object")]
    NotAnObject,
    /// Neither the body nor the header names the event.
    #[error("neither the body nor X-Event-Type names the event")]
    NoName,
    /// `data` is missing or not an array.
    #[error("“data” is not an array")]
    NoData,
    /// `data` has no record.
    #[error("“data” is empty")]
    EmptyData,
}

/// Reads a verified body. `event_type` is the unsigned `X-Event-Type` header, used only if the body names no event.
pub fn read(body: &[u8], event_type: Option<&str>) -> Result<Envelope, EnvelopeError> {
    let value: Value = serde_json::from_slice(body).map_err(|_| EnvelopeError::NotJson)?;
    let Value::Object(mut fields) = value else { return Err(EnvelopeError::NotAnObject) };
    let name = text(&fields, "event_name").or(event_type).ok_or(EnvelopeError::NoName)?.to_owned();
    let (id, webhook_id) = (uuid(&fields, "id"), uuid(&fields, "webhook_id"));
    let timestamp = text(&fields, "timestamp").and_then(timestamp::parse);
    match fields.remove("data") {
        Some(Value::Array(records)) if records.is_empty() => Err(EnvelopeError::EmptyData),
        Some(Value::Array(records)) => Ok(Envelope { name, id, webhook_id, timestamp, records }),
        _ => Err(EnvelopeError::NoData),
    }
}

/// The text in `field`, unless it is missing or blank.
pub(crate) fn text<'a>(record: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    record.get(field)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The UUID in `field`, of any version (WEBHOOKS.md 1.2).
pub(crate) fn uuid(record: &Map<String, Value>, field: &str) -> Option<Uuid> {
    text(record, field).and_then(|text| Uuid::parse_str(text).ok())
}

/// What replaces a secret.
pub const REDACTED: &str = "[redacted]";

/// The body without magic links, tokens, secrets and invitation ids, wherever they occur, so that it can be stored and shown
/// (WEBHOOKS.md 8.13, CONTRACT.md 13.2 and 13.18). None for a body that isn't JSON, since its parts can't be told apart.
/// `event_type` is the unsigned header, as for [`read`].
pub fn redact(body: &[u8], event_type: Option<&str>) -> Option<Value> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let mut ids = Vec::new();
    let name = value.as_object().and_then(|fields| text(fields, "event_name")).or(event_type);
    let of_invitation = name.is_some_and(|name| name.starts_with("invitation."));
    if let Some(records) = value.get("data").and_then(Value::as_array) {
        for record in records {
            let own = if of_invitation { record.get("id") } else { None };
            ids.extend(
                [own, record.get("invitation_id")].into_iter().flatten().filter_map(Value::as_str).map(str::to_owned),
            );
            // A record with a magic link is an invitation, whatever its event is called.
            if record.get("magic_link").is_some() {
                ids.extend(record.get("id").and_then(Value::as_str).map(str::to_owned));
            }
        }
    }
    ids.retain(|id| !id.is_empty());
    clean(&mut value, &ids);
    Some(value)
}

/// The shortest text of a UUID: Catena's ids are UUIDs.
const ID_LEN: usize = 32;

fn clean(value: &mut Value, ids: &[String]) {
    match value {
        Value::Object(fields) => {
            // Only texts long enough for an id: a shorter one can be part of any name.
            let is_id = |name: &String| ids.iter().any(|id| id.len() >= ID_LEN && name.contains(id.as_str()));
            let named_by_id: Vec<String> = fields.keys().filter(|name| is_id(name)).cloned().collect();
            for name in named_by_id {
                fields.remove(&name);
                fields.insert(REDACTED.into(), Value::from(REDACTED));
            }
            for (name, value) in fields {
                if is_secret(name) && !value.is_null() {
                    *value = Value::from(REDACTED);
                } else {
                    clean(value, ids);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| clean(value, ids)),
        Value::String(text) if ids.iter().any(|id| text.contains(id.as_str())) => REDACTED.clone_into(text),
        _ => {}
    }
}

/// Whether a field of this name holds a secret. By word, not by list: an event that we don't know may carry one as well.
fn is_secret(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    ["magic_link", "token", "secret", "password", "credential", "invitation_id", "api_key"]
        .iter()
        .any(|word| field.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_verified_but_unreadable_says_why() {
        let table: [(&[u8], Option<&str>, EnvelopeError); 6] = [
            (b"<html>", None, EnvelopeError::NotJson),
            (b"\xff\xfe", None, EnvelopeError::NotJson),
            (b"[]", None, EnvelopeError::NotAnObject),
            (b"{\"data\":[{}]}", None, EnvelopeError::NoName),
            (b"{\"event_name\":\"x.y\"}", None, EnvelopeError::NoData),
            (b"{\"data\":[]}", Some("x.y"), EnvelopeError::EmptyData),
        ];
        for (body, header, want) in table {
            assert_eq!(read(body, header).unwrap_err(), want);
        }
    }

    #[test]
    fn the_header_names_the_event_only_where_the_body_does_not() {
        let name = |body: &[u8]| read(body, Some("from.header")).unwrap().name;
        assert_eq!(name(b"{\"data\":[{}]}"), "from.header");
        assert_eq!(name(b"{\"data\":[{}],\"event_name\":\"from.body\"}"), "from.body");
    }

    #[test]
    fn no_secret_survives_redaction_wherever_it_hides() {
        let id = "019caf10-331c-7fc1-b466-44073a4d3b3b";
        let body = format!(
            r#"{{"event_name":"invitation.accepted","data":[{{"id":"{id}","magic_link":"https://c.example/?invite={id}",
            "pre_registration_access_token":"tok-1","pre_registration_refresh_token":"tok-2","fleet_ref":"FLEET-42",
            "partner_provided_fleet_name":"Fleet {id}","deep":[{{"url":"https://x.example/{id}"}}],"accepted_at":null}}]}}"#
        );
        let kept = redact(body.as_bytes(), None).unwrap().to_string();
        for secret in [id, "tok-1", "tok-2", "c.example"] {
            assert!(!kept.contains(secret), "{secret} in {kept}");
        }
        assert!(kept.contains("FLEET-42"));
        // Named by the header alone, and with the id as the name of a field.
        let nameless = format!(r#"{{"data":[{{"id":"{id}","by_id":{{"see {id}":1,"FLEET-42":2}}}}]}}"#);
        let kept = redact(nameless.as_bytes(), Some("invitation.declined")).unwrap().to_string();
        assert!(!kept.contains(id) && kept.contains("FLEET-42"), "{kept}");
        let kept = redact(nameless.as_bytes(), Some("connection.staled")).unwrap().to_string();
        assert!(kept.contains(id), "what is no invitation is shown");
        let unknown = format!(
            r#"{{"event_name":"new.thing","data":[{{"invitation_id":"{id}","note":"see {id}","api_token":"t"}}]}}"#
        );
        let kept = redact(unknown.as_bytes(), None).unwrap().to_string();
        assert!(!kept.contains(id) && !kept.contains("\"t\""), "{kept}");
    }
}
