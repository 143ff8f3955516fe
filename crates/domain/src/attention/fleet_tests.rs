use super::*;
use crate::{
    events::fact::{About, Source},
    onboarding::lifecycle::fold,
    timestamp::from_micros,
};

/// Hours after the start of a story.
fn at(hours: i64) -> OffsetDateTime {
    from_micros(hours * 3_600_000_000)
}

/// The round that begins at hour 0 and ends at hour 72.
fn round() -> Round {
    Round { created_at: at(0), expires_at: at(72), invitation: "i".into() }
}

fn fact(kind: Kind, hours: i64, about: About) -> Fact {
    let source = if kind.is_claim() { Source::Landing } else { Source::Webhook };
    let key = format!("{} {hours} {:?}", kind.name(), about.connection);
    Fact { source, at: at(hours), kind, key, event_id: None, actor: None, about }
}

fn of_round(kind: Kind, hours: i64) -> Fact {
    fact(kind, hours, About { round: Some(round()), ..About::default() })
}

fn of_agreement(kind: Kind, hours: i64, status: &str) -> Fact {
    let about = About { agreement: Some(Uuid::from_u128(7)), status: Some(status.into()), ..About::default() };
    fact(kind, hours, about)
}

fn of_connection(kind: Kind, hours: i64) -> Fact {
    fact(kind, hours, About { connection: Some(Uuid::from_u128(9)), ..About::default() })
}

fn invited() -> Vec<Fact> {
    vec![of_round(Kind::InvitationCreated, 0)]
}

fn accepted() -> Vec<Fact> {
    let told = [of_round(Kind::InvitationViewed, 1), of_round(Kind::InvitationAccepted, 2)];
    [invited(), told.into(), vec![of_agreement(Kind::AgreementCreated, 2, "active")]].concat()
}

fn connected() -> Vec<Fact> {
    let linked = [of_connection(Kind::ConnectionCreated, 3), of_connection(Kind::FleetConnectionCreated, 3)];
    [accepted(), linked.into()].concat()
}

/// Kind, and the hours since and from which.
fn told(facts: Vec<Fact>) -> Vec<(AttentionKind, i64, i64)> {
    let hours = |moment: OffsetDateTime| (moment - at(0)).whole_hours();
    let items = items(&fold(facts), &Pace::default());
    items.into_iter().map(|item| (item.kind, hours(item.since), hours(item.opens_at))).collect()
}

#[test]
fn each_kind_opens_with_its_cause_and_closes_with_it() {
    use AttentionKind as A;
    type Row = (&'static str, Vec<Fact>, Vec<(AttentionKind, i64, i64)>);
    let with = |facts: Vec<Fact>, more: &[Fact]| [facts, more.to_vec()].concat();
    let table: Vec<Row> = vec![
        ("nothing is known", vec![], vec![]),
        ("nobody opened it", invited(), vec![(A::NeverOpened, 0, 48)]),
        ("sent, and not opened", with(invited(), &[of_round(Kind::InvitationSent, 5)]), vec![(A::NeverOpened, 0, 48)]),
        ("opened", with(invited(), &[of_round(Kind::InvitationViewed, 10)]), vec![(A::Undecided, 10, 58)]),
        (
            "opened by a scanner",
            with(invited(), &[of_round(Kind::InvitationSent, 10), of_round(Kind::InvitationViewed, 10)]),
            vec![(A::NeverOpened, 0, 48)],
        ),
        ("declined", with(invited(), &[of_round(Kind::InvitationDeclined, 9)]), vec![(A::Declined, 9, 9)]),
        (
            "declined, and reopened",
            with(invited(), &[of_round(Kind::InvitationDeclined, 9), of_round(Kind::InvitationRefreshed, 10)]),
            vec![(A::NeverOpened, 0, 48)],
        ),
        ("expired", with(invited(), &[of_round(Kind::InvitationExpired, 72)]), vec![(A::Expired, 72, 72)]),
        ("deleted by staff", with(invited(), &[of_round(Kind::InvitationDeleted, 9)]), vec![]),
        ("accepted", accepted(), vec![(A::NotLinked, 2, 74)]),
        (
            "accepted, and the provider isn't there",
            with(accepted(), &[of_round(Kind::ReturnedIntegrationRequested, 5)]),
            vec![(A::ProviderUnsupported, 5, 5)],
        ),
        ("back with success", with(accepted(), &[of_round(Kind::ReturnedSuccess, 5)]), vec![(A::NotConfirmed, 5, 5)]),
        (
            "linked, and no data",
            with(accepted(), &[of_connection(Kind::ConnectionCreated, 5)]),
            vec![(A::NotLinked, 5, 7)],
        ),
        ("connected", with(connected(), &[of_round(Kind::ReturnedSuccess, 4)]), vec![]),
        (
            "stale",
            with(connected(), &[of_connection(Kind::ConnectionStaled, 50)]),
            vec![(A::NeedsReauthentication, 50, 50)],
        ),
        (
            "stale, and recovered",
            with(
                connected(),
                &[of_connection(Kind::ConnectionStaled, 50), of_connection(Kind::ConnectionRecovered, 51)],
            ),
            vec![],
        ),
        (
            "given up",
            with(connected(), &[of_connection(Kind::ScheduleDeactivated, 50)]),
            vec![(A::FetchingStopped, 50, 50)],
        ),
        ("one failure", with(connected(), &[of_connection(Kind::ExecutionFailed, 50)]), vec![]),
        (
            "failures",
            with(connected(), &[of_connection(Kind::ExecutionFailed, 50), of_connection(Kind::ExecutionFailed, 51)]),
            vec![(A::FetchFailing, 51, 51)],
        ),
        (
            "paused",
            with(connected(), &[of_agreement(Kind::AgreementUpdated, 60, "paused")]),
            vec![(A::AgreementEnded, 60, 60)],
        ),
        (
            "paused, and active again",
            with(
                connected(),
                &[
                    of_agreement(Kind::AgreementUpdated, 60, "paused"),
                    of_agreement(Kind::AgreementUpdated, 61, "active"),
                ],
            ),
            vec![],
        ),
        (
            "over",
            with(connected(), &[of_agreement(Kind::AgreementDeleted, 60, "deleted")]),
            vec![(A::AgreementEnded, 60, 60)],
        ),
    ];
    for (name, facts, want) in table {
        assert_eq!(told(facts.clone()), want, "{name}");
        let reversed = facts.into_iter().rev().flat_map(|fact| [fact.clone(), fact]).collect();
        assert_eq!(told(reversed), want, "{name}, in another order and twice");
    }
}

#[test]
fn what_was_written_and_what_isn_t_fetched_is_told() {
    let mut declined = of_round(Kind::InvitationDeclined, 9);
    declined.about.note = Some("We sold the trucks.".into());
    let detail = |facts: Vec<Fact>| items(&fold(facts), &Pace::default()).remove(0).detail;
    assert_eq!(detail([invited(), vec![declined]].concat()).as_deref(), Some("We sold the trucks."));
    let mut stopped = of_connection(Kind::ScheduleDeactivated, 50);
    stopped.about.resource = Some("vehicle_location".into());
    assert_eq!(detail([connected(), vec![stopped]].concat()).as_deref(), Some("vehicle_location"));
}

#[test]
fn a_return_has_half_an_hour_to_be_confirmed() {
    let facts = [accepted(), vec![of_round(Kind::ReturnedSuccess, 5)]].concat();
    let item = items(&fold(facts), &Pace::default()).remove(0);
    assert_eq!(item.opens_at - item.since, Duration::minutes(30));
}

#[test]
fn the_most_urgent_item_comes_first() {
    let failing = [of_connection(Kind::ExecutionFailed, 50), of_connection(Kind::ExecutionFailed, 51)];
    let facts = [connected(), failing.into(), vec![of_connection(Kind::ConnectionStaled, 60)]].concat();
    let kinds: Vec<_> = told(facts).into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, [AttentionKind::NeedsReauthentication, AttentionKind::FetchFailing]);
}
