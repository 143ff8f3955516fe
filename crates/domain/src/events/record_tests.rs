use serde_json::json;

use super::*;
use crate::{events::envelope, timestamp::from_micros};

fn observed(event: &str, records: Value) -> Observed {
    let body = json!({ "event_name": event, "data": records });
    observations(&envelope::read(&body, None).unwrap(), from_micros(0))
}

fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

#[test]
fn a_record_that_cannot_be_read_costs_only_itself_and_is_named() {
    let good = |number| json!({ "id": id(number), "fleet_id": id(9) });
    let seen = observed("connection.created", json!([good(1), { "id": "x" }, "text", good(2)]));
    let connections: Vec<_> = seen
        .observations
        .iter()
        .filter_map(|observation| match observation {
            Observation::Fact { fact, .. } => fact.about.connection,
            Observation::Subscription { .. } => None,
        })
        .collect();
    assert_eq!(connections, [Uuid::from_u128(1), Uuid::from_u128(2)]);
    assert_eq!(seen.unreadable, [RecordError::Missing { place: 2, field: "id" }, RecordError::NotAnObject(3)]);
    assert_eq!(
        seen.problem().unwrap(),
        "record 2 has no usable “id”; record 3 is not an object. The other 2 records were processed"
    );
    assert_eq!(observed("connection.created", json!([good(1)])).problem(), None);
    assert_eq!(observed("connection.created", json!([{}])).problem().unwrap(), "record 1 has no usable “id”");
    let many = observed("connection.created", vec![Value::Null; 9].into()).problem().unwrap();
    assert!(many.ends_with("record 5 is not an object; and 4 more"), "{many}");
}

#[test]
fn numbers_are_read_where_text_is_meant() {
    let seen = observed("tsp.requested", json!([{ "fleet_ref": 4_711, "status": 1.5, "source_name": true }]));
    let Observation::Fact { fact, subject, .. } = &seen.observations[0] else { panic!("{seen:?}") };
    assert_eq!(subject.fleet_ref.as_deref(), Some("4711"));
    assert_eq!((fact.about.status.as_deref(), fact.about.provider.as_deref()), (Some("1.5"), None));
}

#[test]
fn what_people_wrote_is_read_without_what_nobody_sees() {
    let told = |event: &str, field: &str, text: &str| {
        let record = json!({ "id": id(1), "expires_at": "2026-03-03T15:31:06Z", field: text });
        match observed(event, json!([record])).observations.remove(0) {
            Observation::Fact { fact, invitation, .. } => (fact.about.note, invitation.unwrap().fleet_name),
            other @ Observation::Subscription { .. } => panic!("{other:?}"),
        }
    };
    let name = |text: &str| told("invitation.created", "fleet_name", text).1;
    assert_eq!(name("Mu\u{308}ller\u{a0}GmbH\u{202e}").as_deref(), Some("Müller GmbH"));
    assert_eq!(name("\u{200b}"), None);
    let declined = told("invitation.declined", "decline_reason", "Not\u{202e} now,\r\nask in May");
    assert_eq!(declined.0.as_deref(), Some("Not now,\nask in May"));
}
