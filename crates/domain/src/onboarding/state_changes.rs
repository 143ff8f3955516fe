//! Which facts report the same state.
//!
//! Credentials can stop working, work again and stop once more, within a minute or a year, and Catena's records of it carry
//! neither a number nor a time (WEBHOOKS.md 6: "a set-state operation"). So each report is a fact of its own, keyed by its
//! time, and reports of one state of one thing with nothing to the contrary between them are shown as one entry. That is a
//! function of the set of facts: the order of arrival leaves no trace, and a recovery that is found late splits what looked
//! like one entry.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    events::fact::{Fact, Kind, Source},
    onboarding::problem::{Fix, fix, fixes_of},
};

/// What has a state, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Stale(Option<Uuid>),
    Stopped(Option<Uuid>, Option<Uuid>),
    Works(Option<Uuid>, Option<Uuid>),
    Attached(Option<Uuid>),
    Agreement(Uuid),
}

impl State {
    /// The state that a fix reports.
    fn of_fix(fix: Fix) -> Self {
        match fix {
            Fix::Attached(connection) => Self::Attached(connection),
            Fix::Recovered(connection, schedule) => Self::Works(connection, schedule),
        }
    }
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

/// The states that hold at one point of a timeline, each with the place of the entry that reports it.
#[derive(Default)]
struct Open {
    states: BTreeMap<State, usize>,
    /// Problems that each fix ends. One that has ended already, or started anew, isn't at its place any more.
    fixed_by: BTreeMap<Fix, Vec<(State, usize)>>,
    /// Connections that every end of an agreement detaches.
    attached: Vec<(State, usize)>,
}

impl Open {
    /// Ends what the next fact contradicts. Whatever ends was opened before, so all facts together take no longer than that.
    fn close(&mut self, next: &Fact) {
        for fix in fixes_of(next) {
            self.states.remove(&State::of_fix(fix));
        }
        let fixed = fix(next).and_then(|fix| self.fixed_by.remove(&fix)).unwrap_or_default();
        let detached = if next.ends_agreement() { std::mem::take(&mut self.attached) } else { Vec::new() };
        for (state, place) in fixed.into_iter().chain(detached) {
            if self.states.get(&state) == Some(&place) {
                self.states.remove(&state);
            }
        }
    }

    fn open(&mut self, fact: &Fact, state: State, place: usize) {
        for fix in fixes_of(fact) {
            self.fixed_by.entry(fix).or_default().push((state, place));
        }
        if fact.kind == Kind::FleetConnectionCreated {
            self.attached.push((state, place));
        }
        self.states.insert(state, place);
    }
}

/// Merges reports of the same state, out of facts that are merged by key and sorted by time. The result is no longer sorted.
pub(crate) fn collapse_repeats(facts: &[Fact]) -> Vec<Fact> {
    let mut shown: Vec<Fact> = Vec::with_capacity(facts.len());
    let mut open = Open::default();
    for fact in facts {
        open.close(fact);
        if let Some(state) = state(fact) {
            if let Some(place) = open.states.get(&state).copied().filter(|place| report_the_same(fact, &shown[*place]))
            {
                let known = &mut shown[place];
                *known = known.clone().merge(fact.clone());
                continue;
            }
            open.open(fact, state, shown.len());
        }
        shown.push(fact.clone());
    }
    shown
}

/// Two updates of an agreement are two changes even with the same status. A check sees only the status, though, so what it found
/// is the change that the update beside it reports.
fn report_the_same(one: &Fact, two: &Fact) -> bool {
    one.kind != Kind::AgreementUpdated
        || (one.about.status == two.about.status && [one, two].iter().any(|fact| fact.source == Source::Check))
}
