use domain::{
    events::fact::{Round, Source},
    onboarding::{
        lifecycle::fold,
        stage::{Health, Stage},
    },
    timestamp::parse,
};
use serde_json::json;

use super::*;

const CONNECTION: Uuid = Uuid::from_u128(0x7c2f_6fec_1714_49d4_8395_36b3_216f_daee);
const SCHEDULE: Uuid = Uuid::from_u128(4);

/// Minutes of 13 March 2026, UTC.
fn at(minutes: i64) -> OffsetDateTime {
    parse("2026-03-13T00:00:00Z").unwrap() + Duration::minutes(minutes)
}

/// The real record, made and changed at these minutes.
fn connection(status: &str, created: i64, updated: i64) -> Connection {
    let mut record = contract::sample("connection");
    record["status"] = json!(status);
    record["created_at"] = json!(domain::timestamp::rfc3339(at(created)));
    record["updated_at"] = json!(domain::timestamp::rfc3339(at(updated)));
    serde_json::from_value(record).unwrap()
}

fn row(status: Option<&str>, fetched: Option<i64>) -> DataFreshness {
    serde_json::from_value(json!({
        "resource": "vehicle_location", "share_level": "read", "fleet_id": "405f1ac5-a4c1-423b-b161-2dd272d1371c",
        "fleet_ref": "sandbox", "connection_id": CONNECTION, "connection_description": null, "schedule_id": SCHEDULE,
        "source_name": "samsara", "tsp_id": null, "tsp_slug": "samsara",
        "last_successful_execution_at": fetched.map(|minutes| domain::timestamp::rfc3339(at(minutes))),
        "next_execution_at": null, "schedule_status": status,
    }))
    .unwrap()
}

fn fact(kind: Kind, minutes: i64, schedule: Option<Uuid>) -> Fact {
    let about = About { connection: Some(CONNECTION), schedule, ..About::default() };
    let key = state_key(CONNECTION, &kind, at(minutes));
    Fact { source: Source::Webhook, at: at(minutes), kind, key, event_id: None, actor: None, about }
}

fn agreed(minutes: i64) -> Fact {
    let mut fact = fact(Kind::AgreementCreated, minutes, None);
    fact.about = About { agreement: Some(Uuid::from_u128(9)), ..About::default() };
    fact
}

/// Agreed at 0, attached at 1, and what else is known.
fn known(more: &[Fact]) -> Vec<Fact> {
    let mut facts = vec![agreed(0), fact(Kind::FleetConnectionCreated, 1, None)];
    facts.extend_from_slice(more);
    facts
}

fn found(connection: &Connection, rows: &[DataFreshness], known: &[Fact], asked: i64) -> Vec<Fact> {
    let rows: Vec<&DataFreshness> = rows.iter().collect();
    let observations = missing(connection, &rows, &FleetFacts::new(known.to_vec()), at(asked));
    observations
        .into_iter()
        .map(|observations| if let Observation::Fact { fact, .. } = observations { fact } else { panic!("a fact") })
        .collect()
}

fn shown(facts: &[Fact]) -> Vec<(&str, i64, Option<Uuid>)> {
    let minutes = |fact: &Fact| (fact.at - at(0)).whole_minutes();
    facts.iter().map(|fact| (fact.kind.name(), minutes(fact), fact.about.schedule)).collect()
}

#[test]
fn a_connection_that_nobody_told_is_attached_not_before_the_consent() {
    type Case = (&'static str, Vec<Fact>, Connection, Vec<(&'static str, i64, Option<Uuid>)>);
    let (created, attached) = ("connection.created", "fleet_connection.created");
    let table: Vec<Case> = vec![
        ("made for us", vec![agreed(5)], connection("active", 9, 9), vec![(created, 9, None), (attached, 9, None)]),
        ("it existed before", vec![agreed(500)], connection("active", 9, 9), vec![(attached, 500, None)]),
        ("nothing else is known", vec![], connection("paused", 9, 9), vec![(attached, 9, None)]),
        ("the attachment came, so the link existed before", known(&[]), connection("active", 1, 1), vec![]),
        ("it never came to be", vec![agreed(5)], connection("failed", 9, 9), vec![]),
        ("it is gone", vec![agreed(5)], connection("deleted", 9, 99), vec![]),
        (
            "stale already",
            vec![agreed(5)],
            connection("stale", 9, 60),
            vec![(created, 9, None), (attached, 9, None), ("connection.staled", 60, None)],
        ),
    ];
    for (name, known, record, want) in table {
        let got = found(&record, &[], &known, 600);
        assert_eq!(shown(&got), want, "{name}");
        assert!(got.iter().all(|fact| fact.about.provider.as_deref() == Some("samsara")));
        let after: Vec<Fact> = known.into_iter().chain(got).collect();
        assert!(found(&record, &[], &after, 900).is_empty(), "{name}: once is enough");
    }
}

#[test]
fn an_agreement_that_ended_leaves_nothing_to_say_of_its_connections() {
    let mut end = agreed(50);
    end.kind = Kind::AgreementDeleted;
    end.key = "end".into();
    let all = known(&[end]);
    assert_eq!(fold(all.clone()).stage, Some(Stage::Deleted));
    let nothing =
        |all: &[Fact]| found(&connection("stale", 1, 60), &[row(Some("inactive"), None)], all, 100).is_empty();
    assert!(nothing(&all));
    let mut invited = fact(Kind::InvitationRefreshed, 70, None);
    invited.about = About {
        round: Some(Round { created_at: at(0), expires_at: at(999), invitation: "i".into() }),
        ..About::default()
    };
    let again: Vec<Fact> = all.into_iter().chain([invited]).collect();
    assert_eq!(fold(again.clone()).stage, Some(Stage::Created));
    assert!(nothing(&again), "invited again, but not agreed again");
}

#[test]
fn credentials_are_found_stale_and_found_working_at_catenas_own_time() {
    type Case = (&'static str, Vec<Fact>, Connection, Option<i64>, i64, Vec<(&'static str, i64)>);
    let stale = || fact(Kind::ConnectionStaled, 30, None);
    let works = || fact(Kind::ConnectionRecovered, 40, None);
    let table: Vec<Case> = vec![
        ("stale, unheard", known(&[]), connection("stale", 1, 30), None, 32, vec![("connection.staled", 30)]),
        ("stale, known", known(&[stale()]), connection("stale", 1, 30), None, 60, vec![]),
        ("works again", known(&[stale()]), connection("active", 1, 40), None, 41, vec![("connection.recovered", 40)]),
        ("works, known", known(&[stale(), works()]), connection("active", 1, 40), None, 60, vec![]),
        (
            "stale once more",
            known(&[stale(), works()]),
            connection("stale", 1, 50),
            None,
            60,
            vec![("connection.staled", 50)],
        ),
        (
            "works again by a fetch, where the record's time stands still",
            known(&[stale()]),
            connection("active", 1, 1),
            Some(45),
            46,
            vec![("connection.recovered", 45)],
        ),
        (
            "the answer may have crossed the webhook",
            known(&[stale()]),
            connection("active", 1, 1),
            Some(20),
            32,
            vec![],
        ),
        (
            "no longer: then it works as of now",
            known(&[stale()]),
            connection("active", 1, 1),
            Some(20),
            36,
            vec![("connection.recovered", 36)],
        ),
        ("neither working nor stale", known(&[stale()]), connection("paused", 1, 40), None, 60, vec![]),
    ];
    for (name, known, record, fetched, asked, want) in table {
        let rows = [row(Some("active"), fetched)];
        let got = found(&record, &rows, &known, asked);
        let got: Vec<_> = shown(&got).into_iter().map(|(kind, minutes, _)| (kind, minutes)).collect();
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn schedules_are_found_stopped_and_fetching_without_being_read() {
    type Case = (&'static str, Vec<Fact>, DataFreshness, i64, Vec<(&'static str, i64, Option<Uuid>)>);
    let stopped = || fact(Kind::ScheduleDeactivated, 30, Some(SCHEDULE));
    let failed = |minutes| {
        let mut failed = fact(Kind::ExecutionFailed, minutes, Some(SCHEDULE));
        failed.key = format!("failed {minutes}");
        failed
    };
    let active = connection("active", 1, 1);
    let (off, on) = ("schedule.deactivated", "connection.recovered");
    let table: Vec<Case> = vec![
        ("fetching", known(&[]), row(Some("active"), Some(50)), 60, vec![]),
        ("stopped, unheard", known(&[]), row(Some("inactive"), Some(20)), 60, vec![(off, 60, Some(SCHEDULE))]),
        ("stopped, known", known(&[stopped()]), row(Some("inactive"), Some(20)), 60, vec![]),
        (
            "on again and fetched",
            known(&[stopped()]),
            row(Some("active"), Some(50)),
            60,
            vec![(on, 50, Some(SCHEDULE))],
        ),
        (
            "on again, not fetched yet",
            known(&[stopped()]),
            row(Some("active"), Some(20)),
            60,
            vec![(on, 60, Some(SCHEDULE))],
        ),
        ("that may have crossed", known(&[stopped()]), row(Some("active"), Some(20)), 33, vec![]),
        ("no status, but fetched since", known(&[stopped()]), row(None, Some(50)), 60, vec![(on, 50, Some(SCHEDULE))]),
        ("no status, not fetched since", known(&[stopped()]), row(None, Some(20)), 60, vec![]),
        ("paused by somebody is no trouble", known(&[]), row(Some("paused"), Some(20)), 60, vec![]),
        (
            "failing, and fetched since",
            known(&[failed(30), failed(31)]),
            row(Some("active"), Some(50)),
            60,
            vec![(on, 50, Some(SCHEDULE))],
        ),
        ("failing still", known(&[failed(30), failed(31)]), row(Some("active"), Some(20)), 60, vec![]),
        ("one failure is nothing to recover from", known(&[failed(30)]), row(Some("active"), Some(50)), 60, vec![]),
    ];
    for (name, known, row, asked, want) in table {
        let got = found(&active, std::slice::from_ref(&row), &known, asked);
        assert_eq!(shown(&got), want, "{name}");
        let after: Vec<Fact> = known.into_iter().chain(got).collect();
        if want.iter().any(|(kind, ..)| *kind == on) {
            assert_eq!(fold(after.clone()).health, Some(Health::Flowing), "{name}");
        }
        let again = found(&active, std::slice::from_ref(&row), &after, asked);
        assert!(again.is_empty(), "{name}: once is enough, not {:?}", shown(&again));
    }
}
