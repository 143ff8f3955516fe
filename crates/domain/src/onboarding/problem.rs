//! What is wrong with a fleet's connections, and what fixes it.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    events::fact::{Fact, Kind},
    onboarding::stage::Health,
};

/// How many failed fetches of one schedule within a day count as repeated: a single one is noise (WEBHOOKS.md 8.18).
pub const REPEATED_FAILURES: usize = 2;

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

/// A problem that nothing has fixed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The connection that has it.
    pub connection: Option<Uuid>,
    /// The schedule that has it; none where it is the connection itself.
    pub schedule: Option<Uuid>,
    /// The resource that isn't fetched.
    pub resource: Option<String>,
    /// When it was last reported, UTC: only a later fact can fix it.
    pub at: OffsetDateTime,
}

/// What is wrong, with which connection and which schedule.
type Place = (ProblemKind, Option<Uuid>, Option<Uuid>);

/// The open problems in these facts, which are sorted by time.
pub(crate) fn open_problems(facts: &[&Fact]) -> Vec<Problem> {
    let mut fixed_at: BTreeMap<Fix, OffsetDateTime> = BTreeMap::new();
    for fact in facts {
        if let Some(fix) = fix(fact) {
            fixed_at.insert(fix, fact.at);
        }
    }
    let is_open = |fact: &Fact| fixes_of(fact).iter().all(|fix| fixed_at.get(fix).is_none_or(|at| *at <= fact.at));
    let mut reports: BTreeMap<Place, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        let Some(kind) = problem_kind(fact).filter(|_| is_open(fact)) else { continue };
        reports.entry((kind, fact.about.connection, fact.about.schedule)).or_default().push(fact);
    }
    let problems = reports.into_iter().filter_map(|((kind, connection, schedule), facts)| {
        let last = facts.last().filter(|_| kind != ProblemKind::Failing || is_repeated(&facts))?;
        Some(Problem { kind, connection, schedule, resource: last.about.resource.clone(), at: last.at })
    });
    problems.collect()
}

fn problem_kind(fact: &Fact) -> Option<ProblemKind> {
    match fact.kind {
        Kind::ConnectionStaled => Some(ProblemKind::Stale),
        Kind::ScheduleDeactivated => Some(ProblemKind::Stopped),
        Kind::ExecutionFailed => Some(ProblemKind::Failing),
        _ => None,
    }
}

/// Whether [`REPEATED_FAILURES`] of these failures, which are sorted by time, fall into one day.
fn is_repeated(failures: &[&Fact]) -> bool {
    failures.windows(REPEATED_FAILURES).any(|window| window[REPEATED_FAILURES - 1].at - window[0].at <= Duration::DAY)
}

/// What ends problems, if it comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fix {
    /// The connection was attached, perhaps anew: the fleet signed in to its provider.
    Attached(Option<Uuid>),
    /// A check found this schedule of the connection fetching; without a schedule, the connection working.
    Recovered(Option<Uuid>, Option<Uuid>),
}

/// What the fact fixes.
pub(crate) fn fix(fact: &Fact) -> Option<Fix> {
    match fact.kind {
        Kind::ConnectionRecovered => Some(Fix::Recovered(fact.about.connection, fact.about.schedule)),
        Kind::ConnectionCreated | Kind::FleetConnectionCreated => Some(Fix::Attached(fact.about.connection)),
        _ => None,
    }
}

/// What would fix the fact, if it reports a problem. Only checks find recoveries. A fleet that signs in to the same provider again
/// attaches its connection anew: that fixes credentials and schedules, and says nothing about single fetches.
pub(crate) fn fixes_of(problem: &Fact) -> Vec<Fix> {
    let (connection, schedule) = (problem.about.connection, problem.about.schedule);
    let works = Fix::Recovered(connection, None);
    let fetches = Fix::Recovered(connection, schedule);
    match problem_kind(problem) {
        None => Vec::new(),
        Some(ProblemKind::Stale) => vec![Fix::Attached(connection), works],
        Some(ProblemKind::Stopped) => vec![Fix::Attached(connection), fetches],
        Some(ProblemKind::Failing) => vec![works, fetches],
    }
}
