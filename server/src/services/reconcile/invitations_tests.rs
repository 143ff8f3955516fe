use domain::{
    events::{envelope, fact::Source},
    onboarding::{lifecycle::fold, stage::Stage},
    timestamp::parse,
};
use serde_json::{Value, json};

use super::*;

const ID: &str = "019caf10-331c-7fc1-b466-44073a4d3b3b";

/// The real record, with some of it changed.
fn invitation(change: &[(&str, Value)]) -> Invitation {
    let mut record = contract::sample("invitation");
    for (field, value) in change {
        record[*field] = value.clone();
    }
    serde_json::from_value(record).unwrap()
}

/// The record of the published story's invitation.
fn of_story(status: &str, change: &[(&str, Value)]) -> Invitation {
    let all = [
        ("id", json!(ID)),
        ("created_at", json!("2026-03-02T15:00:00.412907Z")),
        ("expires_at", json!("2026-03-03T15:00:00.412884Z")),
        ("status", json!(status)),
        ("accepted_at", json!(null)),
        ("fleet_id", json!(null)),
        ("fleet_ref", json!("FLEET-42")),
    ];
    invitation(&[all.as_slice(), change].concat())
}

fn asked_at() -> OffsetDateTime {
    parse("2026-03-02T16:00:00Z").unwrap()
}

fn facts(observations: &[Observation]) -> Vec<Fact> {
    let facts = observations.iter().filter_map(|observation| {
        if let Observation::Fact { fact, .. } = observation { Some(fact.clone()) } else { None }
    });
    facts.collect()
}

/// The facts that the published webhooks tell.
fn webhooks(events: &[&str]) -> Vec<Fact> {
    let observations = events.iter().flat_map(|event| {
        let body = envelope::parse(contract::event(event).as_bytes()).unwrap();
        domain::events::record::observations(&envelope::read(&body, None).unwrap(), asked_at()).observations
    });
    facts(&observations.collect::<Vec<_>>())
}

fn kinds(observations: &[Observation]) -> Vec<String> {
    facts(observations).iter().map(|fact| fact.kind.name().to_owned()).collect()
}

#[test]
fn the_real_record_tells_that_it_was_made_and_accepted_and_no_token_of_it_survives() {
    let observations = missing(&invitation(&[]), &FleetFacts::new(Vec::new()), asked_at());
    let got = facts(&observations);
    let want = [
        (Kind::InvitationCreated, "2026-02-19T19:43:11.077916Z"),
        (Kind::InvitationAccepted, "2026-02-19T19:43:23.944562Z"),
    ];
    assert_eq!(
        got.iter().map(|fact| (fact.kind.clone(), fact.at)).collect::<Vec<_>>(),
        want.map(|(kind, at)| (kind, parse(at).unwrap()))
    );
    assert!(got.iter().all(|fact| fact.source == Source::Check));
    let Observation::Fact { subject, invitation: Some(record), .. } = &observations[1] else { panic!("an invitation") };
    assert_eq!(subject.fleet_ref.as_deref(), Some("demo"));
    assert_eq!(subject.fleet_id.unwrap().to_string(), "3a6cf33b-c162-46e5-83a1-3043b026c48b");
    assert!(record.fleet_name.is_none());
    let shown = format!("{observations:?}");
    assert!(!shown.contains("eyJ") && !shown.contains("019c776d-28b5"), "{shown}");
}

#[test]
#[expect(clippy::type_complexity, reason = "a table")]
fn what_a_record_tells_has_the_key_that_the_webhook_has() {
    let table: [(&str, &[(&str, Value)], &[&str]); 4] = [
        (
            "accepted",
            &[("accepted_at", json!("2026-03-02T15:24:11.231540Z"))],
            &["invitation.created", "invitation.accepted"],
        ),
        (
            "declined",
            &[
                ("declined_at", json!("2026-03-02T15:23:07.318004Z")),
                ("decline_reason", json!("We already share this data another way")),
            ],
            &["invitation.created", "invitation.declined"],
        ),
        ("expired", &[], &["invitation.created", "invitation.expired"]),
        ("deleted", &[], &["invitation.created", "invitation.deleted"]),
    ];
    for (status, change, events) in table {
        let observations = missing(&of_story(status, change), &FleetFacts::new(Vec::new()), asked_at());
        let (found, by_webhook) = (facts(&observations), webhooks(events));
        let keys = |facts: &[Fact]| facts.iter().map(|fact| fact.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&by_webhook), "{status}");
        let both = fold(found.iter().chain(&by_webhook).cloned());
        assert_eq!(both, fold(by_webhook.clone()), "{status}: the webhook's word counts, and nothing twice");
        let after = missing(&of_story(status, change), &FleetFacts::new(by_webhook), asked_at());
        assert!(after.is_empty(), "{status}: {:?}", kinds(&after));
    }
}

#[test]
fn a_refresh_that_nobody_told_is_found_and_begins_a_round() {
    let created = webhooks(&["invitation.created", "invitation.declined"]);
    let refreshed = of_story("active", &[("expires_at", json!("2026-03-03T15:40:00.412884Z"))]);
    let observations = missing(&refreshed, &FleetFacts::new(created.clone()), asked_at());
    let found = facts(&observations);
    assert_eq!(kinds(&observations), ["invitation.refreshed"]);
    assert_eq!(found[0].at, parse("2026-03-02T15:40:00.412884Z").unwrap());
    let all: Vec<Fact> = created.into_iter().chain(found).collect();
    assert_eq!(fold(all.clone()).stage, Some(Stage::Created), "a declined one is open again");
    assert!(missing(&refreshed, &FleetFacts::new(all), asked_at()).is_empty());
}

#[test]
fn a_second_refusal_is_found_where_a_refresh_between_left_the_end_as_it_was() {
    let mut known = webhooks(&["invitation.created", "invitation.declined"]);
    let opened = Fact {
        source: Source::Staff,
        at: parse("2026-03-02T15:30:00Z").unwrap(),
        kind: Kind::InvitationRefreshed,
        key: "opened again".into(),
        ..known[1].clone()
    };
    known.push(opened);
    assert_eq!(fold(known.clone()).stage, Some(Stage::Created));
    let record = of_story("declined", &[("declined_at", json!("2026-03-02T15:50:00Z"))]);
    let observations = missing(&record, &FleetFacts::new(known.clone()), asked_at());
    assert_eq!(kinds(&observations), ["invitation.declined"]);
    known.extend(facts(&observations));
    assert_eq!(fold(known.clone()).stage, Some(Stage::Declined));
    assert!(missing(&record, &FleetFacts::new(known), asked_at()).is_empty());
}

#[test]
fn moments_that_differ_by_a_breath_are_the_same_round() {
    let known = webhooks(&["invitation.created", "invitation.expired"]);
    let record = of_story("expired", &[("expires_at", json!("2026-03-03T15:00:00.412908Z"))]);
    assert!(missing(&record, &FleetFacts::new(known), asked_at()).is_empty());
}

#[test]
fn a_status_without_a_word_and_an_open_link_tell_nothing_more() {
    let known = webhooks(&["invitation.created"]);
    for status in ["active", "paused_by_moon"] {
        assert!(missing(&of_story(status, &[]), &FleetFacts::new(known.clone()), asked_at()).is_empty(), "{status}");
    }
    // What was accepted can't run out.
    let accepted = webhooks(&["invitation.created", "invitation.accepted"]);
    assert!(missing(&of_story("expired", &[]), &FleetFacts::new(accepted), asked_at()).is_empty());
}
