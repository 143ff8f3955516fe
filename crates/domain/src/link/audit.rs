//! The audit trail of a magic link: who saw it, who sent it. A link is a bearer secret (CONTRACT.md 13.2), so each disclosure is
//! a fact on the timeline.

use time::OffsetDateTime;

use crate::{
    events::{
        fact::{Fact, Kind, Round},
        observation::Observation,
    },
    link::{
        message::Occasion,
        reminder::{ReminderReason, is_opened_by_scanners_alone},
    },
    onboarding::{
        lifecycle::Onboarding,
        stage::{Health, Stage},
    },
};

/// How somebody at Onramp saw the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// On a page.
    OnPage,
    /// As a QR code in a file.
    AsQrCode,
    /// In a file with all links of an import.
    InFile,
    /// On the command line.
    OnCommandLine,
}

impl Shown {
    fn note(self) -> Option<&'static str> {
        match self {
            Self::OnPage => None,
            Self::AsQrCode => Some("As a downloaded QR code"),
            Self::InFile => Some("In a file with all links of an import"),
            Self::OnCommandLine => Some("On the command line"),
        }
    }
}

/// `actor` (their e-mail address) saw the link of this round at `at`.
pub fn shown(round: Round, how: Shown, actor: &str, at: OffsetDateTime) -> Observation {
    Fact::link_shown(round, actor, at).with_note(how.note().map(str::to_owned)).into()
}

/// An e-mail with the link of this round left for `to` at `at`, on behalf of `actor`; `message` is our id of it.
pub fn sent(round: Round, message: &str, occasion: Occasion, to: &str, actor: &str, at: OffsetDateTime) -> Observation {
    let is_reminder = matches!(occasion, Occasion::NotOpened | Occasion::NotFinished);
    Fact::link_emailed(round, is_reminder, message, actor, at).with_note(Some(format!("To {to}"))).into()
}

impl From<ReminderReason> for Occasion {
    fn from(reason: ReminderReason) -> Self {
        match reason {
            ReminderReason::NotOpened => Self::NotOpened,
            ReminderReason::NotFinished => Self::NotFinished,
        }
    }
}

/// What a message to the fleet would be about now.
pub fn occasion(onboarding: &Onboarding) -> Occasion {
    let was_mailed = || {
        let mut kinds = onboarding.timeline.iter().map(|entry| &entry.fact.kind);
        kinds.any(|kind| matches!(kind, Kind::InvitationSent | Kind::LinkSent))
    };
    match onboarding.stage {
        Some(Stage::Connected) if onboarding.health == Some(Health::NeedsReauthentication) => Occasion::SignInAgain,
        Some(Stage::Viewed) if is_opened_by_scanners_alone(onboarding) => Occasion::NotOpened,
        Some(Stage::Viewed | Stage::Accepted | Stage::Agreement) => Occasion::NotFinished,
        Some(Stage::Created | Stage::Sent) if was_mailed() => Occasion::NotOpened,
        _ => Occasion::Invitation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        events::fact::{About, Source},
        onboarding::lifecycle::fold,
        timestamp::from_micros,
    };

    fn fact(kind: Kind, minutes: i64) -> Fact {
        let round =
            Round { created_at: from_micros(0), expires_at: from_micros(86_400_000_000), invitation: "i".into() };
        let connection = matches!(kind, Kind::FleetConnectionCreated | Kind::ConnectionStaled);
        Fact {
            source: Source::Webhook,
            at: from_micros(minutes * 60_000_000),
            key: format!("{} {minutes}", kind.name()),
            kind,
            event_id: None,
            actor: None,
            about: About {
                round: (!connection).then_some(round),
                connection: connection.then(|| uuid::Uuid::from_u128(3)),
                ..About::default()
            },
        }
    }

    #[test]
    fn the_message_is_for_what_the_fleet_should_do_next() {
        use Kind as K;
        let table: [(&[Kind], Occasion); 9] = [
            (&[], Occasion::Invitation),
            (&[K::InvitationCreated], Occasion::Invitation),
            (&[K::InvitationCreated, K::LinkShown], Occasion::Invitation),
            (&[K::InvitationCreated, K::LinkSent], Occasion::NotOpened),
            (&[K::InvitationCreated, K::InvitationViewed], Occasion::NotFinished),
            (&[K::InvitationCreated, K::InvitationAccepted], Occasion::NotFinished),
            (&[K::FleetConnectionCreated], Occasion::Invitation),
            (&[K::FleetConnectionCreated, K::ConnectionStaled], Occasion::SignInAgain),
            (&[K::InvitationCreated, K::InvitationDeclined], Occasion::Invitation),
        ];
        for (kinds, want) in table {
            let facts = kinds.iter().zip(0..).map(|(kind, minutes)| fact(kind.clone(), minutes * 10));
            assert_eq!(occasion(&fold(facts)), want, "{kinds:?}");
        }
    }

    #[test]
    fn seeing_a_link_does_not_move_the_fleet() {
        let facts = [fact(Kind::InvitationCreated, 0), fact(Kind::InvitationViewed, 10)];
        let round = facts[0].about.round.clone().unwrap();
        let now = from_micros(3_600_000_000);
        let Observation::Fact { fact: shown, subject, .. } =
            shown(round.clone(), Shown::OnPage, "ada@example.com", now)
        else {
            panic!("a fact")
        };
        assert_eq!(subject.invitation.as_deref(), Some("i"));
        let onboarding = fold(facts.iter().cloned().chain([shown]));
        assert_eq!((onboarding.stage, onboarding.timeline.len()), (Some(Stage::Viewed), 3));
        let last = &onboarding.timeline[2].fact;
        assert_eq!((last.kind.name(), last.actor.as_deref()), ("link.shown", Some("ada@example.com")));
    }

    #[test]
    fn seeing_the_link_of_a_fleet_that_is_gone_does_not_bring_it_back() {
        let mut gone = fact(Kind::AgreementDeleted, 20);
        gone.about = About { agreement: Some(uuid::Uuid::from_u128(9)), ..About::default() };
        let created = fact(Kind::InvitationCreated, 0);
        let round = created.about.round.clone().unwrap();
        let Observation::Fact { fact: shown, .. } =
            shown(round, Shown::OnPage, "ada@example.com", from_micros(3_600_000_000))
        else {
            panic!("a fact")
        };
        assert_eq!(fold([created, gone, shown]).stage, Some(Stage::Deleted));
    }

    #[test]
    fn one_email_is_one_fact_however_often_it_is_recorded() {
        let round = fact(Kind::InvitationCreated, 0).about.round.unwrap();
        let key = |message: &str, occasion| match sent(
            round.clone(),
            message,
            occasion,
            "a@b.example",
            "ada@example.com",
            from_micros(0),
        ) {
            Observation::Fact { fact, .. } => (fact.key, fact.kind),
            Observation::Subscription { .. } => panic!("a fact"),
        };
        assert_eq!(key("1", Occasion::Invitation), key("1", Occasion::Invitation));
        assert_ne!(key("1", Occasion::Invitation).0, key("2", Occasion::Invitation).0);
        assert_eq!(key("1", Occasion::NotOpened).1, Kind::ReminderSent);
        assert_eq!(key("1", Occasion::SignInAgain).1, Kind::LinkSent);
    }
}
