//! Which facts tell the same episode of one state.
//!
//! Credentials may stop working, work again and stop once more, within a minute or a year, and Catena's records of it carry
//! neither a number nor a time (WEBHOOKS.md 6: "a set-state operation"). So each telling is a fact of its own by its moment,
//! and an episode is all that tells one state of one thing without anything to the contrary in between. That is a function
//! of the set of facts: the order of arrival leaves no trace, and a recovery found late parts what looked like one.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    events::fact::{Fact, Kind, Source},
    onboarding::{lifecycle::ends_agreement, problem::mends},
};

/// What has a state, and which.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Stale(Option<Uuid>),
    Stopped(Option<Uuid>, Option<Uuid>),
    Works(Option<Uuid>, Option<Uuid>),
    Attached(Option<Uuid>),
    Agreement(Uuid),
}

fn state(fact: &Fact) -> Option<State> {
    let (connection, schedule) = (fact.about.connection, fact.about.schedule);
    match fact.kind {
        Kind::ConnectionStaled => Some(State::Stale(connection)),
        Kind::ScheduleDeactivated => Some(State::Stopped(connection, schedule)),
        Kind::ConnectionRecovered => Some(State::Works(connection, schedule)),
        Kind::FleetConnectionCreated => Some(State::Attached(connection)),
        Kind::AgreementUpdated => fact.about.agreement.map(State::Agreement),
        _ => None,
    }
}

/// One fact for each episode, out of facts that are merged by key and sorted by time. The result is no longer sorted.
pub(crate) fn episodes(facts: &[Fact]) -> Vec<Fact> {
    let mut shown: Vec<Fact> = Vec::with_capacity(facts.len());
    let mut open: BTreeMap<State, usize> = BTreeMap::new();
    for fact in facts {
        open.retain(|_, index| !contradict(fact, &shown[*index]));
        let Some(state) = state(fact) else {
            shown.push(fact.clone());
            continue;
        };
        match open.get(&state).copied() {
            Some(index) if tell_the_same(fact, &shown[index]) => {
                let known = &mut shown[index];
                *known = known.clone().merge(fact.clone());
            }
            _ => {
                open.insert(state, shown.len());
                shown.push(fact.clone());
            }
        }
    }
    shown
}

/// Whether `later` ends the state that `earlier` tells.
fn contradict(later: &Fact, earlier: &Fact) -> bool {
    let detached = earlier.kind == Kind::FleetConnectionCreated && ends_agreement(later);
    detached || mends(later, earlier) || mends(earlier, later)
}

/// Updates of an agreement are different things, whatever its status; a check sees nothing but the status, though, so what
/// it found is what the update beside it tells.
fn tell_the_same(one: &Fact, two: &Fact) -> bool {
    one.kind != Kind::AgreementUpdated
        || (one.about.status == two.about.status && [one, two].iter().any(|fact| fact.source == Source::Check))
}
