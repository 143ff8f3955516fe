//! When to remind a fleet that has its link and does nothing with it. Catena sends no reminders (CONTRACT.md 5), so Onramp
//! suggests them to staff, at most one for each reason in a round.

use time::{Duration, OffsetDateTime};

use crate::{
    digest::digest,
    events::fact::{Fact, Kind, Round},
    onboarding::{
        lifecycle::{Entry, Onboarding},
        stage::Stage,
    },
    timestamp::micros,
};

/// A link that expires sooner than this isn't worth a reminder: a refresh helps more.
const MIN_TIME_LEFT: Duration = Duration::hours(1);
/// How long to wait before a reminder, unless staff set something else.
pub const DEFAULT_WAIT: Duration = Duration::DAY;

/// Why a fleet needs a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReminderReason {
    /// It hasn't opened its link.
    NotOpened,
    /// It opened its link, and stopped before a provider was linked.
    NotFinished,
}

impl ReminderReason {
    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotOpened => "not_opened",
            Self::NotFinished => "not_finished",
        }
    }
}

/// A reminder that would help now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    /// Why it is due.
    pub reason: ReminderReason,
    /// When something last happened, UTC.
    pub since: OffsetDateTime,
    /// The round it is about.
    pub round: Round,
}

impl DueReminder {
    /// Identifies it, so that the same reminder is never sent twice.
    pub fn key(&self) -> String {
        key(&self.round, self.reason)
    }
}

/// The key of a round's reminder for this reason.
pub fn key(round: &Round, reason: ReminderReason) -> String {
    digest(&["reminder", &round.invitation, &micros(round.expires_at).to_string(), reason.name()])
}

/// The reminder that is due at `now`, if any. It is due after `wait` without a sign of the fleet, but after no more than a third
/// of the time its link had left then: a link that works for a day must not wait for a day.
pub fn due_reminder(onboarding: &Onboarding, now: OffsetDateTime, wait: Duration) -> Option<DueReminder> {
    let reason = reminder_reason(onboarding)?;
    let facts = || onboarding.timeline.iter().map(|entry| &entry.fact);
    let round = facts().filter_map(|fact| fact.about.round.as_ref()).max()?.clone();
    if round.expires_at - now < MIN_TIME_LEFT {
        return None;
    }
    let since = facts().filter(|fact| moves(fact, &round)).map(|fact| fact.at).max()?;
    let wait = wait.min((round.expires_at - since) / 3);
    (now - since >= wait).then_some(DueReminder { reason, since, round })
}

/// Why the fleet needs a reminder, where the next move is its own.
fn reminder_reason(onboarding: &Onboarding) -> Option<ReminderReason> {
    match onboarding.stage? {
        Stage::Created | Stage::Sent => Some(ReminderReason::NotOpened),
        Stage::Viewed if is_opened_by_scanners_alone(onboarding) => Some(ReminderReason::NotOpened),
        // Catena's team has to build that integration first; there is nothing the fleet can do.
        Stage::Agreement if asked_for_integration(onboarding) => None,
        Stage::Viewed | Stage::Agreement => Some(ReminderReason::NotFinished),
        // From acceptance to agreement and from connection to data the move is Catena's; an end needs more than a reminder.
        Stage::Accepted | Stage::Connection | Stage::Connected | Stage::Declined | Stage::Expired | Stage::Deleted => {
            None
        }
    }
}

/// Whether every view of the latest round can be a mail scanner's.
pub fn is_opened_by_scanners_alone(onboarding: &Onboarding) -> bool {
    let views = |entry: &&Entry| entry.fact.kind == Kind::InvitationViewed;
    let latest = onboarding.timeline.iter().filter_map(|entry| entry.fact.about.round.as_ref()).max();
    let mut views =
        onboarding.timeline.iter().filter(views).filter(|entry| entry.fact.about.round.as_ref() == latest).peekable();
    views.peek().is_some() && views.all(|entry| entry.scanned_after.is_some())
}

/// Whether the fleet asked for a provider that Catena has to integrate first.
pub fn asked_for_integration(onboarding: &Onboarding) -> bool {
    onboarding.timeline.iter().any(|entry| entry.fact.kind == Kind::ReturnedIntegrationRequested)
}

/// Whether a fact restarts the wait: the fleet or its agreement moved, or somebody passed the link on.
fn moves(fact: &Fact, round: &Round) -> bool {
    match fact.kind {
        Kind::AgreementCreated | Kind::AgreementUpdated => true,
        _ => fact.about.round.as_ref() == Some(round),
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

    fn at(hours: i64) -> OffsetDateTime {
        from_micros(hours * 3_600_000_000)
    }

    fn fact(kind: &Kind, hours: i64, until: i64) -> Fact {
        let of_agreement = matches!(kind, Kind::AgreementCreated);
        let round = Round { created_at: at(0), expires_at: at(until), invitation: "i".into() };
        Fact {
            source: Source::Webhook,
            at: at(hours),
            key: format!("{} {hours} {until}", kind.name()),
            kind: kind.clone(),
            event_id: None,
            actor: None,
            about: About {
                round: (!of_agreement).then_some(round),
                agreement: of_agreement.then(|| uuid::Uuid::from_u128(7)),
                ..About::default()
            },
        }
    }

    #[test]
    fn a_fleet_is_reminded_when_it_is_its_move_and_nothing_has_moved_for_long_enough() {
        use Kind as K;
        use ReminderReason::{NotFinished, NotOpened};
        type Row = (&'static str, Vec<(Kind, i64, i64)>, i64, Option<(ReminderReason, i64)>);
        let table: Vec<Row> = vec![
            ("a day without a view", vec![(K::InvitationCreated, 0, 672)], 24, Some((NotOpened, 0))),
            ("not yet a day", vec![(K::InvitationCreated, 0, 672)], 23, None),
            ("a link for a day: a third of it", vec![(K::InvitationCreated, 0, 24)], 8, Some((NotOpened, 0))),
            ("before a third of it", vec![(K::InvitationCreated, 0, 24)], 7, None),
            ("too late to be worth it", vec![(K::InvitationCreated, 0, 24)], 24, None),
            (
                "e-mailed by Catena",
                vec![(K::InvitationCreated, 0, 72), (K::InvitationSent, 1, 72)],
                25,
                Some((NotOpened, 1)),
            ),
            (
                "handed over later: the wait starts anew",
                vec![(K::InvitationCreated, 0, 72), (K::LinkShown, 20, 72)],
                30,
                None,
            ),
            ("and ends", vec![(K::InvitationCreated, 0, 72), (K::LinkSent, 20, 72)], 38, Some((NotOpened, 20))),
            (
                "reminded: the wait starts anew",
                vec![(K::InvitationCreated, 0, 200), (K::ReminderSent, 30, 200)],
                50,
                None,
            ),
            (
                "opened, not accepted",
                vec![(K::InvitationCreated, 0, 72), (K::InvitationViewed, 10, 72)],
                31,
                Some((NotFinished, 10)),
            ),
            (
                "opened by a scanner alone",
                vec![(K::LinkSent, 10, 72), (K::InvitationViewed, 10, 72)],
                40,
                Some((NotOpened, 10)),
            ),
            (
                "opened by a scanner, then by a person",
                vec![(K::LinkSent, 10, 72), (K::InvitationViewed, 10, 72), (K::InvitationViewed, 12, 72)],
                40,
                Some((NotFinished, 12)),
            ),
            ("accepted: Catena’s move", vec![(K::InvitationCreated, 0, 72), (K::InvitationAccepted, 10, 72)], 60, None),
            (
                "agreement without a provider",
                vec![(K::InvitationAccepted, 10, 72), (K::AgreementCreated, 11, 0)],
                40,
                Some((NotFinished, 11)),
            ),
            (
                "waits for an integration",
                vec![(K::AgreementCreated, 11, 0), (K::ReturnedIntegrationRequested, 12, 72)],
                60,
                None,
            ),
            ("declined", vec![(K::InvitationCreated, 0, 72), (K::InvitationDeclined, 10, 72)], 60, None),
            (
                "a new round starts anew",
                vec![(K::InvitationCreated, 0, 72), (K::InvitationRefreshed, 60, 200)],
                70,
                None,
            ),
            ("connected", vec![(K::InvitationCreated, 0, 72), (K::FleetConnectionCreated, 10, 72)], 60, None),
        ];
        for (name, facts, now, want) in table {
            let onboarding = fold(facts.iter().map(|(kind, hours, until)| fact(kind, *hours, *until)));
            let due = due_reminder(&onboarding, at(now), DEFAULT_WAIT).map(|due| (due.reason, due.since));
            assert_eq!(due, want.map(|(undone, since)| (undone, at(since))), "{name}");
        }
    }

    #[test]
    fn each_round_and_each_thing_undone_has_a_reminder_of_its_own() {
        let round = |until| Round { created_at: at(0), expires_at: at(until), invitation: "i".into() };
        let keys = [
            key(&round(1), ReminderReason::NotOpened),
            key(&round(1), ReminderReason::NotFinished),
            key(&round(2), ReminderReason::NotOpened),
        ];
        assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert_eq!(key(&round(1), ReminderReason::NotOpened), keys[0]);
    }
}
