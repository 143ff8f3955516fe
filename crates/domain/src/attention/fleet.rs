//! Which items a fleet has, by its facts.

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    attention::{AttentionKind, usual::Pace},
    events::fact::{Fact, Kind, Round},
    link::reminder::{asked_for_integration, is_opened_by_scanners_alone},
    onboarding::{
        lifecycle::{Entry, Onboarding, standing_refusal},
        problem::{Problem, ProblemKind},
        rounds::rounds,
        stage::Stage,
    },
};

/// How long webhooks and a check may take to confirm that a fleet is connected.
const CONFIRMED_WITHIN: Duration = Duration::minutes(30);

/// One thing that a person should do about a fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: AttentionKind,
    /// The connection it is about, if it is about one of them.
    pub connection: Option<Uuid>,
    /// When its cause began, UTC.
    pub since: OffsetDateTime,
    /// From when on a person should look, UTC: later than `since` where the fleet may well go on by itself.
    pub opens_at: OffsetDateTime,
    /// The fleet's own words, or the resource that isn't fetched.
    pub detail: Option<String>,
}

impl Item {
    fn new(kind: AttentionKind, since: OffsetDateTime, opens_at: OffsetDateTime) -> Self {
        Self { kind, connection: None, since, opens_at, detail: None }
    }
}

/// The items of a fleet, each open from its `opens_at` on, the most urgent kind first. An item closes when it is no longer among
/// them.
pub fn items(onboarding: &Onboarding, pace: &Pace) -> Vec<Item> {
    let mut items = match onboarding.stage {
        Some(Stage::Connected) => onboarding.problems.iter().map(of_problem).collect(),
        Some(stage) => of_stage(onboarding, stage, pace).into_iter().collect(),
        None => Vec::new(),
    };
    items.extend(paused_agreements(onboarding));
    items.sort_by_key(|item| (item.kind, item.since, item.connection));
    items
}

/// What keeps a fleet from the next stage: one item, for one cause.
fn of_stage(onboarding: &Onboarding, stage: Stage, pace: &Pace) -> Option<Item> {
    use AttentionKind as A;
    let latest = latest_round(onboarding);
    match stage {
        Stage::Created | Stage::Sent => never_opened(onboarding, latest?),
        Stage::Viewed if is_opened_by_scanners_alone(onboarding) => never_opened(onboarding, latest?),
        Stage::Viewed => not_confirmed(onboarding).or_else(|| {
            let since = last(onboarding, |entry| {
                entry.fact.kind == Kind::InvitationViewed && entry.fact.about.round.as_ref() == latest
            })?;
            Some(late(A::Undecided, since, pace.decide.p90))
        }),
        Stage::Accepted | Stage::Agreement if asked_for_integration(onboarding) => {
            let since = last(onboarding, |entry| entry.fact.kind == Kind::ReturnedIntegrationRequested)?;
            Some(Item::new(A::ProviderUnsupported, since, since))
        }
        Stage::Accepted | Stage::Agreement => not_confirmed(onboarding).or_else(|| {
            let since =
                last(onboarding, |entry| matches!(entry.fact.kind, Kind::InvitationAccepted | Kind::AgreementCreated))?;
            Some(late(A::NotLinked, since, pace.link(None).p90))
        }),
        Stage::Connection => not_confirmed(onboarding).or_else(|| {
            let since = last(onboarding, |entry| entry.fact.kind == Kind::ConnectionCreated)?;
            Some(late(A::NotLinked, since, pace.attach.p90))
        }),
        Stage::Declined => {
            let refusal = standing_refusal(facts(onboarding), latest?)?;
            let detail = refusal.about.note.clone();
            Some(Item { detail, ..Item::new(A::Declined, refusal.at, refusal.at) })
        }
        Stage::Expired => latest.map(|round| Item::new(A::Expired, round.expires_at, round.expires_at)),
        // An invitation that staff deleted needs nobody; an agreement that ended does.
        Stage::Deleted => {
            let ended = last(onboarding, |entry| entry.fact.ends_agreement())?;
            Some(Item::new(A::AgreementEnded, ended, ended))
        }
        Stage::Connected => None,
    }
}

/// Opens when a third of the link's time is left.
fn never_opened(onboarding: &Onboarding, latest: &Round) -> Option<Item> {
    let story = rounds(facts(onboarding)).into_iter().find(|story| story.round == *latest)?;
    let began_at = story.began_at.unwrap_or(latest.created_at);
    let opens_at = latest.expires_at - (latest.expires_at - began_at) / 3;
    Some(Item::new(AttentionKind::NeverOpened, began_at, opens_at))
}

/// The browser claims success, and Catena says nothing of it.
fn not_confirmed(onboarding: &Onboarding) -> Option<Item> {
    let returned = last(onboarding, |entry| entry.fact.kind == Kind::ReturnedSuccess && !entry.confirmed)?;
    Some(late(AttentionKind::NotConfirmed, returned, CONFIRMED_WITHIN))
}

fn of_problem(problem: &Problem) -> Item {
    let kind = match problem.kind {
        ProblemKind::Stale => AttentionKind::NeedsReauthentication,
        ProblemKind::Stopped => AttentionKind::FetchingStopped,
        ProblemKind::Failing => AttentionKind::FetchFailing,
    };
    let item = Item::new(kind, problem.at, problem.at);
    Item { connection: problem.connection, detail: problem.resource.clone(), ..item }
}

/// An item for each agreement whose last word is that it is paused.
fn paused_agreements(onboarding: &Onboarding) -> Vec<Item> {
    if onboarding.stage == Some(Stage::Deleted) {
        return Vec::new();
    }
    let of_agreements = || facts(onboarding).filter(|fact| fact.about.agreement.is_some());
    let is_last = |fact: &Fact| {
        !of_agreements()
            .any(|other| other.about.agreement == fact.about.agreement && (other.at, &other.key) > (fact.at, &fact.key))
    };
    let paused = of_agreements().filter(|fact| fact.about.status.as_deref() == Some("paused") && is_last(fact));
    paused.map(|fact| Item::new(AttentionKind::AgreementEnded, fact.at, fact.at)).collect()
}

fn late(kind: AttentionKind, since: OffsetDateTime, usual: Duration) -> Item {
    Item::new(kind, since, since.checked_add(usual).unwrap_or(since))
}

fn facts(onboarding: &Onboarding) -> impl Iterator<Item = &Fact> {
    onboarding.timeline.iter().map(|entry| &entry.fact)
}

fn latest_round(onboarding: &Onboarding) -> Option<&Round> {
    facts(onboarding).filter_map(|fact| fact.about.round.as_ref()).max()
}

fn last(onboarding: &Onboarding, is_meant: impl Fn(&Entry) -> bool) -> Option<OffsetDateTime> {
    onboarding.timeline.iter().filter(|entry| is_meant(entry)).map(|entry| entry.fact.at).max()
}

#[cfg(test)]
#[path = "fleet_tests.rs"]
mod tests;
