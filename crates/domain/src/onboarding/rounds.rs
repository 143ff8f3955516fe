//! The rounds of a fleet's invitations: each validity period, how it started and how far it got.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::{
    events::fact::{Fact, Kind, Round},
    onboarding::{lifecycle::invitation_stage, stage::Stage},
};

/// One validity period of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundStory {
    /// The period.
    pub round: Round,
    /// Whether it is the first one of its invitation.
    pub is_first: bool,
    /// When it started, UTC, if known.
    pub began_at: Option<OffsetDateTime>,
    /// Who in Onramp started it.
    pub actor: Option<String>,
    /// The stage it reached by its own facts.
    pub came_to: Stage,
}

/// All rounds in these facts about one fleet, the latest first. The facts must be merged, as on a timeline.
pub fn rounds<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Vec<RoundStory> {
    let mut by_round: BTreeMap<&Round, Vec<Fact>> = BTreeMap::new();
    for fact in facts {
        if let Some(round) = &fact.about.round {
            by_round.entry(round).or_default().push(fact.clone());
        }
    }
    let mut first_of: BTreeMap<&str, &Round> = BTreeMap::new();
    for round in by_round.keys().copied() {
        first_of.entry(&round.invitation).or_insert(round);
    }
    let stories = by_round.iter().rev().map(|(round, facts)| {
        let begins = |fact: &&Fact| matches!(fact.kind, Kind::InvitationCreated | Kind::InvitationRefreshed);
        let beginning = facts.iter().filter(begins).min_by_key(|fact| fact.at);
        RoundStory {
            round: (*round).clone(),
            is_first: first_of.get(&*round.invitation) == Some(round),
            began_at: beginning.map(|fact| fact.at),
            actor: beginning.and_then(|fact| fact.actor.clone()),
            came_to: invitation_stage(facts, &round.invitation).unwrap_or(Stage::Created),
        }
    });
    stories.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        events::fact::{About, Source},
        timestamp::from_micros,
    };

    fn at(hours: i64) -> OffsetDateTime {
        from_micros(hours * 3_600_000_000)
    }

    fn fact(kind: Kind, hours: i64, invitation: &str, expires: i64, actor: Option<&str>) -> Fact {
        let created = if invitation == "one" { 0 } else { 50 };
        let round = Round { created_at: at(created), expires_at: at(expires), invitation: invitation.into() };
        Fact {
            source: Source::Staff,
            at: at(hours),
            key: format!("{} {hours}", kind.name()),
            kind,
            event_id: None,
            actor: actor.map(str::to_owned),
            about: About { round: Some(round), ..About::default() },
        }
    }

    #[test]
    fn each_round_has_its_own_beginning_and_end_across_invitations() {
        let facts = [
            fact(Kind::InvitationDeclined, 5, "one", 24, None),
            fact(Kind::InvitationCreated, 0, "one", 24, Some("ada@example.com")),
            fact(Kind::InvitationRefreshed, 20, "one", 44, Some("bob@example.com")),
            fact(Kind::InvitationExpired, 44, "one", 44, None),
            fact(Kind::InvitationViewed, 52, "two", 80, None),
        ];
        let told: Vec<_> = rounds(&facts)
            .into_iter()
            .map(|story| (story.round.invitation, story.is_first, story.began_at, story.actor, story.came_to))
            .collect();
        let who = |name: &str| Some(format!("{name}@example.com"));
        assert_eq!(
            told,
            [
                ("two".into(), true, None, None, Stage::Viewed),
                ("one".into(), false, Some(at(20)), who("bob"), Stage::Expired),
                ("one".into(), true, Some(at(0)), who("ada"), Stage::Declined),
            ]
        );
    }
}
