//! The published story of a fleet (WEBHOOKS.md 2.1), repeated for any number of fleets: the same bodies with other ids and with times
//! within the last hour.

use domain::timestamp;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::Failure;

/// The events of a successful onboarding, in order.
pub const EVENTS: [&str; 6] = [
    "invitation.created",
    "invitation.viewed",
    "invitation.accepted",
    "share_agreement.created",
    "connection.created",
    "fleet_connection.created",
];

/// The subscription that all of them come from.
pub const WEBHOOK_ID: Uuid = Uuid::from_u128(0x019c_a945_0a00_7cf2_baa7_d6e1_6e91_c545);

const FLEET_REF: &str = "FLEET-42";
/// Placeholders in a template. No body contains these characters.
const REF_MARK: &str = "\u{1}ref\u{1}";
const ID_MARK: &str = "\u{1}id\u{1}";
const UUID_LENGTH: usize = 36;
/// The bits of a UUID that are random in every version.
const RANDOM_BITS: u128 = (1 << 62) - 1;

/// Templates of the bodies, in the order of [`EVENTS`].
pub struct Story {
    templates: Vec<Vec<Piece>>,
}

enum Piece {
    Text(String),
    /// An id of the published story, replaced with the fleet's own.
    Id(u128),
    FleetRef,
    EventId,
}

impl Story {
    /// Reads the published bodies and moves their times so that the story began an hour before `now`.
    pub fn read(now: OffsetDateTime) -> Result<Self, Failure> {
        let mut shift = None;
        let mut templates = Vec::new();
        for event in EVENTS {
            let mut body: Value = serde_json::from_str(contract::event(event))?;
            let told_at = body["timestamp"].as_str().and_then(timestamp::parse).ok_or("an event without a time")?;
            let shift = *shift.get_or_insert(now - Duration::hours(1) - told_at);
            body["webhook_id"] = Value::from("");
            body["id"] = Value::from("");
            mark(&mut body, shift);
            body["webhook_id"] = Value::from(WEBHOOK_ID.to_string());
            templates.push(cut(&serde_json::to_string(&body)?));
        }
        Ok(Self { templates })
    }

    /// The body of one event of one fleet. `salt` makes the fleet's ids unique, `fleet_ref` is our reference for it.
    pub fn body(&self, event: usize, fleet_ref: &str, salt: u128, event_id: Uuid) -> String {
        let mut body = String::with_capacity(1_200);
        for piece in &self.templates[event] {
            match piece {
                Piece::Text(text) => body.push_str(text),
                Piece::Id(id) => body.push_str(&Uuid::from_u128(id ^ (salt & RANDOM_BITS)).to_string()),
                Piece::FleetRef => body.push_str(fleet_ref),
                Piece::EventId => body.push_str(&event_id.to_string()),
            }
        }
        body
    }
}

/// Inserts placeholders for what differs between fleets, and shifts the times.
fn mark(value: &mut Value, shift: Duration) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|value| mark(value, shift)),
        Value::Array(values) => values.iter_mut().for_each(|value| mark(value, shift)),
        Value::String(text) => *text = marked(text, shift),
        _ => {}
    }
}

fn marked(text: &str, shift: Duration) -> String {
    if text == FLEET_REF {
        return REF_MARK.to_owned();
    }
    if text.is_empty() {
        return ID_MARK.to_owned();
    }
    if let Some(moment) = timestamp::parse(text) {
        return timestamp::rfc3339(moment + shift);
    }
    // An id alone or, in a magic link, at the end.
    let start = text.len().saturating_sub(UUID_LENGTH);
    match text.get(start..).and_then(|end| Uuid::parse_str(end).ok()) {
        Some(id) => format!("{}{ID_MARK}{id}", &text[..start]),
        None => text.to_owned(),
    }
}

/// Splits a body at its placeholders, whose characters JSON writes as escapes.
fn cut(body: &str) -> Vec<Piece> {
    let (ref_mark, id_mark) = (escaped(REF_MARK), escaped(ID_MARK));
    let mut pieces = Vec::new();
    for (index, part) in body.split(&id_mark).enumerate() {
        let mut rest = part;
        if index > 0 {
            match part.get(..UUID_LENGTH).and_then(|id| Uuid::parse_str(id).ok()) {
                Some(id) => {
                    pieces.push(Piece::Id(id.as_u128()));
                    rest = &part[UUID_LENGTH..];
                }
                None => pieces.push(Piece::EventId),
            }
        }
        for (index, text) in rest.split(&ref_mark).enumerate() {
            if index > 0 {
                pieces.push(Piece::FleetRef);
            }
            pieces.push(Piece::Text(text.to_owned()));
        }
    }
    pieces
}

fn escaped(mark: &str) -> String {
    mark.replace('\u{1}', "\\u0001")
}
