//! Folds the set of a fleet's facts into the state of its onboarding.
//!
//! Deliveries come late, twice, in any order, and some never (WEBHOOKS.md 6). So nothing here depends on the order of the
//! facts: they are merged by key and sorted by time first, and every answer is a function of that set.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    events::{
        fact::{Fact, Kind, Round, Source},
        mail_scanner::Mails,
    },
    onboarding::{
        problem::{Problem, open_problems},
        stage::{Health, Stage},
        state_changes::collapse_repeats,
    },
};

/// The state of one step of an onboarding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It happened, at this moment, UTC.
    Done(OffsetDateTime),
    /// A later step happened, so this one did too; nobody reported it.
    NotReported,
    /// The provider was linked before, so there was nothing to create (WEBHOOKS.md 8.16).
    Reused,
    /// The next one.
    Next,
    /// After the next one.
    Ahead,
}

/// A fact with what other facts say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The fact.
    pub fact: Fact,
    /// Whether Catena said so: a browser's return to a landing page is a claim until a webhook or a check confirms it.
    pub confirmed: bool,
    /// For a view of the link: how soon after an e-mail it came, if so soon that a mail scanner may have caused it.
    pub scanned_after: Option<Duration>,
}

/// The state of a fleet's onboarding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onboarding {
    /// The stage it has reached; none without a fact that shows one.
    pub stage: Option<Stage>,
    /// Whether data flows; none before it is connected.
    pub health: Option<Health>,
    /// What keeps data from flowing; empty before it is connected.
    pub problems: Vec<Problem>,
    /// The six steps from invitation to data, with their states.
    pub steps: [(Stage, StepState); 6],
    /// The facts in the order in which they happened.
    pub timeline: Vec<Entry>,
}

/// Folds the facts about one fleet.
pub fn fold(facts: impl IntoIterator<Item = Fact>) -> Onboarding {
    let facts = merged(facts);
    let cycle = current_cycle(&facts);
    let stage = stage(&cycle);
    let connected = stage == Some(Stage::Connected);
    let problems = if connected { open_problems(&cycle.facts) } else { Vec::new() };
    let worst = problems.iter().map(|problem| problem.kind.health()).max().unwrap_or(Health::Flowing);
    let mut timeline = collapse_repeats(&facts);
    sort(&mut timeline);
    Onboarding {
        stage,
        health: connected.then_some(worst),
        problems,
        steps: steps(&cycle, stage),
        timeline: entries(timeline, &facts),
    }
}

fn entries(timeline: Vec<Fact>, facts: &[Fact]) -> Vec<Entry> {
    let mails = Mails::of(facts);
    let entry =
        |fact: Fact| Entry { confirmed: is_confirmed(&fact, facts), scanned_after: mails.scanned_after(&fact), fact };
    timeline.into_iter().map(entry).collect()
}

/// The facts that count now, by time: those since every agreement with the fleet last ended.
pub fn current(facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let facts = merged(facts);
    current_cycle(&facts).facts.into_iter().cloned().collect()
}

/// The stage of the invitation with this digest by its own facts alone: one of those up to `accepted`, or an end.
pub fn invitation_stage(facts: &[Fact], invitation: &str) -> Option<Stage> {
    let own = facts.iter().filter(|fact| fact.about.round.as_ref().is_some_and(|round| round.invitation == invitation));
    let facts = merged(own.filter(|fact| !fact.kind.is_handover()).cloned());
    stage(&Cycle { facts: facts.iter().collect(), ended: false })
}

fn merged(facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let mut by_key: BTreeMap<String, Fact> = BTreeMap::new();
    for fact in facts {
        let key = fact.key.clone();
        let fact = match by_key.remove(&key) {
            Some(known) => known.merge(fact),
            None => fact,
        };
        by_key.insert(key, fact);
    }
    let mut facts: Vec<Fact> = by_key.into_values().collect();
    sort(&mut facts);
    facts
}

/// By time; at the same moment in the documented order of an onboarding.
fn sort(facts: &mut [Fact]) {
    facts.sort_by(|one, two| (one.at, one.kind.rank(), &one.key).cmp(&(two.at, two.kind.rank(), &two.key)));
}

/// An onboarding from its first fact to the end of every agreement; an invitation after that starts another one.
struct Cycle<'a> {
    facts: Vec<&'a Fact>,
    ended: bool,
}

fn current_cycle(facts: &[Fact]) -> Cycle<'_> {
    // Whoever sees the link of a fleet that is long gone doesn't invite it again.
    let counted = || facts.iter().filter(|fact| !fact.kind.is_handover());
    let Some(ended_at) = agreements_ended_at(facts) else {
        return Cycle { facts: counted().collect(), ended: false };
    };
    let invites = |fact: &Fact| {
        !matches!(fact.kind, Kind::InvitationExpired | Kind::InvitationDeleted) && fact.about.round.is_some()
    };
    let since: Vec<&Fact> = counted().filter(|fact| fact.at > ended_at).collect();
    if since.iter().any(|fact| invites(fact)) {
        Cycle { facts: since, ended: false }
    } else {
        Cycle { facts: counted().collect(), ended: true }
    }
}

/// When the last agreement ended, if all we know of have ended.
fn agreements_ended_at(facts: &[Fact]) -> Option<OffsetDateTime> {
    let mut ends: BTreeMap<Uuid, Option<OffsetDateTime>> = BTreeMap::new();
    for fact in facts {
        let Some(agreement) = fact.about.agreement else { continue };
        let end = ends.entry(agreement).or_default();
        if fact.ends_agreement() {
            *end = Some(end.map_or(fact.at, |known| known.min(fact.at)));
        }
    }
    // An agreement can't be revived (CONTRACT.md 13.24), so one without an end is alive.
    ends.into_values().collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn stage(cycle: &Cycle<'_>) -> Option<Stage> {
    if cycle.ended { Some(Stage::Deleted) } else { stage_reached(&cycle.facts) }
}

/// The furthest stage in these facts, whether or not everything ended afterwards.
fn stage_reached(facts: &[&Fact]) -> Option<Stage> {
    let has = |kind: Kind| facts.iter().any(|fact| fact.kind == kind);
    // An update that ends an agreement is no sign of one: it may come after the deletion that ended the cycle before.
    let has_agreement_updated =
        || facts.iter().any(|fact| fact.kind == Kind::AgreementUpdated && !fact.ends_agreement());
    if has(Kind::FleetConnectionCreated) {
        Some(Stage::Connected)
    } else if has(Kind::ConnectionCreated) || has(Kind::ConnectionStaled) {
        Some(Stage::Connection)
    } else if has(Kind::AgreementCreated) || has_agreement_updated() {
        Some(Stage::Agreement)
    } else {
        invited_stage(facts)
    }
}

/// The stage by the latest round of the latest invitation: all there is before an agreement.
fn invited_stage(facts: &[&Fact]) -> Option<Stage> {
    let latest = facts.iter().filter_map(|fact| fact.about.round.as_ref()).max()?;
    let of_invitation =
        |fact: &&&Fact| fact.about.round.as_ref().is_some_and(|round| round.invitation == latest.invitation);
    let in_round = |kind: Kind| {
        facts.iter().filter(|fact| fact.about.round.as_ref() == Some(latest)).find(|fact| fact.kind == kind)
    };

    if facts.iter().filter(of_invitation).any(|fact| fact.kind == Kind::InvitationDeleted) {
        return Some(Stage::Deleted);
    }
    // An accepted invitation stays accepted through a refresh and can't be declined (CONTRACT.md 5).
    if facts.iter().filter(of_invitation).any(|fact| fact.kind == Kind::InvitationAccepted) {
        return Some(Stage::Accepted);
    }
    if standing_refusal(facts.iter().copied(), latest).is_some() {
        return Some(Stage::Declined);
    }
    if in_round(Kind::InvitationExpired).is_some() {
        return Some(Stage::Expired);
    }
    if in_round(Kind::InvitationViewed).is_some() {
        return Some(Stage::Viewed);
    }
    Some(if in_round(Kind::InvitationSent).is_some() { Stage::Sent } else { Stage::Created })
}

/// The refusal that stands in a round. No event reports that Catena reopened a declined invitation, and if its expiry stays the
/// same there is no new round either: so a refusal counts until a later refresh of the same round.
pub fn standing_refusal<'a>(facts: impl IntoIterator<Item = &'a Fact>, round: &Round) -> Option<&'a Fact> {
    let of_round: Vec<&Fact> = facts.into_iter().filter(|fact| fact.about.round.as_ref() == Some(round)).collect();
    let of_kind = |kind: Kind| of_round.iter().copied().filter(move |fact| fact.kind == kind);
    let refused = of_kind(Kind::InvitationDeclined).max_by_key(|fact| (fact.at, &fact.key))?;
    of_kind(Kind::InvitationRefreshed).all(|refresh| refresh.at <= refused.at).then_some(refused)
}

fn steps(cycle: &Cycle<'_>, stage: Option<Stage>) -> [(Stage, StepState); 6] {
    const STEPS: [(Stage, &[Kind]); 6] = [
        (Stage::Created, &[Kind::InvitationCreated, Kind::InvitationRefreshed]),
        (Stage::Viewed, &[Kind::InvitationViewed]),
        (Stage::Accepted, &[Kind::InvitationAccepted]),
        (Stage::Agreement, &[Kind::AgreementCreated]),
        (Stage::Connection, &[Kind::ConnectionCreated]),
        (Stage::Connected, &[Kind::FleetConnectionCreated]),
    ];
    let done =
        STEPS.map(|(_, kinds)| cycle.facts.iter().filter(|fact| kinds.contains(&fact.kind)).map(|fact| fact.at).min());
    // The furthest step that a fact or a stage implies. A stage that is no step, such as an end, implies the first one: there
    // was an invitation to decline or to delete. Ended agreements existed, too.
    let position = |stage: Stage| STEPS.iter().position(|(step, _)| *step == stage).unwrap_or_default();
    let by_stage = stage_reached(&cycle.facts).map(position);
    let by_end = cycle.ended.then(|| position(Stage::Agreement));
    let reached = done.iter().rposition(Option::is_some).max(by_stage).max(by_end);
    let over = matches!(stage, Some(Stage::Declined | Stage::Expired | Stage::Deleted));
    let mut steps = STEPS.map(|(stage, _)| (stage, StepState::Ahead));
    for (index, (step, state)) in steps.iter_mut().enumerate() {
        *state = match (done[index], reached) {
            (Some(at), _) => StepState::Done(at),
            (None, Some(reached)) if index <= reached && *step == Stage::Connection => StepState::Reused,
            (None, Some(reached)) if index <= reached => StepState::NotReported,
            (None, reached) if !over && index == reached.map_or(0, |reached| reached + 1) => StepState::Next,
            _ => StepState::Ahead,
        };
    }
    steps
}

/// A browser's claim is confirmed by what Catena says about the same round or later; everything else comes from Catena itself.
fn is_confirmed(fact: &Fact, facts: &[Fact]) -> bool {
    if fact.source != Source::Landing {
        return true;
    }
    let confirming: &[Kind] = match fact.kind {
        Kind::ReturnedSuccess => &[Kind::FleetConnectionCreated],
        Kind::ReturnedFailure => &[Kind::InvitationDeclined, Kind::InvitationExpired, Kind::InvitationDeleted],
        // Catena has an event name for it but publishes no payload (WEBHOOKS.md 2.1), so the name has to do.
        Kind::ReturnedIntegrationRequested => {
            return facts.iter().any(|other| other.kind == Kind::Other("tsp.requested".into()));
        }
        _ => return false,
    };
    let same_round = |other: &Fact| match (&other.about.round, &fact.about.round) {
        (Some(theirs), Some(ours)) => theirs == ours,
        // Connections know no round. One attached long before this return says nothing about it.
        _ => other.at > fact.at - Duration::DAY,
    };
    facts.iter().any(|other| other.source != Source::Landing && confirming.contains(&other.kind) && same_round(other))
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
