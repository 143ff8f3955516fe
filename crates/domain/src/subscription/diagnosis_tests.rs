use time::{Duration, OffsetDateTime};

use super::*;

const MADE: OffsetDateTime = time::macros::datetime!(2026-03-02 15:31 UTC);

fn endpoints() -> Endpoints {
    Endpoints {
        main: "https://onramp.example/webhooks/catena".into(),
        watch: "https://onramp.example/webhooks/catena/watch".into(),
    }
}

fn known(number: u128, event_name: &str) -> KnownSubscription {
    KnownSubscription {
        id: Uuid::from_u128(number),
        event_name: event_name.into(),
        status: "active".into(),
        place: Place::Here,
        filtered: false,
        created_at: Some(MADE + Duration::seconds(i64::try_from(number).unwrap())),
    }
}

/// The whole recommended set, active and here, numbered from 100.
fn whole() -> Vec<KnownSubscription> {
    let events = RECOMMENDED.iter().flat_map(|wanted| wanted.events);
    (100..).zip(events).map(|(number, event)| known(number, event)).collect()
}

#[test]
fn the_whole_set_leaves_nothing_to_do() {
    assert_eq!(diagnose(&whole()), Diagnosis::default());
}

#[test]
fn each_trouble_is_called_out_with_the_move_that_mends_it() {
    let stale = |one: KnownSubscription| KnownSubscription { status: "stale".into(), ..one };
    let paused = |one: KnownSubscription| KnownSubscription { status: "paused".into(), ..one };
    let at = |one: KnownSubscription, place| KnownSubscription { place, ..one };
    let filtered = |one: KnownSubscription| KnownSubscription { filtered: true, ..one };
    let twin = || known(1_000, "invitation.viewed");
    let table = [
        ("stale", stale(known(1, "invitation.viewed")), vec![(SubscriptionProblem::Stale, Remedy::ActivateAndReplay)]),
        ("paused", paused(known(1, "invitation.viewed")), vec![(SubscriptionProblem::Paused, Remedy::Activate)]),
        (
            "a new status",
            KnownSubscription { status: "resting".into(), ..known(1, "invitation.viewed") },
            vec![(SubscriptionProblem::OddStatus, Remedy::Activate)],
        ),
        (
            "moved away",
            at(known(1, "vehicle.added"), Place::Formerly),
            vec![(SubscriptionProblem::Misplaced { replaced: false }, Remedy::PointHere)],
        ),
        (
            "moved away and stale for it",
            stale(at(known(1, "vehicle.added"), Place::Formerly)),
            vec![
                (SubscriptionProblem::Misplaced { replaced: false }, Remedy::PointHere),
                (SubscriptionProblem::Stale, Remedy::ActivateAndReplay),
            ],
        ),
        (
            "moved away and replaced",
            at(twin(), Place::Formerly),
            vec![(SubscriptionProblem::Misplaced { replaced: true }, Remedy::Delete)],
        ),
        ("twice", twin(), vec![(SubscriptionProblem::Duplicate, Remedy::Delete)]),
        ("twice, and paused", paused(twin()), vec![(SubscriptionProblem::Duplicate, Remedy::Delete)]),
        ("for some fleets", filtered(twin()), vec![(SubscriptionProblem::Filtered, Remedy::Delete)]),
        (
            "lost its record",
            at(known(1, "vehicle.added"), Place::LooksLikeHere),
            vec![(SubscriptionProblem::Unverifiable { needless: false }, Remedy::TakeOver)],
        ),
        (
            "lost its record, and another is there",
            at(twin(), Place::LooksLikeHere),
            vec![(SubscriptionProblem::Unverifiable { needless: true }, Remedy::Delete)],
        ),
        (
            "made by callback_url",
            filtered(at(known(1, "vehicle.added"), Place::LooksLikeHere)),
            vec![(SubscriptionProblem::Unverifiable { needless: true }, Remedy::Delete)],
        ),
        ("of no use", known(1, "vehicle.added"), vec![(SubscriptionProblem::NotNeeded, Remedy::Leave)]),
        (
            "of no use and stale",
            stale(known(1, "vehicle.added")),
            vec![
                (SubscriptionProblem::NotNeeded, Remedy::Leave),
                (SubscriptionProblem::Stale, Remedy::ActivateAndReplay),
            ],
        ),
        ("somebody else's", at(twin(), Place::Foreign), vec![(SubscriptionProblem::Foreign, Remedy::Leave)]),
        (
            "somebody else's, stale",
            stale(at(twin(), Place::Foreign)),
            vec![(SubscriptionProblem::Foreign, Remedy::Leave)],
        ),
        ("deleted", KnownSubscription { status: "deleted".into(), ..twin() }, vec![]),
    ];
    for (name, one, want) in table {
        // Stale and paused ones of the set stand alone for their event.
        let alone = one.id == Uuid::from_u128(1);
        let mut all: Vec<KnownSubscription> =
            whole().into_iter().filter(|other| !alone || other.event_name != one.event_name).collect();
        all.push(one.clone());
        let Diagnosis { missing, findings } = diagnose(&all);
        let found: Vec<_> = findings.iter().map(|finding| (finding.trouble, finding.trouble.remedy())).collect();
        assert_eq!(found, want, "{name}");
        assert!(findings.iter().all(|finding| finding.id == one.id), "{name}: the others are right");
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

#[test]
fn only_one_that_is_ours_here_and_for_all_fleets_counts_as_there() {
    let event = "execution.failed";
    let rest: Vec<KnownSubscription> = whole().into_iter().filter(|one| one.event_name != event).collect();
    let lacks = |one: KnownSubscription| {
        let mut all = rest.clone();
        all.push(one);
        diagnose(&all).missing.iter().any(|ask| ask.event_name == event)
    };
    assert!(!lacks(known(1, event)));
    assert!(
        !lacks(KnownSubscription { status: "stale".into(), ..known(1, event) }),
        "it is there, and to be activated"
    );
    for place in [Place::Formerly, Place::LooksLikeHere, Place::Foreign] {
        assert!(lacks(KnownSubscription { place, ..known(1, event) }), "{place:?}");
    }
    assert!(lacks(KnownSubscription { filtered: true, ..known(1, event) }));
    assert!(lacks(KnownSubscription { status: "deleted".into(), ..known(1, event) }));
}

#[test]
fn of_two_the_one_that_delivers_stays_then_the_first() {
    let doomed = |one: KnownSubscription, other: KnownSubscription| {
        let mut all: Vec<KnownSubscription> =
            whole().into_iter().filter(|known| known.event_name != one.event_name).collect();
        all.extend([one, other]);
        let findings = diagnose(&all).findings;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].trouble, SubscriptionProblem::Duplicate);
        findings[0].id.as_u128()
    };
    let (first, second) = (known(1, "invitation.sent"), known(2, "invitation.sent"));
    assert_eq!(doomed(first.clone(), second.clone()), 2);
    assert_eq!(doomed(second.clone(), first.clone()), 2);
    assert_eq!(doomed(KnownSubscription { status: "stale".into(), ..first.clone() }, second.clone()), 1);
    assert_eq!(doomed(KnownSubscription { created_at: None, ..first }, second), 1);
}

#[test]
fn ours_is_told_by_its_id_and_others_by_what_is_visible() {
    let here = endpoints();
    let table = [
        (Some("https://onramp.example/webhooks/catena"), "https://onramp.example/webhooks/*****", Place::Here),
        (Some("https://onramp.example/webhooks/catena/watch"), "", Place::Here),
        (Some("https://old.example/webhooks/catena"), "https://onramp.example/webhooks/*****", Place::Formerly),
        (None, "https://onramp.example/webhooks/*****", Place::LooksLikeHere),
        (None, "https://onramp.example/webhooks/catena/*****", Place::LooksLikeHere),
        (None, "https://onramp.example/*****", Place::LooksLikeHere),
        (None, "https://onramp.example/webhooks/catena", Place::LooksLikeHere),
        (None, "https://onramp.example/hooks/*****", Place::Foreign),
        (None, "https://onramp.example.evil.example/*****", Place::Foreign),
        (None, "https://onramp.exam*****", Place::Foreign),
        (None, "*****", Place::Foreign),
        (None, "", Place::Foreign),
    ];
    for (record, masked, want) in table {
        assert_eq!(here.place(record, masked), want, "{record:?} {masked}");
    }
}

#[test]
fn trap_25_news_about_subscriptions_go_to_the_second_endpoint() {
    let here = endpoints();
    assert_eq!(here.of_event("webhook.staled"), here.watch);
    assert_eq!(here.of_event("webhook.*"), here.watch);
    assert_eq!(here.of_event("invitation.*"), here.main);
}
