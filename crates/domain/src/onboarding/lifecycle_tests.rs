use super::*;
use crate::{
    events::fact::{About, Round},
    onboarding::problem::ProblemKind,
    timestamp::from_micros,
};

const HOUR: i64 = 3_600_000_000;

fn at(hours: i64) -> OffsetDateTime {
    from_micros(hours * HOUR)
}

/// A fact about the round `(invitation, expiry in hours)`, or about none.
fn fact(kind: Kind, hours: i64, round: Option<(&str, i64)>) -> Fact {
    let round = round.map(|(invitation, expiry)| Round {
        created_at: at(i64::from(invitation != "a")),
        expires_at: at(expiry),
        invitation: invitation.into(),
    });
    let key = format!("{}/{hours}/{round:?}", kind.name());
    let about = About { round, ..About::default() };
    Fact { source: Source::Webhook, at: at(hours), kind, key, event_id: None, actor: None, about }
}

fn on_connection(kind: Kind, hours: i64, connection: u128) -> Fact {
    let mut fact = fact(kind, hours, None);
    fact.about.connection = Some(Uuid::from_u128(connection));
    fact.key.push_str(&connection.to_string());
    fact
}

fn of_schedule(mut fact: Fact, schedule: u128) -> Fact {
    fact.about.schedule = Some(Uuid::from_u128(schedule));
    fact.key = format!("{}/{schedule}", fact.key);
    fact
}

/// The same, so many minutes later, and therefore another telling.
fn later(mut fact: Fact, minutes: i64) -> Fact {
    fact.at += Duration::minutes(minutes);
    fact.key = format!("{}+{minutes}", fact.key);
    fact
}

fn checked(fact: Fact) -> Fact {
    Fact { source: Source::Check, key: format!("{} by check", fact.key), ..fact }
}

fn failure(hours: i64, schedule: u128) -> Fact {
    let mut fact = on_connection(Kind::ExecutionFailed, hours, 1);
    fact.about.schedule = Some(Uuid::from_u128(schedule));
    fact.key.push_str(&schedule.to_string());
    fact
}

fn agreement(kind: Kind, hours: i64, agreement: u128, status: &str) -> Fact {
    let mut fact = fact(kind, hours, None);
    fact.about.agreement = Some(Uuid::from_u128(agreement));
    fact.about.status = Some(status.into());
    fact.key.push_str(&agreement.to_string());
    fact
}

#[test]
fn the_stage_follows_the_latest_round() {
    use Kind as K;
    let one = Some(("a", 24));
    let two = Some(("a", 48));
    let other = Some(("b", 40));
    let table: Vec<(&str, Vec<Fact>, Option<Stage>)> = vec![
        ("nothing known", vec![], None),
        ("created", vec![fact(K::InvitationCreated, 0, one)], Some(Stage::Created)),
        ("viewed, creation not reported", vec![fact(K::InvitationViewed, 1, one)], Some(Stage::Viewed)),
        (
            "declined",
            vec![fact(K::InvitationCreated, 0, one), fact(K::InvitationDeclined, 2, one)],
            Some(Stage::Declined),
        ),
        (
            "declined, then refreshed",
            vec![fact(K::InvitationDeclined, 2, one), fact(K::InvitationRefreshed, 3, two)],
            Some(Stage::Created),
        ),
        (
            "declined, then refreshed without a later end",
            vec![fact(K::InvitationDeclined, 2, one), fact(K::InvitationRefreshed, 3, one)],
            Some(Stage::Created),
        ),
        (
            "refreshed without a later end, then declined",
            vec![fact(K::InvitationRefreshed, 3, one), fact(K::InvitationDeclined, 4, one)],
            Some(Stage::Declined),
        ),
        (
            "declined, refreshed without a later end, and declined again",
            vec![
                fact(K::InvitationDeclined, 2, one),
                fact(K::InvitationDeclined, 4, one),
                fact(K::InvitationRefreshed, 3, one),
            ],
            Some(Stage::Declined),
        ),
        (
            "a refresh of another round opens nothing",
            vec![fact(K::InvitationRefreshed, 30, one), fact(K::InvitationDeclined, 4, two)],
            Some(Stage::Declined),
        ),
        (
            "declined, refreshed, accepted",
            vec![
                fact(K::InvitationDeclined, 2, one),
                fact(K::InvitationRefreshed, 3, two),
                fact(K::InvitationAccepted, 4, two),
            ],
            Some(Stage::Accepted),
        ),
        (
            "accepted, then refreshed: still accepted",
            vec![fact(K::InvitationAccepted, 2, one), fact(K::InvitationRefreshed, 3, two)],
            Some(Stage::Accepted),
        ),
        (
            "expired, then a new invitation",
            vec![
                fact(K::InvitationCreated, 0, one),
                fact(K::InvitationExpired, 24, one),
                fact(K::InvitationCreated, 30, other),
            ],
            Some(Stage::Created),
        ),
        (
            "deleted, then a new and shorter invitation",
            vec![
                fact(K::InvitationCreated, 0, Some(("a", 672))),
                fact(K::InvitationDeleted, 1, Some(("a", 672))),
                fact(K::InvitationViewed, 5, other),
            ],
            Some(Stage::Viewed),
        ),
        (
            "the first link's late expiry does not undo the second round",
            vec![
                fact(K::InvitationExpired, 24, one),
                fact(K::InvitationRefreshed, 3, two),
                fact(K::InvitationViewed, 4, two),
            ],
            Some(Stage::Viewed),
        ),
        (
            "connected without anything before",
            vec![on_connection(K::FleetConnectionCreated, 5, 1)],
            Some(Stage::Connected),
        ),
        (
            "connected, then invited again to sign in anew",
            vec![on_connection(K::FleetConnectionCreated, 5, 1), fact(K::InvitationRefreshed, 50, Some(("a", 99)))],
            Some(Stage::Connected),
        ),
        ("only an unknown event", vec![fact(K::Other("tsp.requested".into()), 1, None)], None),
    ];
    for (name, facts, want) in table {
        assert_eq!(fold(facts.clone()).stage, want, "{name}");
        assert_eq!(fold(facts.into_iter().rev()).stage, want, "{name}, reversed");
    }
}

#[test]
fn an_ended_agreement_ends_the_chapter_and_a_later_invitation_opens_the_next() {
    let ended = vec![
        agreement(Kind::AgreementCreated, 1, 1, "active"),
        on_connection(Kind::FleetConnectionCreated, 2, 1),
        agreement(Kind::AgreementDeleted, 10, 1, "deleted"),
    ];
    assert_eq!((fold(ended.clone()).stage, fold(ended.clone()).health), (Some(Stage::Deleted), None));

    let mut again = ended.clone();
    again.push(fact(Kind::InvitationCreated, 20, Some(("b", 44))));
    assert_eq!(fold(again).stage, Some(Stage::Created));

    let mut ended_twice = ended.clone();
    ended_twice.push(agreement(Kind::AgreementUpdated, 11, 1, "cancelled"));
    ended_twice.push(fact(Kind::InvitationCreated, 20, Some(("b", 44))));
    assert_eq!(fold(ended_twice).stage, Some(Stage::Created), "the old agreement's last update is no new agreement");

    let mut second_agreement = ended;
    second_agreement.push(agreement(Kind::AgreementCreated, 3, 2, "active"));
    assert_eq!(fold(second_agreement).stage, Some(Stage::Connected), "one agreement still stands");
}

#[test]
fn health_is_the_worst_open_trouble_and_never_takes_connected_away() {
    use Kind as K;
    let connected =
        || vec![on_connection(K::FleetConnectionCreated, 0, 1), on_connection(K::FleetConnectionCreated, 0, 2)];
    let table: Vec<(&str, Vec<Fact>, Health)> = vec![
        ("nothing", vec![], Health::Flowing),
        ("one failure is noise", vec![failure(1, 1)], Health::Flowing),
        ("two schedules failing once each", vec![failure(1, 1), failure(1, 2)], Health::Flowing),
        ("the same schedule twice", vec![failure(1, 1), failure(2, 1)], Health::FetchFailing),
        ("twice, but days apart", vec![failure(1, 1), failure(72, 1)], Health::Flowing),
        (
            "twice, then recovered",
            vec![failure(1, 1), failure(2, 1), on_connection(K::ConnectionRecovered, 3, 1)],
            Health::Flowing,
        ),
        ("stopped", vec![on_connection(K::ScheduleDeactivated, 1, 1)], Health::Stopped),
        (
            "stale outranks stopped",
            vec![on_connection(K::ScheduleDeactivated, 2, 1), on_connection(K::ConnectionStaled, 1, 2)],
            Health::NeedsReauthentication,
        ),
        (
            "stale, then repaired",
            vec![on_connection(K::ConnectionStaled, 1, 1), on_connection(K::ConnectionRecovered, 2, 1)],
            Health::Flowing,
        ),
        (
            "one schedule fetches again, the other doesn't",
            vec![
                of_schedule(on_connection(K::ScheduleDeactivated, 1, 1), 1),
                of_schedule(on_connection(K::ScheduleDeactivated, 1, 1), 2),
                of_schedule(on_connection(K::ConnectionRecovered, 2, 1), 1),
            ],
            Health::Stopped,
        ),
        (
            "credentials that work again switch no schedule on",
            vec![
                of_schedule(on_connection(K::ScheduleDeactivated, 1, 1), 1),
                on_connection(K::ConnectionStaled, 2, 1),
                on_connection(K::ConnectionRecovered, 3, 1),
            ],
            Health::Stopped,
        ),
        (
            "one schedule's recovery says nothing of the credentials",
            vec![on_connection(K::ConnectionStaled, 1, 1), of_schedule(on_connection(K::ConnectionRecovered, 2, 1), 1)],
            Health::NeedsReauthentication,
        ),
        (
            "the failing schedule fetched again",
            vec![failure(1, 1), failure(2, 1), of_schedule(on_connection(K::ConnectionRecovered, 3, 1), 1)],
            Health::Flowing,
        ),
        (
            "another connection's recovery mends nothing",
            vec![on_connection(K::ConnectionStaled, 1, 1), on_connection(K::ConnectionRecovered, 2, 2)],
            Health::NeedsReauthentication,
        ),
        (
            "stale again after a repair",
            vec![on_connection(K::ConnectionRecovered, 2, 1), on_connection(K::ConnectionStaled, 3, 1)],
            Health::NeedsReauthentication,
        ),
        (
            "attached anew",
            vec![on_connection(K::ConnectionStaled, 1, 1), on_connection(K::FleetConnectionCreated, 2, 1)],
            Health::Flowing,
        ),
    ];
    for (name, problems, want) in table {
        let got = fold(connected().into_iter().chain(problems));
        assert_eq!((got.stage, got.health), (Some(Stage::Connected), Some(want)), "{name}");
    }
}

#[test]
fn there_is_no_health_before_a_connection() {
    assert_eq!(fold([failure(1, 1), failure(2, 1)]).health, None);
}

#[test]
fn gaps_are_not_reported_and_a_skipped_connection_is_reused() {
    let got =
        fold([fact(Kind::InvitationCreated, 0, Some(("a", 24))), on_connection(Kind::FleetConnectionCreated, 5, 1)]);
    let states: Vec<StepState> = got.steps.iter().map(|(_, state)| *state).collect();
    assert_eq!(
        states,
        [
            StepState::Done(at(0)),
            StepState::NotReported,
            StepState::NotReported,
            StepState::NotReported,
            StepState::Reused,
            StepState::Done(at(5)),
        ]
    );
}

#[test]
fn what_ended_was_there() {
    let reached = |only: Fact| {
        let steps = fold([only]).steps;
        assert!(steps.iter().all(|(_, state)| *state != StepState::Next));
        steps.iter().filter(|(_, state)| *state != StepState::Ahead).count()
    };
    for kind in [Kind::InvitationDeclined, Kind::InvitationExpired, Kind::InvitationDeleted] {
        assert_eq!(reached(fact(kind.clone(), 1, Some(("a", 24)))), 1, "{kind:?}: there was an invitation");
    }
    for (kind, status) in [(Kind::AgreementDeleted, "deleted"), (Kind::AgreementUpdated, "expired")] {
        assert_eq!(reached(agreement(kind.clone(), 1, 1, status)), 4, "{kind:?}: there was an agreement");
    }
    let sent = fold([fact(Kind::InvitationSent, 1, Some(("a", 24)))]);
    let states: Vec<StepState> = sent.steps.iter().take(2).map(|(_, state)| *state).collect();
    assert_eq!(states, [StepState::NotReported, StepState::Next], "an invitation that was sent was created");
}

#[test]
fn exactly_one_step_is_next_until_an_end() {
    let viewed = fold([fact(Kind::InvitationViewed, 1, Some(("a", 24)))]);
    let next: Vec<Stage> =
        viewed.steps.iter().filter(|(_, state)| *state == StepState::Next).map(|(stage, _)| *stage).collect();
    assert_eq!(next, [Stage::Accepted]);
    let declined = fold([fact(Kind::InvitationDeclined, 1, Some(("a", 24)))]);
    assert!(declined.steps.iter().all(|(_, state)| *state != StepState::Next));
}

#[test]
fn a_browsers_claim_is_confirmed_only_by_catena() {
    let claim = |kind: Kind| Fact { source: Source::Landing, ..fact(kind, 3, Some(("a", 24))) };
    let confirmed =
        |facts: Vec<Fact>| fold(facts).timeline.into_iter().find(|entry| entry.fact.kind.is_claim()).unwrap().confirmed;
    assert!(!confirmed(vec![claim(Kind::ReturnedSuccess)]));
    assert!(!confirmed(vec![claim(Kind::ReturnedSuccess), fact(Kind::InvitationAccepted, 2, Some(("a", 24)))]));
    assert!(confirmed(vec![claim(Kind::ReturnedSuccess), on_connection(Kind::FleetConnectionCreated, 4, 1)]));
    assert!(!confirmed(vec![claim(Kind::ReturnedFailure), fact(Kind::InvitationDeclined, 2, Some(("b", 24)))]));
    assert!(confirmed(vec![claim(Kind::ReturnedFailure), fact(Kind::InvitationDeclined, 2, Some(("a", 24)))]));
    assert_eq!(
        fold([claim(Kind::ReturnedSuccess)]).stage,
        Some(Stage::Created),
        "a claim proves the invitation and no more"
    );
}

#[test]
fn the_invitation_has_a_stage_of_its_own() {
    let facts = [
        fact(Kind::InvitationExpired, 24, Some(("a", 24))),
        fact(Kind::InvitationViewed, 30, Some(("b", 54))),
        on_connection(Kind::FleetConnectionCreated, 31, 1),
    ];
    assert_eq!(invitation_stage(&facts, "a"), Some(Stage::Expired));
    assert_eq!(invitation_stage(&facts, "b"), Some(Stage::Viewed));
    assert_eq!(invitation_stage(&facts, "c"), None);
}

/// The timeline of these facts in any order: kinds, minutes since the epoch, sources.
fn timeline(facts: &[Fact]) -> Vec<(String, i64, Source)> {
    let told = |onboarding: Onboarding| -> Vec<(String, i64, Source)> {
        let entry = |entry: &Entry| {
            let fact = &entry.fact;
            (fact.kind.name().to_owned(), fact.at.unix_timestamp() / 60, fact.source)
        };
        onboarding.timeline.iter().map(entry).collect()
    };
    let want = told(fold(facts.to_vec()));
    assert_eq!(told(fold(facts.iter().rev().cloned())), want, "reversed");
    assert_eq!(told(fold(facts.iter().chain(facts.iter().rev()).cloned())), want, "doubled");
    want
}

#[test]
#[expect(clippy::type_complexity, reason = "a table")]
fn tellings_of_one_state_are_one_episode_and_a_recovery_parts_them() {
    use Kind as K;
    use Source::{Check, Webhook};
    let stale = |minutes| later(on_connection(K::ConnectionStaled, 1, 1), minutes);
    let works = |minutes| checked(later(on_connection(K::ConnectionRecovered, 1, 1), minutes));
    let attached = |minutes| later(on_connection(K::FleetConnectionCreated, 1, 1), minutes);
    let word = |kind: &str, minutes: i64, source| (kind.to_owned(), 60 + minutes, source);
    let (s, r, a) = ("connection.staled", "connection.recovered", "fleet_connection.created");
    let table: Vec<(&str, Vec<Fact>, Vec<(String, i64, Source)>)> = vec![
        ("told twice", vec![stale(0), stale(3)], vec![word(s, 0, Webhook)]),
        ("found by check before the webhook came", vec![checked(stale(0)), stale(3)], vec![word(s, 3, Webhook)]),
        ("found by two checks", vec![checked(stale(0)), checked(stale(20))], vec![word(s, 0, Check)]),
        (
            "stale, repaired and stale again within the hour",
            vec![stale(0), works(10), stale(20)],
            vec![word(s, 0, Webhook), word(r, 10, Check), word(s, 20, Webhook)],
        ),
        (
            "two checks find it repaired",
            vec![stale(0), works(10), works(12)],
            vec![word(s, 0, Webhook), word(r, 10, Check)],
        ),
        (
            "another connection's recovery parts nothing",
            vec![stale(0), later(on_connection(K::ConnectionRecovered, 1, 2), 5), stale(20)],
            { vec![word(s, 0, Webhook), word(r, 5, Webhook)] },
        ),
        (
            "attached anew",
            vec![attached(-9), checked(attached(-8)), stale(0), attached(5), stale(20)],
            vec![word(a, -9, Webhook), word(s, 0, Webhook), word(a, 5, Webhook), word(s, 20, Webhook)],
        ),
    ];
    for (name, facts, want) in table {
        assert_eq!(timeline(&facts), want, "{name}");
    }
}

#[test]
#[expect(clippy::type_complexity, reason = "a table")]
fn what_a_check_saw_of_an_agreement_is_what_the_update_beside_it_tells() {
    use Source::{Check, Webhook};
    let updated = |minutes, status| {
        let mut fact = later(agreement(Kind::AgreementUpdated, 1, 1, status), minutes);
        fact.key.push_str(status);
        fact
    };
    let kinds =
        |facts: &[Fact]| timeline(facts).into_iter().map(|(_, minutes, source)| (minutes - 60, source)).collect();
    let table: Vec<(Vec<Fact>, Vec<(i64, Source)>)> = vec![
        (vec![updated(0, "paused"), checked(updated(9, "paused"))], vec![(0, Webhook)]),
        (vec![checked(updated(0, "paused")), updated(9, "paused")], vec![(9, Webhook)]),
        (vec![updated(0, "paused"), updated(9, "paused")], vec![(0, Webhook), (9, Webhook)]),
        (
            vec![updated(0, "paused"), checked(updated(9, "active")), updated(20, "paused")],
            vec![(0, Webhook), (9, Check), (20, Webhook)],
        ),
    ];
    for (facts, want) in table {
        let got: Vec<(i64, Source)> = kinds(&facts);
        assert_eq!(got, want);
    }
}

#[test]
fn open_troubles_are_told_with_the_last_moment_at_which_they_were_seen() {
    let connected = on_connection(Kind::FleetConnectionCreated, 0, 1);
    let facts = [
        connected,
        on_connection(Kind::ConnectionStaled, 1, 1),
        later(on_connection(Kind::ConnectionStaled, 1, 1), 5),
        of_schedule(on_connection(Kind::ScheduleDeactivated, 2, 1), 4),
        failure(3, 7),
    ];
    let got: Vec<_> = fold(facts).problems.into_iter().map(|open| (open.kind, open.schedule, open.at)).collect();
    let want = [
        (ProblemKind::Stopped, Some(Uuid::from_u128(4)), at(2)),
        (ProblemKind::Stale, None, at(1) + Duration::minutes(5)),
    ];
    assert_eq!(got, want, "one failure is none");
}
