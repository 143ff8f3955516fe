//! Whole stories, made up at random and delivered as Catena delivers: whatever the order, however often, and whatever is lost,
//! the answer is the one that the story itself gives.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test binary")]

mod catena;
mod moves;
mod story;
mod truth;
mod wire;

use std::collections::BTreeMap;

use domain::{
    events::fact::{About, Fact, Kind, Source},
    onboarding::{
        lifecycle::{Entry, Onboarding, StepState, fold},
        stage::{Health, Stage},
    },
};
use proptest::{collection::vec, prelude::*, sample::Index};
use story::{Story, story};
use time::{Duration, OffsetDateTime};
use wire::{RenewalAction, again};

/// What is stored: as `server/src/timeline.rs` puts a fact beside or into what is known.
#[derive(Default)]
struct Ledger(BTreeMap<String, Fact>);

impl Ledger {
    fn put(&mut self, fact: Fact) {
        let merged = match self.0.remove(&fact.key) {
            Some(known) => known.merge(fact),
            None => fact,
        };
        self.0.insert(merged.key.clone(), merged);
    }

    fn of<'a>(deliveries: impl IntoIterator<Item = &'a Vec<Fact>>) -> Self {
        let mut ledger = Self::default();
        for fact in deliveries.into_iter().flatten() {
            ledger.put(fact.clone());
        }
        ledger
    }

    fn fold(&self) -> Onboarding {
        fold(self.0.values().cloned())
    }
}

fn observations(story: &Story) -> Vec<Vec<Fact>> {
    story.tellings.iter().map(story::Telling::facts).collect()
}

/// The story's deliveries and some of them once more, in any order.
fn delivered(story: &Story, agains: &[(Index, RenewalAction)], order: &[u16]) -> Vec<Vec<Fact>> {
    let mut deliveries = observations(story);
    if !story.tellings.is_empty() {
        deliveries.extend(agains.iter().map(|(which, again)| which.get(&story.tellings).facts_again(*again)));
    }
    let mut deliveries: Vec<(u16, Vec<Fact>)> = order.iter().copied().cycle().zip(deliveries).collect();
    deliveries.sort_by_key(|(position, _)| *position);
    deliveries.into_iter().map(|(_, facts)| facts).collect()
}

fn agains() -> impl Strategy<Value = Vec<(Index, RenewalAction)>> {
    vec((any::<Index>(), again()), 0..40)
}

/// Positions to sort deliveries by. They shrink to equal ones: the order of the story.
fn order() -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), 1..150)
}

/// Whether an entry may stand for a fact: several tellings of one state are one entry.
fn tells_of_it(entry: &Fact, fact: &Fact) -> bool {
    use Kind::{AgreementUpdated, ConnectionRecovered, ConnectionStaled, FleetConnectionCreated, ScheduleDeactivated};
    let of = |fact: &Fact| (fact.kind.clone(), fact.about.agreement, fact.about.connection, fact.about.schedule);
    let sets_state = matches!(
        fact.kind,
        AgreementUpdated | ConnectionRecovered | ConnectionStaled | FleetConnectionCreated | ScheduleDeactivated
    );
    sets_state && of(entry) == of(fact)
}

/// An entry: key, moment, kind, source, what it is about, whether it is confirmed, how soon after an e-mail it came.
type Shown<'a> = (&'a str, OffsetDateTime, &'a Kind, Source, &'a About, bool, Option<Duration>);

/// The entries without the event that told each, of which there are several once an event has several ids.
fn entries(onboarding: &Onboarding) -> Vec<Shown<'_>> {
    onboarding
        .timeline
        .iter()
        .map(|Entry { fact, confirmed, scanned_after }| {
            (fact.key.as_str(), fact.at, &fact.kind, fact.source, &fact.about, *confirmed, *scanned_after)
        })
        .collect()
}

proptest! {
    #[test]
    fn order_and_duplication_leave_no_trace(story in story(), agains in agains(), order in order(), other in order()) {
        let once = Ledger::of(&observations(&story)).fold();
        let one = Ledger::of(&delivered(&story, &agains, &order)).fold();
        let two = Ledger::of(&delivered(&story, &agains, &other)).fold();
        prop_assert_eq!(&one, &two);
        let unmerged = fold(delivered(&story, &agains, &order).into_iter().flatten());
        prop_assert_eq!(&one, &unmerged, "merged by the fold, or before it");
        prop_assert_eq!((once.stage, once.health, once.steps), (one.stage, one.health, one.steps));
        prop_assert_eq!(entries(&once), entries(&one));
        prop_assert!(one.timeline.is_sorted_by_key(|entry| entry.fact.at), "not in the order of time");
    }

    #[test]
    fn nothing_that_was_told_ever_vanishes(story in story(), agains in agains(), order in order()) {
        let mut ledger = Ledger::default();
        let mut before: Vec<Fact> = Vec::new();
        for facts in delivered(&story, &agains, &order) {
            before.extend(facts.iter().cloned());
            for fact in facts {
                ledger.put(fact);
            }
            let timeline = ledger.fold().timeline;
            for fact in &before {
                let stays = timeline.iter().any(|entry| entry.fact.key == fact.key || tells_of_it(&entry.fact, fact));
                prop_assert!(stays, "{:?} is gone", fact);
            }
            before = timeline.into_iter().map(|entry| entry.fact).collect();
        }
    }

    #[test]
    fn each_thing_that_happened_is_one_entry(story in story(), agains in agains(), order in order()) {
        let got = Ledger::of(&delivered(&story, &agains, &order)).fold();
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &got.timeline {
            *names.entry(entry.fact.kind.name()).or_default() += 1;
        }
        prop_assert_eq!(&names, &story.truth.entries);
    }

    #[test]
    fn stage_and_health_are_those_of_the_story(story in story(), agains in agains(), order in order()) {
        let got = Ledger::of(&delivered(&story, &agains, &order)).fold();
        prop_assert_eq!((got.stage, got.health), (story.truth.stage(), story.truth.health()));
    }

    #[test]
    fn trouble_never_takes_connected_away(story in story(), order in order()) {
        let deliveries = delivered(&story, &[], &order);
        let healthy = story.tellings.iter().filter(|telling| !telling.of.iter().any(truth::Happening::is_health));
        let healthy: Vec<Vec<Fact>> = healthy.map(story::Telling::facts).collect();
        let (without, with) = (Ledger::of(&healthy).fold(), Ledger::of(&deliveries).fold());
        if without.stage == Some(Stage::Connected) {
            prop_assert_eq!(without.health, Some(Health::Flowing));
            prop_assert_eq!(with.stage, Some(Stage::Connected));
        }
        prop_assert_eq!(with.stage == Some(Stage::Connected), with.health.is_some());
    }

    #[test]
    fn later_steps_imply_earlier_ones(story in story(), order in order(), part in any::<Index>()) {
        let deliveries = delivered(&story, &[], &order);
        let known = part.index(deliveries.len() + 1);
        let got = Ledger::of(&deliveries[..known]).fold();
        let is_past = |state: &StepState| !matches!(state, StepState::Next | StepState::Ahead);
        let past = got.steps.iter().take_while(|(_, state)| is_past(state)).count();
        prop_assert!(got.steps[past..].iter().all(|(_, state)| !is_past(state)), "a gap in {:?}", got.steps);
        let implied = match got.stage {
            None => 0,
            Some(Stage::Viewed) => 2,
            Some(Stage::Accepted) => 3,
            Some(Stage::Agreement) => 4,
            Some(Stage::Connection) => 5,
            Some(Stage::Connected) => 6,
            // Whatever ended was there.
            Some(Stage::Created | Stage::Sent | Stage::Declined | Stage::Expired | Stage::Deleted) => 1,
        };
        prop_assert!(past >= implied, "{:?} with {:?}", got.stage, got.steps);
        let next = got.steps.iter().filter(|(_, state)| *state == StepState::Next).count();
        let over = matches!(got.stage, Some(Stage::Declined | Stage::Expired | Stage::Deleted));
        prop_assert_eq!(next, usize::from(!over && past < 6));
    }
}
