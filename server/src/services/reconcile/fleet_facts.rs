//! What is known about a fleet before Catena's answer is read.

use domain::{
    events::fact::{Fact, Kind},
    onboarding::{
        lifecycle::{Onboarding, current, fold},
        problem::{Problem, ProblemKind},
    },
};
use time::OffsetDateTime;
use uuid::Uuid;

/// What is known about one fleet.
pub(crate) struct FleetFacts {
    facts: Vec<Fact>,
    /// Those that count now.
    current: Vec<Fact>,
    onboarding: Onboarding,
}

impl FleetFacts {
    pub(crate) fn new(facts: Vec<Fact>) -> Self {
        Self { current: current(facts.clone()), onboarding: fold(facts.clone()), facts }
    }

    /// The facts about an invitation, known by its digest.
    pub(crate) fn of_invitation(&self, digest: &str) -> Vec<&Fact> {
        let is_own = |fact: &&Fact| fact.about.round.as_ref().is_some_and(|round| round.invitation == digest);
        self.facts.iter().filter(is_own).collect()
    }

    /// The facts about an agreement, by time.
    pub(crate) fn of_agreement(&self, agreement: Uuid) -> Vec<&Fact> {
        let timeline = self.onboarding.timeline.iter().map(|entry| &entry.fact);
        timeline.filter(|fact| fact.about.agreement == Some(agreement)).collect()
    }

    /// The agreements that are not known to have ended.
    pub(crate) fn living_agreements(&self) -> Vec<Uuid> {
        let mut all: Vec<Uuid> = self.facts.iter().filter_map(|fact| fact.about.agreement).collect();
        all.sort_unstable();
        all.dedup();
        all.retain(|agreement| !self.of_agreement(*agreement).into_iter().any(Fact::ends_agreement));
        all
    }

    /// When the latest agreement was made, else the latest acceptance: a connection that is older wasn't made for us.
    pub(crate) fn consent_at(&self) -> Option<OffsetDateTime> {
        let last = |kind: Kind| self.current.iter().filter(|fact| fact.kind == kind).map(|fact| fact.at).max();
        last(Kind::AgreementCreated).or_else(|| last(Kind::InvitationAccepted))
    }

    /// Whether every agreement with the fleet has ended, invited again or not: its connections then say nothing about us.
    pub(crate) fn is_over(&self) -> bool {
        self.facts.iter().any(|fact| fact.about.agreement.is_some()) && self.living_agreements().is_empty()
    }

    /// Whether a fact of this kind about the connection counts now.
    pub(crate) fn has(&self, kind: &Kind, connection: Uuid) -> bool {
        self.of_connection(connection).any(|fact| fact.kind == *kind)
    }

    /// When the connection itself was last known to work.
    pub(crate) fn good_since(&self, connection: Uuid) -> Option<OffsetDateTime> {
        let good = self.of_connection(connection).filter(|fact| match fact.kind {
            Kind::ConnectionCreated | Kind::FleetConnectionCreated => true,
            Kind::ConnectionRecovered => fact.about.schedule.is_none(),
            _ => false,
        });
        good.map(|fact| fact.at).max()
    }

    /// When the schedule last recovered from a stop or a failure.
    pub(crate) fn fetching_since(&self, connection: Uuid, schedule: Uuid) -> Option<OffsetDateTime> {
        let recovered = self
            .of_connection(connection)
            .filter(|fact| fact.kind == Kind::ConnectionRecovered && fact.about.schedule == Some(schedule));
        recovered.map(|fact| fact.at).max()
    }

    /// The open problem of this kind.
    pub(crate) fn problem(&self, kind: ProblemKind, connection: Uuid, schedule: Option<Uuid>) -> Option<&Problem> {
        self.onboarding.problems.iter().find(|problem| {
            problem.kind == kind && problem.connection == Some(connection) && problem.schedule == schedule
        })
    }

    fn of_connection(&self, connection: Uuid) -> impl Iterator<Item = &Fact> {
        self.current.iter().filter(move |fact| fact.about.connection == Some(connection))
    }
}
