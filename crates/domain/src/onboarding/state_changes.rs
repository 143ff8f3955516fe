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
    onboarding::problem::is_fixed_by,
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

/// Merges reports of the same state, out of facts that are merged by key and sorted by time. The result is no longer sorted.
pub(crate) fn collapse_repeats(facts: &[Fact]) -> Vec<Fact> {
    let mut shown: Vec<Fact> = Vec::with_capacity(facts.len());
    let mut open: BTreeMap<State, usize> = BTreeMap::new();
    for fact in facts {
        open.retain(|_, index| !contradicts(fact, &shown[*index]));
        let Some(state) = state(fact) else {
            shown.push(fact.clone());
            continue;
        };
        match open.get(&state).copied() {
            Some(index) if report_the_same(fact, &shown[index]) => {
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

/// Whether `later` ends the state that `earlier` reports.
fn contradicts(later: &Fact, earlier: &Fact) -> bool {
    let detached = earlier.kind == Kind::FleetConnectionCreated && later.ends_agreement();
    detached || is_fixed_by(earlier, later) || is_fixed_by(later, earlier)
}

/// Two updates of an agreement are two changes even with the same status. A check sees only the status, though, so what it found
/// is the change that the update beside it reports.
fn report_the_same(one: &Fact, two: &Fact) -> bool {
    one.kind != Kind::AgreementUpdated
        || (one.about.status == two.about.status && [one, two].iter().any(|fact| fact.source == Source::Check))
}
