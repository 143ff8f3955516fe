//! The envelope around an event's records (WEBHOOKS.md 1.2), read leniently.

use std::borrow::Cow;

use serde_json::{Map, Value};
use thiserror::Error;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{json, timestamp};

/// The envelope of one event. Unknown fields are ignored, as WEBHOOKS.md 1.2 requires.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// The event's name, an open string: new ones appear without notice (WEBHOOKS.md 5.10).
    pub name: String,
    /// The event's own id, the first key for finding duplicates; can be missing (WEBHOOKS.md 8.8).
    pub id: Option<Uuid>,
    /// The subscription that caused the delivery, from the signed body.
    pub webhook_id: Option<Uuid>,
    /// The event's time (or the dispatch's: sources disagree), UTC.
    pub timestamp: Option<OffsetDateTime>,
    /// The records: one or more, each of which is processed (WEBHOOKS.md 8.19).
    pub records: &'a [Value],
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

/// A verified body as JSON, however it was written ([`json::read`]).
pub fn parse(body: &[u8]) -> Result<Value, EnvelopeError> {
    json::read(body).map_err(|_| EnvelopeError::NotJson)
}

/// Reads a parsed body. `event_type` is the unsigned `X-Event-Type` header, used only if the body names no event.
pub fn read<'a>(body: &'a Value, event_type: Option<&str>) -> Result<Envelope<'a>, EnvelopeError> {
    let fields = body.as_object().ok_or(EnvelopeError::NotAnObject)?;
    let name = event_name(fields, event_type).ok_or(EnvelopeError::NoName)?.into_owned();
    let (id, webhook_id) = (uuid(fields, "id"), uuid(fields, "webhook_id"));
    let timestamp = text(fields, "timestamp").and_then(|text| timestamp::parse(&text));
    match fields.get("data") {
        Some(Value::Array(records)) if records.is_empty() => Err(EnvelopeError::EmptyData),
        Some(Value::Array(records)) => Ok(Envelope { name, id, webhook_id, timestamp, records }),
        _ => Err(EnvelopeError::NoData),
    }
}

/// The event's name: the one in the signed body, else the header's.
pub(crate) fn event_name<'a>(fields: &'a Map<String, Value>, event_type: Option<&'a str>) -> Option<Cow<'a, str>> {
    text(fields, "event_name").or(event_type.map(Cow::Borrowed))
}

/// The text or number in `field`, unless it is missing or blank.
pub(crate) fn text<'a>(record: &'a Map<String, Value>, field: &str) -> Option<Cow<'a, str>> {
    json::text(record.get(field)?)
}

/// The UUID in `field`, of any version (WEBHOOKS.md 1.2).
pub(crate) fn uuid(record: &Map<String, Value>, field: &str) -> Option<Uuid> {
    text(record, field).and_then(|text| Uuid::parse_str(text.trim()).ok())
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
            let error = parse(body).and_then(|body| read(&body, header).map(|envelope| envelope.name)).unwrap_err();
            assert_eq!(error, want);
        }
    }

    #[test]
    fn the_header_names_the_event_only_where_the_body_does_not() {
        let name = |body: &[u8]| read(&parse(body).unwrap(), Some("from.header")).unwrap().name;
        assert_eq!(name(b"{\"data\":[{}]}"), "from.header");
        assert_eq!(name(b"{\"data\":[{}],\"event_name\":\"from.body\"}"), "from.body");
    }
}
