//! What is wrong with a fleet's connections, and what mends it.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    events::fact::{Fact, Kind},
    onboarding::lifecycle::Health,
};

/// How many failed fetches of one schedule within a day count as "again and again": one is noise (WEBHOOKS.md 8.18).
const REPEATED_FAILURES: usize = 2;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Fetches of one schedule fail again and again.
    Failing,
    /// Catena gave up fetching one resource.
    Stopped,
    /// The provider's credentials stopped working.
    Stale,
}

impl ProblemKind {
    /// What it means for the health of the fleet.
    pub fn health(self) -> Health {
        match self {
            Self::Failing => Health::FetchFailing,
            Self::Stopped => Health::Stopped,
            Self::Stale => Health::NeedsReauthentication,
        }
    }
}

/// A trouble that nothing has mended yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub wrong: ProblemKind,
    /// With which connection.
    pub connection: Option<Uuid>,
    /// With which of its schedules; none where the connection itself is the trouble.
    pub schedule: Option<Uuid>,
    /// The resource that isn't fetched.
    pub resource: Option<String>,
    /// When it was told last, UTC: only what happens later can mend it.
    pub at: OffsetDateTime,
}

/// What is wrong, with which connection and which schedule.
type Place = (ProblemKind, Option<Uuid>, Option<Uuid>);

/// The troubles that these facts, sorted by time, leave open.
pub(crate) fn open_problems(facts: &[&Fact]) -> Vec<Problem> {
    let menders: Vec<&Fact> = facts.iter().copied().filter(|fact| is_mender(fact)).collect();
    let is_open = |fact: &Fact| !menders.iter().any(|later| later.at > fact.at && mends(later, fact));
    let mut told: BTreeMap<Place, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        let Some(wrong) = wrong(fact).filter(|_| is_open(fact)) else { continue };
        told.entry((wrong, fact.about.connection, fact.about.schedule)).or_default().push(fact);
    }
    let troubles = told.into_iter().filter_map(|((wrong, connection, schedule), facts)| {
        let last = facts.last().filter(|_| wrong != ProblemKind::Failing || again_and_again(&facts))?;
        Some(Problem { wrong, connection, schedule, resource: last.about.resource.clone(), at: last.at })
    });
    troubles.collect()
}

fn wrong(fact: &Fact) -> Option<ProblemKind> {
    match fact.kind {
        Kind::ConnectionStaled => Some(ProblemKind::Stale),
        Kind::ScheduleDeactivated => Some(ProblemKind::Stopped),
        Kind::ExecutionFailed => Some(ProblemKind::Failing),
        _ => None,
    }
}

/// The facts are sorted by time, so the first and the last of each window are the nearest.
fn again_and_again(failures: &[&Fact]) -> bool {
    failures.windows(REPEATED_FAILURES).any(|window| window[REPEATED_FAILURES - 1].at - window[0].at <= Duration::DAY)
}

fn is_mender(fact: &Fact) -> bool {
    matches!(fact.kind, Kind::ConnectionRecovered | Kind::ConnectionCreated | Kind::FleetConnectionCreated)
}

/// Whether `later`, if it is later, mends `trouble`. Recoveries come from checks alone. A fleet that signs in again to the same
/// provider attaches the connection anew: that mends credentials and schedules, and says nothing of single fetches.
pub(crate) fn mends(later: &Fact, trouble: &Fact) -> bool {
    let (Some(wrong), true) = (wrong(trouble), is_mender(later)) else { return false };
    let recovers = later.kind == Kind::ConnectionRecovered;
    let fits = match wrong {
        ProblemKind::Stale => !recovers || later.about.schedule.is_none(),
        ProblemKind::Stopped => !recovers || later.about.schedule == trouble.about.schedule,
        ProblemKind::Failing => {
            recovers && later.about.schedule.is_none_or(|schedule| trouble.about.schedule == Some(schedule))
        }
    };
    fits && later.about.connection == trouble.about.connection
}
