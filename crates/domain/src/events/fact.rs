//! A fact: one thing that happened to an invitation, agreement, connection or schedule, from whatever source.
//!
//! Catena delivers late, twice, in any order and sometimes never (WEBHOOKS.md 6). So facts with the same key are the same
//! fact, and [`Fact::merge`] makes one of them: in any order, any number of times, with the same result.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

pub use super::kind::Kind;

/// Where a fact comes from, the most reliable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A verified webhook.
    Webhook,
    /// Our own request to Catena's API.
    Check,
    /// Something staff did in Onramp, or Catena's answer to it.
    Staff,
    /// A browser on a landing page.
    Landing,
}

impl Source {
    /// The name it is stored and printed under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Check => "check",
            Self::Staff => "staff",
            Self::Landing => "landing",
        }
    }

    /// The source with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Webhook, Self::Check, Self::Staff, Self::Landing].into_iter().find(|source| source.name() == name)
    }
}

/// One validity period of an invitation: a refresh starts the next one. Ordered: the latest round is the greatest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Round {
    /// When the invitation was made, UTC; a refresh keeps it.
    pub created_at: OffsetDateTime,
    /// When the link expires, UTC. Authoritative, unlike `created_at + expires_in_hours` (CONTRACT.md 13.16).
    pub expires_at: OffsetDateTime,
    /// Digest of the invitation's id ([`crate::digest::of_invitation`]).
    pub invitation: String,
}

/// What a fact is about, besides its fleet.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct About {
    /// The round of the invitation, for facts about invitations.
    pub round: Option<Round>,
    /// The agreement, for facts about agreements.
    pub agreement: Option<Uuid>,
    /// The connection, for facts about connections and what is fetched through them.
    pub connection: Option<Uuid>,
    /// The schedule, for facts about fetching.
    pub schedule: Option<Uuid>,
    /// The provider's name for the integration (`source_name`).
    pub provider: Option<String>,
    /// The resource that is fetched.
    pub resource: Option<String>,
    /// The record's status, unchanged.
    pub status: Option<String>,
    /// Free text worth showing, such as the reason for declining.
    pub note: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// Where it comes from. First in the order, so that of two reports of a fact the more reliable one wins.
    pub source: Source,
    /// When it happened, UTC: the record's own time, else the event id's, else the body's; never the arrival.
    pub at: OffsetDateTime,
    /// What happened.
    pub kind: Kind,
    /// Identifies the fact (WEBHOOKS.md 6, record key), as a digest.
    pub key: String,
    /// The event that reported it.
    pub event_id: Option<Uuid>,
    /// E-mail address of the member of staff who did it.
    pub actor: Option<String>,
    /// What it is about.
    pub about: About,
}

impl Fact {
    /// Merges two reports of one fact. Commutative, associative and idempotent, so the order of arrival doesn't matter. The more
    /// reliable source wins; what only some reports have (actor, provider, resource, note) is kept from any of them.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let (one, one_knows) = self.split();
        let (two, two_knows) = other.split();
        one.min(two).with(one_knows.merge(two_knows))
    }

    /// Whether the agreement it is about is over from here on (CONTRACT.md 6): it was deleted, or an update gave it a status
    /// that is an end. Other kinds of facts may carry such a status too, in a record read after the end; they end nothing.
    pub fn ends_agreement(&self) -> bool {
        let over = matches!(self.about.status.as_deref(), Some("cancelled" | "deleted" | "expired"));
        self.kind == Kind::AgreementDeleted || (self.kind == Kind::AgreementUpdated && over)
    }

    /// Takes out what is merged separately: otherwise the winner among three could depend on their order.
    fn split(mut self) -> (Self, Extras) {
        let extras = Extras {
            actor: self.actor.take(),
            provider: self.about.provider.take(),
            resource: self.about.resource.take(),
            note: self.about.note.take(),
        };
        (self, extras)
    }

    fn with(mut self, extras: Extras) -> Self {
        self.actor = extras.actor;
        self.about.provider = extras.provider;
        self.about.resource = extras.resource;
        self.about.note = extras.note;
        self
    }
}

/// What a report can have or lack, whatever its source.
struct Extras {
    actor: Option<String>,
    provider: Option<String>,
    resource: Option<String>,
    note: Option<String>,
}

impl Extras {
    fn merge(self, other: Self) -> Self {
        Self {
            actor: least_known(self.actor, other.actor),
            provider: least_known(self.provider, other.provider),
            resource: least_known(self.resource, other.resource),
            note: least_known(self.note, other.note),
        }
    }
}

/// The known value; of two different ones always the same, whichever came first.
fn least_known(one: Option<String>, two: Option<String>) -> Option<String> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timestamp::from_micros;

    #[test]
    fn only_a_deletion_or_an_update_to_a_final_status_ends_an_agreement() {
        let ends = |kind: Kind, status: &str| {
            let about = About { status: Some(status.into()), ..About::default() };
            Fact::found(kind, "k".into(), from_micros(5), about).ends_agreement()
        };
        for over in ["cancelled", "deleted", "expired"] {
            assert!(ends(Kind::AgreementUpdated, over), "{over}");
            // A record read after the end can have such a status even where it reports the beginning.
            assert!(!ends(Kind::AgreementCreated, over), "{over}");
        }
        assert!(ends(Kind::AgreementDeleted, "active"));
        for alive in ["active", "paused", "dreaming"] {
            assert!(!ends(Kind::AgreementUpdated, alive), "{alive}");
        }
    }

    #[test]
    fn a_webhook_confirms_what_staff_did_and_the_name_stays() {
        let fact = |source, actor: Option<&str>, at| Fact {
            source,
            at: from_micros(at),
            kind: Kind::InvitationCreated,
            key: "k".into(),
            event_id: None,
            actor: actor.map(Into::into),
            about: About::default(),
        };
        let staff = fact(Source::Staff, Some("ada@example.com"), 5);
        let webhook = fact(Source::Webhook, None, 7);
        let merged = staff.clone().merge(webhook.clone());
        assert_eq!(merged, webhook.clone().merge(staff));
        assert_eq!((merged.source, merged.actor.as_deref()), (Source::Webhook, Some("ada@example.com")));
        assert_eq!(merged.at, from_micros(7));
    }

    #[test]
    fn what_only_one_report_has_is_kept_in_any_order_of_three() {
        let fact = |source, at, note: Option<&str>, provider: Option<&str>| Fact {
            source,
            at: from_micros(at),
            kind: Kind::InvitationDeclined,
            key: "k".into(),
            event_id: None,
            actor: None,
            about: About { note: note.map(Into::into), provider: provider.map(Into::into), ..About::default() },
        };
        let reports = [
            fact(Source::Webhook, 9, None, None),
            fact(Source::Check, 5, Some("too early"), Some("samsara")),
            fact(Source::Check, 4, Some("another word"), None),
        ];
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for [one, two, three] in orders {
            let left = reports[one].clone().merge(reports[two].clone()).merge(reports[three].clone());
            let right = reports[one].clone().merge(reports[two].clone().merge(reports[three].clone()));
            assert_eq!(left, right);
            assert_eq!((left.source, left.at), (Source::Webhook, from_micros(9)));
            assert_eq!(
                (left.about.note.as_deref(), left.about.provider.as_deref()),
                (Some("another word"), Some("samsara"))
            );
            assert_eq!(left.clone().merge(left.clone()), left);
        }
    }
}
