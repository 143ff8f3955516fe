use domain::{
    events::{envelope, fact::Source},
    onboarding::{lifecycle::fold, stage::Stage},
    timestamp::parse,
};
use serde_json::json;

use super::*;

/// The published story's agreement, in the shape of the real record.
fn agreement(status: &str, expires: Option<&str>) -> Agreement {
    let mut record = contract::sample("share-agreement");
    record["id"] = json!("019caf26-5452-7834-bd72-74710b11149d");
    record["effective_date"] = json!("2026-03-02T15:24:10.706112Z");
    record["status"] = json!(status);
    record["expiration_date"] = json!(expires);
    serde_json::from_value(record).unwrap()
}

fn asked_at() -> OffsetDateTime {
    parse("2026-05-02T16:00:00Z").unwrap()
}

fn facts(observations: &[Observation]) -> Vec<Fact> {
    let facts = observations.iter().filter_map(|observation| {
        if let Observation::Fact { fact, .. } = observation { Some(fact.clone()) } else { None }
    });
    facts.collect()
}

fn webhooks(events: &[&str]) -> Vec<Fact> {
    let observations = events.iter().flat_map(|event| {
        let body = envelope::parse(contract::event(event).as_bytes()).unwrap();
        domain::events::record::observations(&envelope::read(&body, None).unwrap(), asked_at()).observations
    });
    facts(&observations.collect::<Vec<_>>())
}

#[test]
fn the_real_record_tells_that_it_began_and_who_shares() {
    let record: Agreement = serde_json::from_value(contract::sample("share-agreement")).unwrap();
    let observations = missing(&record, &FleetFacts::new(Vec::new()), asked_at());
    let [Observation::Fact { fact, subject, .. }] = &observations[..] else { panic!("one fact") };
    assert_eq!((fact.kind.name(), fact.source), ("share_agreement.created", Source::Check));
    assert_eq!(fact.at, parse("2026-02-19T19:43:23.414841Z").unwrap());
    assert_eq!(subject.fleet_ref.as_deref(), Some("demo"));
}

#[test]
fn each_status_is_found_unless_it_is_known() {
    type Case = (&'static str, Vec<Fact>, Agreement, Vec<(&'static str, OffsetDateTime)>);
    let created = || webhooks(&["share_agreement.created"]);
    let ended = || webhooks(&["share_agreement.created", "share_agreement.deleted"]);
    let asked = asked_at();
    let expired = parse("2026-04-30T00:00:00Z").unwrap();
    let table: Vec<Case> = vec![
        ("nothing new", created(), agreement("active", None), vec![]),
        ("paused", created(), agreement("paused", None), vec![("share_agreement.updated", asked)]),
        ("cancelled", created(), agreement("cancelled", None), vec![("share_agreement.updated", asked)]),
        (
            "expired, which has a time of its own",
            created(),
            agreement("expired", Some("2026-04-30T00:00:00Z")),
            vec![("share_agreement.updated", expired)],
        ),
        ("deleted", created(), agreement("deleted", None), vec![("share_agreement.deleted", asked)]),
        ("deleted, known", ended(), agreement("deleted", None), vec![]),
        ("an end is for good", ended(), agreement("active", None), vec![]),
        (
            "begun and ended unheard",
            vec![],
            agreement("cancelled", None),
            vec![
                ("share_agreement.created", parse("2026-03-02T15:24:10.706112Z").unwrap()),
                ("share_agreement.updated", asked),
            ],
        ),
        ("a word that we don't know", created(), agreement("dreaming", None), vec![]),
    ];
    for (name, known, record, want) in table {
        let got = facts(&missing(&record, &FleetFacts::new(known.clone()), asked));
        let shown: Vec<_> = got.iter().map(|fact| (fact.kind.name(), fact.at)).collect();
        assert_eq!(shown, want, "{name}");
        let all: Vec<Fact> = known.into_iter().chain(got).collect();
        assert!(missing(&record, &FleetFacts::new(all), asked).is_empty(), "{name}: once is enough");
    }
}

#[test]
fn paused_and_active_again_are_two_changes() {
    let mut known = webhooks(&["share_agreement.created"]);
    for (hours, status) in [(0, "paused"), (1, "active"), (2, "paused")] {
        let at = asked_at() + time::Duration::hours(hours);
        let found = facts(&missing(&agreement(status, None), &FleetFacts::new(known.clone()), at));
        assert_eq!(found.len(), 1, "{status}");
        known.extend(found);
    }
    assert_eq!(fold(known).timeline.len(), 4);
}

#[test]
fn an_end_that_the_webhook_tells_later_is_told_once_and_at_its_own_time() {
    let created = webhooks(&["share_agreement.created"]);
    let found = facts(&missing(&agreement("deleted", None), &FleetFacts::new(created.clone()), asked_at()));
    let late = webhooks(&["share_agreement.deleted"]);
    let onboarding = fold(created.into_iter().chain(found).chain(late.clone()));
    assert_eq!((onboarding.stage, onboarding.timeline.len()), (Some(Stage::Deleted), 2));
    let end = &onboarding.timeline.iter().find(|entry| entry.fact.kind == Kind::AgreementDeleted).unwrap().fact;
    assert_eq!((end.source, end.at), (Source::Webhook, late[0].at));
}
