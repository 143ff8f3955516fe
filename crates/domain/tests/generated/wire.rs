//! Deliveries as Catena would send them: an envelope around records, with the oddities that WEBHOOKS.md 1.2 and 7 allow.

use domain::{
    events::{envelope, fact::Fact, observation::Observation, record::observations},
    timestamp::{from_micros, rfc3339},
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::{Builder, Uuid};

pub const SECOND: i64 = 1_000_000;

/// How an optional field comes: most of the time it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    Yes,
    Null,
    No,
}

/// What is unusual about one event's envelope and records.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "oddities come in any combination")]
pub struct Oddity {
    pub id: Given,
    /// An id of version 4, which holds no time.
    pub timeless_id: bool,
    pub timestamp: Given,
    /// The body names no event, so the unsigned header must.
    pub nameless: bool,
    /// The unsigned header lies; the body's name counts.
    pub lying_header: bool,
    /// Fields that no schema knows, in the envelope and in the records.
    pub unknown_fields: bool,
    /// A status that no schema knows.
    pub unknown_status: bool,
    /// The record lacks its own moment (`accepted_at`, `declined_at`, `effective_date`).
    pub no_own_moment: bool,
    /// How long after the happening the event is made.
    pub lag: i64,
}

impl Oddity {
    pub const NONE: Self = Self {
        id: Given::Yes,
        timeless_id: false,
        timestamp: Given::Yes,
        nameless: false,
        lying_header: false,
        unknown_fields: false,
        unknown_status: false,
        no_own_moment: false,
        lag: 0,
    };
}

pub fn oddity() -> impl Strategy<Value = Oddity> {
    let given = || prop_oneof![6 => Just(Given::Yes), 1 => Just(Given::Null), 1 => Just(Given::No)];
    let rare = || proptest::bool::weighted(0.15);
    let names = (rare(), rare());
    (given(), rare(), given(), names, (rare(), rare(), rare()), 0..20 * SECOND).prop_map(
        |(
            id,
            timeless_id,
            timestamp,
            (nameless, lying_header),
            (unknown_fields, unknown_status, no_own_moment),
            lag,
        )| {
            let names = (nameless, lying_header && !nameless);
            Oddity {
                id,
                timeless_id,
                timestamp,
                nameless: names.0,
                lying_header: names.1,
                unknown_fields,
                unknown_status,
                no_own_moment,
                lag,
            }
        },
    )
}

/// How a telling comes another time.
#[derive(Debug, Clone, Copy)]
pub enum RenewalAction {
    /// The same bytes.
    Verbatim,
    /// A later attempt: the same id, another dispatch.
    Retry,
    /// Through an overlapping subscription, which may or may not share the event's id (WEBHOOKS.md 6).
    OtherSubscription { same_id: bool },
}

pub fn again() -> impl Strategy<Value = RenewalAction> {
    prop_oneof![
        Just(RenewalAction::Verbatim),
        Just(RenewalAction::Retry),
        any::<bool>().prop_map(|same_id| RenewalAction::OtherSubscription { same_id }),
    ]
}

/// One event, before it is put into bytes.
#[derive(Debug, Clone)]
pub struct Event {
    pub name: String,
    pub records: Vec<Value>,
    /// When it happened, in microseconds.
    pub at: i64,
    /// Tells its ids from other events'.
    pub serial: u64,
    pub oddity: Oddity,
}

impl Event {
    /// The facts of its first delivery.
    pub fn facts(&self) -> Vec<Fact> {
        self.deliver(None)
    }

    /// The facts of another delivery, later than the first.
    pub fn facts_again(&self, again: RenewalAction) -> Vec<Fact> {
        self.deliver(Some(again))
    }

    fn deliver(&self, again: Option<RenewalAction>) -> Vec<Fact> {
        let odd = self.oddity;
        let made_at = self.at + odd.lag;
        let (attempt, subscription, other_id) = match again {
            None | Some(RenewalAction::Verbatim) => (1, 1, false),
            Some(RenewalAction::Retry) => (2, 1, false),
            Some(RenewalAction::OtherSubscription { same_id }) => (1, 2, !same_id),
        };
        let repeated = !matches!(again, None | Some(RenewalAction::Verbatim));
        let (id_at, id_serial) =
            if other_id { (made_at + 2 * SECOND, self.serial + 500_000) } else { (made_at, self.serial) };
        let id = if odd.timeless_id { v4(id_serial) } else { v7(id_at, id_serial) };
        // The body's time is the event's or the dispatch's: sources disagree.
        let timestamp = made_at + SECOND / 4 + if repeated { 3 * SECOND } else { 0 };
        let sent_at = timestamp + SECOND;

        let mut body = Map::new();
        body.insert("version".into(), "1.0".into());
        body.insert("webhook_id".into(), v4(subscription).to_string().into());
        body.insert("delivery_attempt".into(), attempt.into());
        put(&mut body, "id", odd.id, json!(id.to_string()));
        put(&mut body, "timestamp", odd.timestamp, json!(rfc3339(from_micros(timestamp))));
        let header = if odd.lying_header { Some("some.lie") } else { Some(self.name.as_str()) };
        if !odd.nameless {
            body.insert("event_name".into(), self.name.clone().into());
        }
        if odd.unknown_fields {
            body.insert("trace".into(), json!({ "span": attempt, "parents": [null, subscription] }));
        }
        body.insert("data".into(), self.records.clone().into());
        read(Value::Object(body).to_string().as_bytes(), header, sent_at)
    }
}

/// What the server makes of a verified body: the facts of all records that can be read.
pub fn read(body: &[u8], event_type: Option<&str>, sent_at: i64) -> Vec<Fact> {
    let Ok(body) = envelope::parse(body) else { return Vec::new() };
    let Ok(envelope) = envelope::read(&body, event_type) else { return Vec::new() };
    let told = observations(&envelope, from_micros(sent_at)).observations;
    let facts = told.into_iter().filter_map(|told| match told {
        Observation::Fact { fact, .. } => Some(fact),
        Observation::Subscription { .. } => None,
    });
    facts.collect()
}

pub fn put(fields: &mut Map<String, Value>, name: &str, given: Given, value: Value) {
    match given {
        Given::Yes => drop(fields.insert(name.into(), value)),
        Given::Null => drop(fields.insert(name.into(), Value::Null)),
        Given::No => {}
    }
}

/// A time-ordered id of this moment.
pub fn v7(micros: i64, serial: u64) -> Uuid {
    let mut rest = [7; 10];
    rest[2..].copy_from_slice(&serial.to_be_bytes());
    Builder::from_unix_timestamp_millis(u64::try_from(micros / 1_000).unwrap(), &rest).into_uuid()
}

/// An id without a time.
pub fn v4(serial: u64) -> Uuid {
    Builder::from_random_bytes(u128::from(serial).to_be_bytes()).into_uuid()
}
