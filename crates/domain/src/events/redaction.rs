//! What of a delivery may be stored in the clear and shown to everyone on staff: an allow-list.
//!
//! A list of words that secrets are called by would never be complete, so only what Catena documents and what is no secret
//! (WEBHOOKS.md 1.2, 2.3 to 2.9) is kept. Magic links, tokens, invitation ids and everything undocumented are masked.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use crate::events::{
    envelope::{event_name, text, uuid},
    record::is_about_data,
};

/// What replaces whatever isn't shown.
pub const REDACTED: &str = "[redacted]";

/// What a documented field may hold; anything else in it is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// A text, a number or a boolean.
    Scalar,
    /// An address. Its user, password and query are masked.
    Url,
    /// An array of texts.
    List,
    /// An object of texts, such as the permission for each resource.
    Levels,
    /// A subscription's filters: an object of arrays of texts.
    Filters,
}

use Kept::{Filters, Levels, List, Scalar};

type Fields = &'static [(&'static str, Kept)];

/// The fields around the records, besides `data`.
const ENVELOPE: Fields = &[
    ("version", Scalar),
    ("event_name", Scalar),
    ("webhook_id", Scalar),
    ("timestamp", Scalar),
    ("id", Scalar),
    ("delivery_attempt", Scalar),
];

/// An invitation without its secrets: `id`, `magic_link` and the two tokens. `fleet_name` is the API's name for the fleet's
/// name (WEBHOOKS.md 8.12).
const INVITATION: Fields = &[
    ("created_at", Scalar),
    ("expires_at", Scalar),
    ("expires_in_hours", Scalar),
    ("status", Scalar),
    ("partner_provided_fleet_name", Scalar),
    ("fleet_name", Scalar),
    ("accepted_at", Scalar),
    ("success_redirect_url", Kept::Url),
    ("failure_redirect_url", Kept::Url),
    ("callback_url", Kept::Url),
    ("limit_tsps", List),
    ("fleet_id", Scalar),
    ("partner_slug", Scalar),
    ("partner_id", Scalar),
    ("decline_reason", Scalar),
    ("declined_at", Scalar),
    ("fleet_ref", Scalar),
];

const AGREEMENT: Fields = &[
    ("id", Scalar),
    ("fleet_id", Scalar),
    ("partner_id", Scalar),
    ("fleet_ref", Scalar),
    ("status", Scalar),
    ("effective_date", Scalar),
    ("expiration_date", Scalar),
    ("scopes", Levels),
];

const CONNECTION: Fields =
    &[("id", Scalar), ("source_name", Scalar), ("fleet_id", Scalar), ("tsp_id", Scalar), ("status", Scalar)];

const FLEET_CONNECTION: Fields = &[("id", Scalar), ("fleet_id", Scalar), ("connection_id", Scalar)];

const EXECUTION: Fields = &[
    ("id", Scalar),
    ("created_at", Scalar),
    ("updated_at", Scalar),
    ("schedule_id", Scalar),
    ("connection_id", Scalar),
    ("fleet_id", Scalar),
    ("status", Scalar),
    ("source_name", Scalar),
    ("resource", Scalar),
];

const SCHEDULE: Fields = &[
    ("id", Scalar),
    ("connection_id", Scalar),
    ("resource", Scalar),
    ("execution_interval_seconds", Scalar),
    ("status", Scalar),
    ("consecutive_error_threshold", Scalar),
    ("max_concurrent_executions", Scalar),
];

const SUBSCRIPTION: Fields =
    &[("id", Scalar), ("url", Kept::Url), ("event_name", Scalar), ("filters", Filters), ("status", Scalar)];

/// The records of data, whose fields are not published here: what they have in common with the others.
const DATA: Fields = &[
    ("id", Scalar),
    ("created_at", Scalar),
    ("updated_at", Scalar),
    ("occurred_at", Scalar),
    ("fleet_id", Scalar),
    ("fleet_ref", Scalar),
    ("connection_id", Scalar),
    ("source_name", Scalar),
    ("resource", Scalar),
    ("status", Scalar),
];

/// The records of an event that this version doesn't know: the same without `id`, which may be an invitation's.
const UNKNOWN: Fields = &[
    ("created_at", Scalar),
    ("updated_at", Scalar),
    ("occurred_at", Scalar),
    ("fleet_id", Scalar),
    ("fleet_ref", Scalar),
    ("connection_id", Scalar),
    ("source_name", Scalar),
    ("resource", Scalar),
    ("status", Scalar),
];

/// What is kept of the records of an event.
fn kept_of(event_name: &str) -> Fields {
    match event_name.split('.').next().unwrap_or_default() {
        "invitation" => INVITATION,
        "share_agreement" => AGREEMENT,
        "connection" => CONNECTION,
        "fleet_connection" => FLEET_CONNECTION,
        "execution" => EXECUTION,
        "schedule" => SCHEDULE,
        "webhook" => SUBSCRIPTION,
        _ if is_about_data(event_name) => DATA,
        _ => UNKNOWN,
    }
}

/// The body with everything masked that is not known to be harmless, wherever it is (WEBHOOKS.md 8.13, CONTRACT.md 13.2 and
/// 13.18). `event_type` is the unsigned header, as for [`read`](super::envelope::read). Redacting twice changes nothing.
pub fn redact(body: Value, event_type: Option<&str>) -> Value {
    let Value::Object(fields) = body else { return masked(body) };
    let name = event_name(&fields, event_type).unwrap_or_default().into_owned();
    let invitations = Invitations::of(&name, &fields);
    let kept = fields.into_iter().map(|(field, value)| match value {
        Value::Array(records) if field == "data" => {
            let records = records.into_iter().map(|record| invitations.redact_record(record, kept_of(&name)));
            (field, records.collect())
        }
        value => invitations.redact_field(field, value, ENVELOPE),
    });
    Value::Object(kept.collect())
}

/// The invitations that a delivery is about. Their ids are passwords, and may occur in any text.
struct Invitations(BTreeSet<Uuid>);

impl Invitations {
    fn of(event_name: &str, fields: &Map<String, Value>) -> Self {
        let records = fields.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        let ids = records.flat_map(|record| {
            // A record with a magic link is an invitation, whatever its event is called.
            let is_invitation = event_name.starts_with("invitation.") || record.contains_key("magic_link");
            let own = is_invitation.then(|| uuid(record, "id")).flatten();
            let linked = text(record, "magic_link").map(|link| uuids(&link).collect::<Vec<_>>()).unwrap_or_default();
            own.into_iter().chain(uuid(record, "invitation_id")).chain(linked)
        });
        Self(ids.collect())
    }

    fn redact_record(&self, record: Value, fields: Fields) -> Value {
        let Value::Object(record) = record else { return masked(record) };
        Value::Object(record.into_iter().map(|(field, value)| self.redact_field(field, value, fields)).collect())
    }

    fn redact_field(&self, field: String, value: Value, fields: Fields) -> (String, Value) {
        let kept = fields.iter().find(|(name, _)| *name == field).map(|(_, kept)| *kept);
        let value = match kept {
            Some(kept) => self.keep(value, kept),
            None => masked(value),
        };
        (if kept.is_some() || is_plain_name(&field) { field } else { REDACTED.to_owned() }, value)
    }

    fn keep(&self, value: Value, kept: Kept) -> Value {
        match (kept, value) {
            (_, Value::String(text)) if self.are_in(&text) => masked(Value::String(text)),
            (Kept::Url, Value::String(text)) => Value::String(without_credentials(text)),
            (_, value @ (Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null)) => value,
            (List, Value::Array(values)) => values.into_iter().map(|value| self.keep(value, Scalar)).collect(),
            (Levels, Value::Object(fields)) => self.keep_all(fields, Scalar),
            (Filters, Value::Object(fields)) => self.keep_all(fields, List),
            (_, value) => masked(value),
        }
    }

    fn keep_all(&self, fields: Map<String, Value>, kept: Kept) -> Value {
        let one = |(field, value): (String, Value)| {
            if is_plain_name(&field) { (field, self.keep(value, kept)) } else { (REDACTED.to_owned(), masked(value)) }
        };
        Value::Object(fields.into_iter().map(one).collect())
    }

    fn are_in(&self, text: &str) -> bool {
        !self.0.is_empty() && uuids(text).any(|id| self.0.contains(&id))
    }
}

/// A value that isn't shown. Whether there is one is no secret, nor is yes or no.
fn masked(value: Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value,
        _ => Value::from(REDACTED),
    }
}

/// Whether it looks like the name of a field and can't hold an id or a token.
fn is_plain_name(field: &str) -> bool {
    const LONGEST: usize = 48;
    let is_word = field.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.'));
    (is_word && field.len() <= LONGEST && uuids(field).next().is_none()) || field == REDACTED
}

/// An address without user, password, query and fragment; masked if it is none.
fn without_credentials(text: String) -> String {
    let Ok(mut url) = Url::parse(&text) else { return REDACTED.to_owned() };
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    // Catena masks parts of some addresses, and a rewritten one would look like another.
    if is_plain {
        return text;
    }
    // Neither fails for an address with a host; one without has neither.
    let _ = (url.set_username(""), url.set_password(None));
    url.set_fragment(None);
    if url.query().is_some() {
        url.set_query(Some(REDACTED));
    }
    url.into()
}

/// The UUIDs in a text, in capitals or not, with dashes or without.
fn uuids(text: &str) -> impl Iterator<Item = Uuid> {
    (0..text.len()).flat_map(move |start| {
        let hyphenated = text.get(start..start + 36).filter(|part| part.as_bytes()[8] == b'-');
        let simple = text.get(start..start + 32).filter(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
        hyphenated.into_iter().chain(simple).filter_map(|part| Uuid::try_parse(part).ok())
    })
}

#[cfg(test)]
#[path = "redaction_tests.rs"]
mod tests;
