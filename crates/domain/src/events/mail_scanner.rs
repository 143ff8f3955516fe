//! Tells views by people from views by mail scanners. Mail servers open links within seconds to check them; Catena counts that as
//! a view, too.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use crate::events::fact::{Fact, Kind, Round};

/// A view this soon after an e-mail can be a mail scanner's: hardly anyone reads that fast.
pub const SCANNERS_OPEN_WITHIN: Duration = Duration::seconds(60);

/// When the link of each round was e-mailed.
pub(crate) struct Mails<'a>(BTreeMap<Option<&'a Round>, Vec<OffsetDateTime>>);

impl<'a> Mails<'a> {
    /// Those among these facts, which are sorted by time.
    pub(crate) fn of(facts: &'a [Fact]) -> Self {
        let mut mails: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for fact in facts {
            if matches!(fact.kind, Kind::InvitationSent | Kind::LinkSent | Kind::ReminderSent) {
                mails.entry(fact.about.round.as_ref()).or_default().push(fact.at);
            }
        }
        Self(mails)
    }

    /// How long after the last e-mail with this round's link a view of it came, if suspiciously soon. None for anything but a view.
    pub(crate) fn scanned_after(&self, view: &Fact) -> Option<Duration> {
        if view.kind != Kind::InvitationViewed {
            return None;
        }
        let mails = self.0.get(&view.about.round.as_ref())?;
        let before = mails.partition_point(|at| *at <= view.at);
        let after = view.at - *mails.get(before.checked_sub(1)?)?;
        (after <= SCANNERS_OPEN_WITHIN).then_some(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        events::fact::{About, Round, Source},
        timestamp::from_micros,
    };

    fn fact(kind: Kind, round: i64, seconds: i64) -> Fact {
        let at = from_micros(seconds * 1_000_000);
        let round =
            Round { created_at: from_micros(0), expires_at: from_micros(round * 1_000_000), invitation: "i".into() };
        Fact {
            source: Source::Webhook,
            at,
            key: format!("{} {seconds} {}", kind.name(), round.expires_at),
            kind,
            event_id: None,
            actor: None,
            about: About { round: Some(round), ..About::default() },
        }
    }

    #[test]
    fn only_a_view_right_after_an_e_mail_of_the_same_round_is_doubted() {
        use Kind as K;
        let view = |seconds| fact(K::InvitationViewed, 900, seconds);
        let table = [
            ("nobody mailed", vec![fact(K::InvitationCreated, 900, 1)], view(4), None),
            ("Catena mailed just before", vec![fact(K::InvitationSent, 900, 1)], view(4), Some(3)),
            ("Onramp mailed just before", vec![fact(K::LinkSent, 900, 100)], view(160), Some(60)),
            ("a reminder just before", vec![fact(K::ReminderSent, 900, 100)], view(100), Some(0)),
            ("a minute and a bit", vec![fact(K::LinkSent, 900, 100)], view(161), None),
            ("before the e-mail", vec![fact(K::LinkSent, 900, 100)], view(99), None),
            ("another round's e-mail", vec![fact(K::LinkSent, 800, 100)], view(104), None),
            ("the later of two", vec![fact(K::LinkSent, 900, 10), fact(K::ReminderSent, 900, 100)], view(104), Some(4)),
            ("shown is not mailed", vec![fact(K::LinkShown, 900, 100)], view(104), None),
            ("no view", vec![fact(K::LinkSent, 900, 100)], fact(K::InvitationAccepted, 900, 104), None),
        ];
        for (name, facts, view, want) in table {
            assert_eq!(Mails::of(&facts).scanned_after(&view), want.map(Duration::seconds), "{name}");
        }
    }
}
