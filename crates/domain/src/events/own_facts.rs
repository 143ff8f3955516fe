//! Facts that Onramp establishes itself: from Catena's answers, from its own clock, and from what staff and browsers do. They
//! have the keys of the webhooks' facts, so that a webhook that arrives later merges into them.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    digest::digest,
    events::{
        fact::{About, Fact, Kind, Round, Source},
        keys::{
            accepted_key, agreement_key, created_key, declined_key, deleted_key, expired_key, refreshed_again_key,
            refreshed_key, state_key,
        },
    },
    text::lines,
    timestamp::micros,
};

/// Facts about one round of an invitation. All of them count as found by a check unless [`by_staff`](Fact::by_staff) says who
/// caused them. Times are UTC.
impl Fact {
    /// Catena made the invitation.
    pub fn invited(round: Round) -> Self {
        let key = created_key(&round.invitation, round.expires_at);
        Self::of_round(Source::Check, Kind::InvitationCreated, key, round.created_at, round)
    }

    /// A refresh started this round.
    pub fn refreshed(round: Round, at: OffsetDateTime) -> Self {
        let key = refreshed_key(&round.invitation, round.expires_at);
        Self::of_round(Source::Check, Kind::InvitationRefreshed, key, at, round)
    }

    /// A refresh left the expiry as it was, so the round goes on. Each such refresh is a fact of its own.
    pub fn refreshed_within_round(round: Round, at: OffsetDateTime) -> Self {
        let key = refreshed_again_key(&round.invitation, round.expires_at, at);
        Self::of_round(Source::Check, Kind::InvitationRefreshed, key, at, round)
    }

    /// The fleet accepted: at `accepted_at` where Catena's record has it, else no later than `asked_at`.
    pub fn accepted(round: Round, accepted_at: Option<OffsetDateTime>, asked_at: OffsetDateTime) -> Self {
        let key = accepted_key(&round.invitation, accepted_at, round.expires_at);
        Self::of_round(Source::Check, Kind::InvitationAccepted, key, accepted_at.unwrap_or(asked_at), round)
    }

    /// The fleet declined: at `declined_at` where Catena's record has it, else no later than `asked_at`.
    pub fn declined(round: Round, declined_at: Option<OffsetDateTime>, asked_at: OffsetDateTime) -> Self {
        let key = declined_key(&round.invitation, declined_at, round.expires_at);
        Self::of_round(Source::Check, Kind::InvitationDeclined, key, declined_at.unwrap_or(asked_at), round)
    }

    /// The link expired, at the round's own end (CONTRACT.md 13.16).
    pub fn expired(round: Round) -> Self {
        let key = expired_key(&round.invitation, round.expires_at);
        Self::of_round(Source::Check, Kind::InvitationExpired, key, round.expires_at, round)
    }

    /// The invitation is gone from Catena.
    pub fn deleted(round: Round, at: OffsetDateTime) -> Self {
        Self::of_round(Source::Check, Kind::InvitationDeleted, deleted_key(&round.invitation), at, round)
    }

    /// A browser came back to a landing page: one fact for each outcome of a round, however often it comes back.
    pub fn landed(round: Round, kind: Kind, at: OffsetDateTime) -> Self {
        let key = digest(&[&round.invitation, kind.name(), &micros(round.expires_at).to_string()]);
        Self::of_round(Source::Landing, kind, key, at, round)
    }

    /// Somebody (`actor`, their e-mail address) saw the round's link at `at`.
    pub fn link_shown(round: Round, actor: &str, at: OffsetDateTime) -> Self {
        let key = digest(&["link.shown", &round.invitation, actor, &micros(at).to_string()]);
        Self::of_round(Source::Check, Kind::LinkShown, key, at, round).by_staff(actor)
    }

    /// The e-mail with the round's link left at `at` on behalf of `actor`; `message` is our id of it, so that one email is one
    /// fact.
    pub fn link_emailed(round: Round, is_reminder: bool, message: &str, actor: &str, at: OffsetDateTime) -> Self {
        let kind = if is_reminder { Kind::ReminderSent } else { Kind::LinkSent };
        Self::of_round(Source::Check, kind, digest(&["link.sent", message]), at, round).by_staff(actor)
    }

    fn of_round(source: Source, kind: Kind, key: String, at: OffsetDateTime, round: Round) -> Self {
        let about = About { round: Some(round), ..About::default() };
        Self { source, at, kind, key, event_id: None, actor: None, about }
    }
}

/// Facts that a check finds in Catena's records of agreements and connections.
impl Fact {
    /// The agreement came into force. It was active then, whatever became of it.
    pub fn agreement_created(agreement: Uuid, at: OffsetDateTime) -> Self {
        let key = agreement_key(agreement, &Kind::AgreementCreated);
        Self::of_agreement(Kind::AgreementCreated, key, agreement, "active", at)
    }

    /// The agreement has another status now.
    pub fn agreement_updated(agreement: Uuid, status: &str, at: OffsetDateTime) -> Self {
        let key = state_key(agreement, &Kind::AgreementUpdated, at);
        Self::of_agreement(Kind::AgreementUpdated, key, agreement, status, at)
    }

    /// The agreement was deleted.
    pub fn agreement_deleted(agreement: Uuid, at: OffsetDateTime) -> Self {
        let key = agreement_key(agreement, &Kind::AgreementDeleted);
        Self::of_agreement(Kind::AgreementDeleted, key, agreement, "deleted", at)
    }

    fn of_agreement(kind: Kind, key: String, agreement: Uuid, status: &str, at: OffsetDateTime) -> Self {
        let about = About { agreement: Some(agreement), status: Some(status.to_owned()), ..About::default() };
        Self::found(kind, key, at, about)
    }

    /// What a check found.
    pub fn found(kind: Kind, key: String, at: OffsetDateTime, about: About) -> Self {
        Self { source: Source::Check, at, kind, key, event_id: None, actor: None, about }
    }
}

impl Fact {
    /// The same fact as the work of `actor` (their e-mail address) in Onramp.
    #[must_use]
    pub fn by_staff(self, actor: &str) -> Self {
        Self { source: Source::Staff, actor: Some(actor.to_owned()), ..self }
    }

    /// The same fact with the record's status.
    #[must_use]
    pub fn with_status(mut self, status: impl ToString) -> Self {
        self.about.status = Some(status.to_string());
        self
    }

    /// The same fact with what a person wrote or what else is worth showing.
    #[must_use]
    pub fn with_note(mut self, note: Option<String>) -> Self {
        self.about.note = note.map(|note| lines(&note));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    fn round() -> Round {
        Round { created_at: from_micros(1), expires_at: from_micros(9), invitation: "i".into() }
    }

    #[test]
    fn each_fact_happens_at_its_own_time() {
        let (asked_at, own) = (from_micros(5), Some(from_micros(3)));
        let table = [
            (Fact::invited(round()), "invitation.created", 1),
            (Fact::refreshed(round(), asked_at), "invitation.refreshed", 5),
            (Fact::accepted(round(), own, asked_at), "invitation.accepted", 3),
            (Fact::accepted(round(), None, asked_at), "invitation.accepted", 5),
            (Fact::declined(round(), own, asked_at), "invitation.declined", 3),
            (Fact::expired(round()), "invitation.expired", 9),
            (Fact::deleted(round(), asked_at), "invitation.deleted", 5),
        ];
        for (fact, name, at) in table {
            assert_eq!((fact.kind.name(), fact.at, fact.source), (name, from_micros(at), Source::Check));
            assert_eq!(fact.about.round, Some(round()));
        }
    }

    #[test]
    fn what_staff_did_and_what_a_check_found_is_one_fact() {
        let at = from_micros(5);
        let (by_staff, by_check) = (Fact::deleted(round(), at).by_staff("ada@example.com"), Fact::deleted(round(), at));
        assert_eq!(by_staff.key, by_check.key);
        assert_eq!((by_staff.source, by_staff.actor.as_deref()), (Source::Staff, Some("ada@example.com")));
    }

    #[test]
    fn only_a_refresh_that_moves_the_expiry_starts_a_round() {
        let (one, two) = (from_micros(5), from_micros(6));
        assert_eq!(Fact::refreshed(round(), one).key, Fact::refreshed(round(), two).key);
        assert_ne!(Fact::refreshed_within_round(round(), one).key, Fact::refreshed_within_round(round(), two).key);
    }

    #[test]
    fn one_outcome_of_a_round_is_one_return() {
        let landed = |kind, at| Fact::landed(round(), kind, from_micros(at)).key;
        assert_eq!(landed(Kind::ReturnedFailure, 5), landed(Kind::ReturnedFailure, 6));
        assert_ne!(landed(Kind::ReturnedFailure, 5), landed(Kind::ReturnedSuccess, 5));
    }
}
