use async_trait::async_trait;
use domain::link::message::MessageState;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{FleetKey, FleetRow, InvitationRow, StoreError};

/// An e-mail to a fleet: proposed, under way, or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Our id.
    pub id: Uuid,
    /// What makes it this message: nothing with the same key is ever sent twice.
    pub key: String,
    /// To whom.
    pub fleet: FleetKey,
    /// Digest of the invitation that it is about.
    pub invitation: String,
    /// When the link runs out that it is about, UTC: another moment is another round.
    pub expires_at: OffsetDateTime,
    /// The word of what it is for.
    pub occasion: String,
    /// E-mail address, if one is known.
    pub recipient: Option<String>,
    /// Code of the language.
    pub language: String,
    /// How it stands.
    pub state: MessageState,
    /// Since when nothing has moved, UTC, for a reminder.
    pub since: Option<OffsetDateTime>,
    /// When it was written down, UTC.
    pub made_at: OffsetDateTime,
    /// When somebody decided about it, UTC.
    pub decided_at: Option<OffsetDateTime>,
    /// Who, by e-mail.
    pub decided_by: Option<String>,
    /// When it was sent, or failed, UTC.
    pub ended_at: Option<OffsetDateTime>,
    /// Why it was not sent, and what to do.
    pub problem: Option<String>,
}

/// A message with what a list says of its fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMessage {
    /// The message.
    pub message: MessageRow,
    /// Its fleet.
    pub fleet: FleetRow,
    /// Our id of its invitation.
    pub invitation: Uuid,
}

/// E-mails to fleets. Every step from one state to the next happens for one caller alone, however many try.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Writes a message down as it is; false if there is one with its key, which then stays as it was.
    async fn add_message(&self, message: &MessageRow) -> Result<bool, StoreError>;
    /// Proposes a message; also one with its key that was taken back before anyone sent it. False if there is one otherwise,
    /// which then stays as it is.
    async fn propose(&self, message: &MessageRow) -> Result<bool, StoreError>;
    /// From failed to sending, once more, as `again` says: to whom, in which language, who decided and when; its id stays. False if the
    /// message with its key has not failed, or somebody else was quicker.
    async fn send_again(&self, again: &MessageRow) -> Result<bool, StoreError>;
    /// The message with this key.
    async fn message_by_key(&self, key: &str) -> Result<Option<MessageRow>, StoreError>;
    /// The message with this id.
    async fn message(&self, id: Uuid) -> Result<Option<MessageRow>, StoreError>;
    /// Proposed messages, those whose link runs out first first; `limit` of them, behind the given one.
    async fn proposed(
        &self,
        behind: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<ListedMessage>, StoreError>;
    /// How many messages are proposed, and how many of those have an address; counted up to `most`.
    async fn count_proposed(&self, most: u32) -> Result<(u32, u32), StoreError>;
    /// The reminders that somebody decided about and that did not fail, the latest decision first; `limit` of them.
    async fn decided(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError>;
    /// Approves those of `ids` that are reminders, proposed, and have an address, or failed without having been sent; says how many.
    async fn approve(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// Approves all that are proposed, have an address and were written down by `until`; says how many.
    async fn approve_all(&self, until: OffsetDateTime, by: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// Puts those of `ids` aside that are proposed or failed; says how many.
    async fn dismiss(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// The approved message that was decided on first, behind the given one.
    async fn next_approved(&self, behind: Option<(OffsetDateTime, Uuid)>) -> Result<Option<MessageRow>, StoreError>;
    /// How many reminders are approved, and how many failed.
    async fn count_unsent(&self) -> Result<(u32, u32), StoreError>;
    /// The reminders that failed, the latest decision first; `limit` of them.
    async fn failed(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError>;
    /// How many of `ids` [`approve`](Self::approve) would take now, and how many it would not because they have no address.
    async fn count_approvable(&self, ids: &[Uuid]) -> Result<(u32, u32), StoreError>;
    /// From approved to sending; false if somebody else was quicker.
    async fn start_sending(&self, id: Uuid) -> Result<bool, StoreError>;
    /// From sending to what became of it; what is approved again has not ended.
    async fn end_sending(
        &self,
        id: Uuid,
        state: MessageState,
        problem: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError>;
    /// Takes back what is proposed or approved and no longer makes sense; says whether it was.
    async fn withdraw(&self, id: Uuid, now: OffsetDateTime) -> Result<bool, StoreError>;
    /// What was being sent when the server ended may or may not have arrived; says how many. For the start alone.
    async fn doubt_interrupted(&self, problem: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// Invitations whose link works at `now` and is not used to the end, those that run out first first; `limit` of them,
    /// behind the given one.
    async fn under_way(
        &self,
        now: OffsetDateTime,
        behind: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<InvitationRow>, StoreError>;
}
