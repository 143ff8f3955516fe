//! Where a fleet's onboarding stands: a fold over the set of its facts.
//!
//! Deliveries come late, twice, in any order, and some never (WEBHOOKS.md 6). So nothing here depends on the order of the
//! facts: they are merged by key and sorted by time first, and every answer is a function of that set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    events::{
        fact::{Fact, Kind, Round, Source},
        mail_scanner::scanned_after,
    },
    onboarding::{
        problem::{Problem, open_problems},
        state_changes::episodes,
    },
};

/// Where the onboarding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The invitation exists.
    Created,
    /// Catena sent it by e-mail.
    Sent,
    /// The fleet opened the link.
    Viewed,
    /// The fleet accepted.
    Accepted,
    /// The agreement to share data exists.
    Agreement,
    /// A provider is linked.
    Connection,
    /// The link is attached to the fleet: data follows.
    Connected,
    /// The fleet refused. Not the end: a refresh opens the invitation again.
    Declined,
    /// The link ran out. Not the end either.
    Expired,
    /// The invitation was deleted, or every agreement with the fleet ended.
    Deleted,
}

impl Stage {
    /// All stages, in the order of an onboarding.
    pub const ALL: [Self; 10] = [
        Self::Created,
        Self::Sent,
        Self::Viewed,
        Self::Accepted,
        Self::Agreement,
        Self::Connection,
        Self::Connected,
        Self::Declined,
        Self::Expired,
        Self::Deleted,
    ];

    /// The word in which it is stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Sent => "sent",
            Self::Viewed => "viewed",
            Self::Accepted => "accepted",
            Self::Agreement => "agreement",
            Self::Connection => "connection",
            Self::Connected => "connected",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
        }
    }

    /// The stage with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// Whether a connected fleet's data still flows. Ordered: the worst of several connections counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing says otherwise.
    Flowing,
    /// The same fetch failed again and again.
    FetchFailing,
    /// Catena gave up fetching.
    Stopped,
    /// The provider's credentials stopped working: the fleet must sign in again.
    NeedsReauthentication,
}

impl Health {
    /// All of them, the best first.
    pub const ALL: [Self; 4] = [Self::Flowing, Self::FetchFailing, Self::Stopped, Self::NeedsReauthentication];

    /// The word in which it is stored and printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flowing => "flowing",
            Self::FetchFailing => "fetch_failing",
            Self::Stopped => "stopped",
            Self::NeedsReauthentication => "needs_reauthentication",
        }
    }

    /// The health with this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.name() == name)
    }
}

/// How one step of an onboarding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It happened, at this moment, UTC.
    Done(OffsetDateTime),
    /// A later step happened, so this one did too; nobody reported it.
    NotReported,
    /// The provider was linked before, so there was nothing to create (WEBHOOKS.md 8.16).
    Reused,
    /// What is waited for now.
    Next,
    /// Still to come.
    Ahead,
}

/// A fact with what other facts say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The fact.
    pub fact: Fact,
    /// Whether Catena said so: a browser's return to a landing page is a claim until a webhook or a check bears it out.
    pub confirmed: bool,
    /// For a view of the link: how soon after an e-mail it came, where that is so soon that a mail scanner may have done it.
    pub scanned_after: Option<Duration>,
}

/// All that a fleet's facts come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onboarding {
    /// Where it stands; none without a fact that tells.
    pub stage: Option<Stage>,
    /// Whether data flows; none before it is connected.
    pub health: Option<Health>,
    /// What keeps data from flowing; nothing before it is connected.
    pub troubles: Vec<Problem>,
    /// The six steps from invitation to data, with their states.
    pub steps: [(Stage, StepState); 6],
    /// The facts in the order in which they happened.
    pub timeline: Vec<Entry>,
}

/// How many failed fetches of one schedule within a day count as "again and again": one is noise (WEBHOOKS.md 8.18).
pub const REPEATED_FAILURES: usize = 2;

/// Folds the facts about one fleet.
pub fn fold(facts: impl IntoIterator<Item = Fact>) -> Onboarding {
    let facts = merged(facts);
    let chapter = current_chapter(&facts);
    let stage = stage(&chapter);
    let connected = stage == Some(Stage::Connected);
    let troubles = if connected { open_problems(&chapter.facts) } else { Vec::new() };
    let worst = troubles.iter().map(|trouble| trouble.wrong.health()).max().unwrap_or(Health::Flowing);
    let mut timeline = episodes(&facts);
    sort(&mut timeline);
    Onboarding {
        stage,
        health: connected.then_some(worst),
        troubles,
        steps: steps(&chapter, stage),
        timeline: timeline.into_iter().map(|fact| entry(fact, &facts)).collect(),
    }
}

fn entry(fact: Fact, facts: &[Fact]) -> Entry {
    Entry { confirmed: is_confirmed(&fact, facts), scanned_after: scanned_after(&fact, facts), fact }
}

/// The facts that count now, by time: those since the last time that every agreement with the fleet had ended.
pub fn current(facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let facts = merged(facts);
    current_chapter(&facts).facts.into_iter().cloned().collect()
}

/// How the invitation with this digest stands, by its own facts alone: one of the stages up to `accepted`, or an end.
pub fn invitation_stage(facts: &[Fact], invitation: &str) -> Option<Stage> {
    let own = facts.iter().filter(|fact| fact.about.round.as_ref().is_some_and(|round| round.invitation == invitation));
    let facts = merged(own.filter(|fact| !fact.kind.is_handover()).cloned());
    stage(&Chapter { facts: facts.iter().collect(), ended: false })
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

/// The facts since the last time that every agreement with the fleet had ended: an invitation after that starts anew.
struct Chapter<'a> {
    facts: Vec<&'a Fact>,
    ended: bool,
}

fn current_chapter(facts: &[Fact]) -> Chapter<'_> {
    // Who looks at the link of a fleet that is long gone doesn't invite it again by that.
    let counted = || facts.iter().filter(|fact| !fact.kind.is_handover());
    let Some(ended_at) = agreements_ended_at(facts) else {
        return Chapter { facts: counted().collect(), ended: false };
    };
    let invites = |fact: &Fact| {
        !matches!(fact.kind, Kind::InvitationExpired | Kind::InvitationDeleted) && fact.about.round.is_some()
    };
    let since: Vec<&Fact> = counted().filter(|fact| fact.at > ended_at).collect();
    if since.iter().any(|fact| invites(fact)) {
        Chapter { facts: since, ended: false }
    } else {
        Chapter { facts: counted().collect(), ended: true }
    }
}

/// When the last agreement ended, if all that we know of have.
fn agreements_ended_at(facts: &[Fact]) -> Option<OffsetDateTime> {
    let mut ends: BTreeMap<Uuid, Option<OffsetDateTime>> = BTreeMap::new();
    for fact in facts {
        let Some(agreement) = fact.about.agreement else { continue };
        let end = ends.entry(agreement).or_default();
        if ends_agreement(fact) {
            *end = Some(end.map_or(fact.at, |known| known.min(fact.at)));
        }
    }
    // An agreement can't be revived (CONTRACT.md 13.24), so one without an end is alive.
    ends.into_values().collect::<Option<Vec<_>>>()?.into_iter().max()
}

pub(crate) fn ends_agreement(fact: &Fact) -> bool {
    let over = matches!(fact.about.status.as_deref(), Some("cancelled" | "deleted" | "expired"));
    fact.kind == Kind::AgreementDeleted || (fact.kind == Kind::AgreementUpdated && over)
}

fn stage(chapter: &Chapter<'_>) -> Option<Stage> {
    if chapter.ended { Some(Stage::Deleted) } else { stage_reached(&chapter.facts) }
}

/// How far these facts go, whether or not it ended there.
fn stage_reached(facts: &[&Fact]) -> Option<Stage> {
    let has = |kind: Kind| facts.iter().any(|fact| fact.kind == kind);
    // The news that an agreement is over is no sign of one: it may come after the deletion that ended the chapter before.
    let has_agreement_updated =
        || facts.iter().any(|fact| fact.kind == Kind::AgreementUpdated && !ends_agreement(fact));
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

/// The stage by the latest round of the latest invitation, which is all there is before an agreement.
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

/// The refusal that stands in a round. Catena opens a declined invitation again without a word of it in any event, and where
/// its end stays as it was, no new round tells that: so a refusal counts until a refresh of the same round came after it.
pub fn standing_refusal<'a>(facts: impl IntoIterator<Item = &'a Fact>, round: &Round) -> Option<&'a Fact> {
    let of_round: Vec<&Fact> = facts.into_iter().filter(|fact| fact.about.round.as_ref() == Some(round)).collect();
    let of_kind = |kind: Kind| of_round.iter().copied().filter(move |fact| fact.kind == kind);
    let refused = of_kind(Kind::InvitationDeclined).max_by_key(|fact| (fact.at, &fact.key))?;
    of_kind(Kind::InvitationRefreshed).all(|refresh| refresh.at <= refused.at).then_some(refused)
}

fn steps(chapter: &Chapter<'_>, stage: Option<Stage>) -> [(Stage, StepState); 6] {
    const STEPS: [(Stage, &[Kind]); 6] = [
        (Stage::Created, &[Kind::InvitationCreated, Kind::InvitationRefreshed]),
        (Stage::Viewed, &[Kind::InvitationViewed]),
        (Stage::Accepted, &[Kind::InvitationAccepted]),
        (Stage::Agreement, &[Kind::AgreementCreated]),
        (Stage::Connection, &[Kind::ConnectionCreated]),
        (Stage::Connected, &[Kind::FleetConnectionCreated]),
    ];
    let done = STEPS
        .map(|(_, kinds)| chapter.facts.iter().filter(|fact| kinds.contains(&fact.kind)).map(|fact| fact.at).min());
    // The furthest step that a fact or a stage implies. A stage that is no step, such as an end, implies the first: there was
    // an invitation to send, to decline or to delete. Agreements that ended were there as well.
    let position = |stage: Stage| STEPS.iter().position(|(step, _)| *step == stage).unwrap_or_default();
    let by_stage = stage_reached(&chapter.facts).map(position);
    let by_end = chapter.ended.then(|| position(Stage::Agreement));
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

/// A browser's claim is borne out by what Catena says about the same round or later; everything else comes from Catena itself.
fn is_confirmed(fact: &Fact, facts: &[Fact]) -> bool {
    if fact.source != Source::Landing {
        return true;
    }
    let bears_out: &[Kind] = match fact.kind {
        Kind::ReturnedSuccess => &[Kind::FleetConnectionCreated],
        Kind::ReturnedFailure => &[Kind::InvitationDeclined, Kind::InvitationExpired, Kind::InvitationDeleted],
        // Catena has an event name for it but publishes no payload (WEBHOOKS.md 2.1): the name alone must do.
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
    facts.iter().any(|other| other.source != Source::Landing && bears_out.contains(&other.kind) && same_round(other))
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
