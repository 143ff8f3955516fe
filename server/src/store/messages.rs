use async_trait::async_trait;
use domain::link::message::MessageState;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{FleetKey, FleetRow, InvitationRow, StoreError};

/// An e-mail to a fleet, from proposal to outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub id: Uuid,
    /// Its identity: no two messages with the same key are ever sent.
    pub key: String,
    /// The fleet it goes to.
    pub fleet: FleetKey,
    /// Digest of the invitation it is about.
    pub invitation: String,
    /// When the link it is about expires, UTC: if that changes, it is another round.
    pub expires_at: OffsetDateTime,
    /// The word stored for its occasion.
    pub occasion: String,
    /// Its e-mail address, if one is known.
    pub recipient: Option<String>,
    /// The code of its language.
    pub language: String,
    pub state: MessageState,
    /// For a reminder: since when the fleet has made no progress, UTC.
    pub since: Option<OffsetDateTime>,
    /// When it was added, UTC.
    pub made_at: OffsetDateTime,
    /// When someone approved or dismissed it, UTC.
    pub decided_at: Option<OffsetDateTime>,
    /// The e-mail address of who did.
    pub decided_by: Option<String>,
    /// When it was sent, failed or withdrawn, UTC.
    pub ended_at: Option<OffsetDateTime>,
    /// Why it wasn't sent, and what to do about it.
    pub problem: Option<String>,
}

/// A message as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMessage {
    pub message: MessageRow,
    pub fleet: FleetRow,
    /// Our id of its invitation.
    pub invitation: Uuid,
}

/// E-mails to fleets. If several callers try the same change of a message's state, it succeeds for only one of them.
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// Adds a message; false if its key exists, and nothing changes.
    async fn add_message(&self, message: &MessageRow) -> Result<bool, StoreError>;
    /// Adds a proposed message, or proposes the withdrawn one with its key again. False if its key exists in another state, and
    /// nothing changes.
    async fn propose(&self, message: &MessageRow) -> Result<bool, StoreError>;
    /// Moves the message with the key of `again` from failed to sending, and takes over occasion, recipient, language and
    /// decision from `again`; the id stays. False if it isn't failed (any more).
    async fn send_again(&self, again: &MessageRow) -> Result<bool, StoreError>;
    async fn message_by_key(&self, key: &str) -> Result<Option<MessageRow>, StoreError>;
    async fn message(&self, id: Uuid) -> Result<Option<MessageRow>, StoreError>;
    /// A page of the proposed messages, by expiry of the link and then id: up to `limit` of those after the given position.
    async fn proposed(
        &self,
        after: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<ListedMessage>, StoreError>;
    /// How many messages are proposed, and how many of those have an address; counting stops at `limit` messages.
    async fn count_proposed(&self, limit: u32) -> Result<(u32, u32), StoreError>;
    /// The last `limit` reminders that were approved or dismissed and haven't failed, latest decision first.
    async fn decided(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError>;
    /// Approves those of `ids` that are reminders, are proposed or failed, and have an address; returns how many.
    async fn approve(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// Approves all messages that are proposed, have an address and were added by `until`; returns how many.
    async fn approve_all(&self, until: OffsetDateTime, by: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// Dismisses those of `ids` that are proposed or failed; returns how many.
    async fn dismiss(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// The first approved message, by decision and then id, after the given position.
    async fn next_approved(&self, after: Option<(OffsetDateTime, Uuid)>) -> Result<Option<MessageRow>, StoreError>;
    /// How many messages are approved, and how many reminders have failed.
    async fn count_unsent(&self) -> Result<(u32, u32), StoreError>;
    /// The last `limit` reminders that failed, latest decision first.
    async fn failed(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError>;
    /// How many of `ids` [`approve`](Self::approve) would approve now, and how many it would skip for want of an address.
    async fn count_approvable(&self, ids: &[Uuid]) -> Result<(u32, u32), StoreError>;
    /// Moves a message from approved to sending; false if it isn't approved (any more).
    async fn start_sending(&self, id: Uuid) -> Result<bool, StoreError>;
    /// Moves a message from sending to its outcome. `approved` means it will be tried again, so it gets no end.
    async fn end_sending(
        &self,
        id: Uuid,
        state: MessageState,
        problem: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError>;
    /// Withdraws a message that is proposed or approved; false if it isn't.
    async fn withdraw(&self, id: Uuid, now: OffsetDateTime) -> Result<bool, StoreError>;
    /// Moves all messages from sending to unsure, since they may or may not have been sent when the server stopped; returns how
    /// many. Only for the start, while nothing is being sent.
    async fn doubt_interrupted(&self, problem: &str, now: OffsetDateTime) -> Result<u64, StoreError>;
    /// A page of the invitations that aren't completed and whose link works at `now`, by expiry and then id: up to `limit` of
    /// those after the given position.
    async fn open_invitations(
        &self,
        now: OffsetDateTime,
        after: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<InvitationRow>, StoreError>;
}
