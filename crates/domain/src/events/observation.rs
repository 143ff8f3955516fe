//! An observation: something Onramp learned from an event, a check or a person, before it is on a timeline.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::events::fact::Fact;

/// What joins a record to its fleet (WEBHOOKS.md 2.10). Every record lacks some of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Digest of the invitation's id.
    pub invitation: Option<String>,
    /// Our reference for the fleet.
    pub fleet_ref: Option<String>,
    /// Catena's id of the fleet.
    pub fleet_id: Option<Uuid>,
    /// The connection.
    pub connection_id: Option<Uuid>,
}

/// What an invitation's record has beyond the fact. Stored encrypted, since `id` and `magic_link` are passwords; the
/// pre-registration tokens in the record are never read (CONTRACT.md 13.3).
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationRecord {
    /// Catena's id of the invitation: a secret.
    pub id: Uuid,
    /// The link for the fleet: a secret.
    pub magic_link: Option<String>,
    /// When it was made, UTC.
    pub created_at: OffsetDateTime,
    /// When it expires, UTC.
    pub expires_at: OffsetDateTime,
    /// The fleet's name as the invitation gives it.
    pub fleet_name: Option<String>,
}

impl std::fmt::Debug for InvitationRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InvitationRecord").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Something Onramp learned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are facts, and they don't live long")]
pub enum Observation {
    /// Something happened to a fleet.
    Fact {
        /// What.
        fact: Fact,
        /// To whom.
        subject: Subject,
        /// The invitation, if the record is one.
        invitation: Option<InvitationRecord>,
    },
    /// Something happened to one of our subscriptions (WEBHOOKS.md 2.9).
    Subscription {
        /// The subscription it happened to; not the one that delivered the event.
        id: Uuid,
        /// Its new status, an open set.
        status: String,
    },
}

impl From<Fact> for Observation {
    /// An observation of a fact that is joined to its fleet by its invitation alone.
    fn from(fact: Fact) -> Self {
        let invitation = fact.about.round.as_ref().map(|round| round.invitation.clone());
        Self::Fact { fact, subject: Subject { invitation, ..Subject::default() }, invitation: None }
    }
}
