use async_trait::async_trait;
use domain::{link::message::MessageState, timestamp::micros};
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    SqliteStore,
    rows::{self, FLEET, INVITATION},
    statement::{Statement, no_rows, statements},
};
use crate::store::{FleetKey, InvitationRow, ListedMessage, MessageRow, MessageStore, StoreError};

/// The columns of [`message`], of `messages m`, except `fleet`.
const MESSAGE: &str = "m.id, m.key, m.invitation, m.expires_at, m.occasion, m.recipient, m.language, m.state, m.since, \
     m.made_at, m.decided_at, m.decided_by, m.ended_at, m.problem";

/// Where [`listed`] finds its columns.
const LISTED: &str = " FROM messages m JOIN fleets f ON f.id = m.fleet JOIN invitations i ON i.digest = m.invitation ";

const INSERT: &str =
    "INSERT INTO messages (id, key, fleet, invitation, expires_at, occasion, recipient, language, state, since,
         made_at, decided_at, decided_by, ended_at, problem)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key)";

statements! {
    ADD: () = no_rows(INSERT, " DO NOTHING");
    PROPOSE: () = no_rows(
        INSERT, " DO UPDATE SET recipient = excluded.recipient, language = excluded.language, state = excluded.state,
             since = excluded.since, made_at = excluded.made_at, decided_at = NULL, decided_by = NULL, ended_at = NULL,
             problem = NULL
         WHERE messages.state = 'withdrawn'",
    );
    SEND_AGAIN: () = no_rows(
        "UPDATE messages SET state = 'sending', occasion = ?, recipient = ?, language = ?, decided_at = ?,
             decided_by = ?, ended_at = NULL, problem = NULL
         WHERE key = ? AND state = 'failed'",
    );
    BY_KEY: MessageRow = message("SELECT m.fleet, ", MESSAGE, " FROM messages m WHERE m.key = ?");
    BY_ID: MessageRow = message("SELECT m.fleet, ", MESSAGE, " FROM messages m WHERE m.id = ?");
    PROPOSED: ListedMessage = listed(
        "SELECT ", MESSAGE, ", i.id AS our_id, ", FLEET, LISTED,
        "WHERE m.state = 'proposed' AND (m.expires_at, m.id) > (?, ?) ORDER BY m.expires_at, m.id LIMIT ?",
    );
    COUNT_PROPOSED: (u32, u32) = counts(
        "SELECT count(*) AS one, count(recipient) AS other
         FROM (SELECT recipient FROM messages WHERE state = 'proposed' LIMIT ?)",
    );
    DECIDED: ListedMessage = listed(
        "SELECT ", MESSAGE, ", i.id AS our_id, ", FLEET, LISTED,
        "WHERE m.decided_at IS NOT NULL AND m.since IS NOT NULL AND m.state <> 'failed'
         ORDER BY m.decided_at DESC, m.id DESC LIMIT ?",
    );
    APPROVE: () = no_rows(
        "UPDATE messages SET state = 'approved', decided_at = ?, decided_by = ?, ended_at = NULL, problem = NULL
         WHERE id IN (SELECT value FROM json_each(?)) AND since IS NOT NULL
             AND state IN ('proposed', 'failed') AND recipient IS NOT NULL",
    );
    APPROVE_ALL: () = no_rows(
        "UPDATE messages SET state = 'approved', decided_at = ?, decided_by = ?
         WHERE state = 'proposed' AND recipient IS NOT NULL AND made_at <= ?",
    );
    DISMISS: () = no_rows(
        "UPDATE messages SET state = 'dismissed', decided_at = ?, decided_by = ?
         WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('proposed', 'failed')",
    );
    NEXT_APPROVED: MessageRow = message(
        "SELECT m.fleet, ", MESSAGE, " FROM messages m WHERE m.state = 'approved' AND (m.decided_at, m.id) > (?, ?)
         ORDER BY m.decided_at, m.id LIMIT 1",
    );
    COUNT_UNSENT: (u32, u32) = counts(
        "SELECT (SELECT count(*) FROM messages WHERE state = 'approved') AS one,
             (SELECT count(*) FROM messages WHERE state = 'failed' AND since IS NOT NULL) AS other",
    );
    FAILED: ListedMessage = listed(
        "SELECT ", MESSAGE, ", i.id AS our_id, ", FLEET, LISTED,
        "WHERE m.state = 'failed' AND m.since IS NOT NULL ORDER BY m.decided_at DESC, m.id DESC LIMIT ?",
    );
    COUNT_APPROVABLE: (u32, u32) = counts(
        "SELECT count(recipient) AS one, count(*) - count(recipient) AS other FROM messages
         WHERE id IN (SELECT value FROM json_each(?)) AND since IS NOT NULL AND state IN ('proposed', 'failed')",
    );
    START_SENDING: () = no_rows(
        "UPDATE messages SET state = 'sending', problem = NULL WHERE id = ? AND state = 'approved'",
    );
    END_SENDING: () = no_rows(
        "UPDATE messages SET state = ?, problem = ?, ended_at = ? WHERE id = ? AND state = 'sending'",
    );
    WITHDRAW: () = no_rows(
        "UPDATE messages SET state = 'withdrawn', ended_at = ? WHERE id = ? AND state IN ('proposed', 'approved')",
    );
    DOUBT_INTERRUPTED: () = no_rows(
        "UPDATE messages SET state = 'unsure', problem = ?, ended_at = ? WHERE state = 'sending'",
    );
    UNDER_WAY: InvitationRow = rows::invitation(
        "SELECT ", INVITATION, " FROM invitations WHERE stage IN ('created', 'sent', 'viewed', 'accepted')
         AND (expires_at, id) > (?, ?) ORDER BY expires_at, id LIMIT ?",
    );
}

fn message(row: &SqliteRow) -> Result<MessageRow, StoreError> {
    Ok(MessageRow {
        id: rows::uuid(row, "id")?,
        key: row.try_get("key")?,
        fleet: FleetKey(row.try_get("fleet")?),
        invitation: row.try_get("invitation")?,
        expires_at: rows::moment(row, "expires_at")?,
        occasion: row.try_get("occasion")?,
        recipient: row.try_get("recipient")?,
        language: row.try_get("language")?,
        state: MessageState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("message state"))?,
        since: rows::optional_moment(row, "since")?,
        made_at: rows::moment(row, "made_at")?,
        decided_at: rows::optional_moment(row, "decided_at")?,
        decided_by: row.try_get("decided_by")?,
        ended_at: rows::optional_moment(row, "ended_at")?,
        problem: row.try_get("problem")?,
    })
}

fn listed(row: &SqliteRow) -> Result<ListedMessage, StoreError> {
    let invitation = rows::uuid(row, "our_id")?;
    Ok(ListedMessage { message: message(row)?, fleet: rows::fleet(row)?, invitation })
}

/// The columns `one` and `other`.
fn counts(row: &SqliteRow) -> Result<(u32, u32), StoreError> {
    let count = |column| row.try_get::<i64, _>(column).map(|count| count.try_into().unwrap_or_default());
    Ok((count("one")?, count("other")?))
}

/// Whether the statement wrote anything.
async fn insert(pool: &SqlitePool, statement: Statement<()>, message: &MessageRow) -> Result<bool, StoreError> {
    let query = statement.bind(message.id.to_string()).bind(&message.key).bind(message.fleet.0);
    let query = query.bind(&message.invitation).bind(micros(message.expires_at)).bind(&message.occasion);
    let query = query.bind(&message.recipient).bind(&message.language).bind(message.state.name());
    let query = query.bind(message.since.map(micros)).bind(micros(message.made_at));
    let query = query.bind(message.decided_at.map(micros)).bind(&message.decided_by);
    let query = query.bind(message.ended_at.map(micros)).bind(&message.problem);
    Ok(query.execute(pool).await? > 0)
}

fn as_json(ids: &[Uuid]) -> String {
    serde_json::Value::from(ids.iter().map(Uuid::to_string).collect::<Vec<_>>()).to_string()
}

#[async_trait]
impl MessageStore for SqliteStore {
    async fn add_message(&self, message: &MessageRow) -> Result<bool, StoreError> {
        insert(self.writer()?, ADD, message).await
    }

    async fn propose(&self, message: &MessageRow) -> Result<bool, StoreError> {
        insert(self.writer()?, PROPOSE, message).await
    }

    async fn send_again(&self, again: &MessageRow) -> Result<bool, StoreError> {
        let query = SEND_AGAIN.bind(&again.occasion).bind(&again.recipient).bind(&again.language);
        let query = query.bind(again.decided_at.map(micros)).bind(&again.decided_by).bind(&again.key);
        Ok(query.execute(self.writer()?).await? > 0)
    }

    async fn message_by_key(&self, key: &str) -> Result<Option<MessageRow>, StoreError> {
        BY_KEY.bind(key).optional(&self.read).await
    }

    async fn message(&self, id: Uuid) -> Result<Option<MessageRow>, StoreError> {
        BY_ID.bind(id.to_string()).optional(&self.read).await
    }

    async fn proposed(
        &self,
        after: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<ListedMessage>, StoreError> {
        let (expires_at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| (micros(at), id.to_string()));
        PROPOSED.bind(expires_at).bind(id).bind(limit).all(&self.read).await
    }

    async fn count_proposed(&self, limit: u32) -> Result<(u32, u32), StoreError> {
        COUNT_PROPOSED.bind(limit).one(&self.read).await
    }

    async fn decided(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError> {
        DECIDED.bind(limit).all(&self.read).await
    }

    async fn approve(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        APPROVE.bind(micros(now)).bind(by).bind(as_json(ids)).execute(self.writer()?).await
    }

    async fn approve_all(&self, until: OffsetDateTime, by: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        APPROVE_ALL.bind(micros(now)).bind(by).bind(micros(until)).execute(self.writer()?).await
    }

    async fn dismiss(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        DISMISS.bind(micros(now)).bind(by).bind(as_json(ids)).execute(self.writer()?).await
    }

    async fn next_approved(&self, after: Option<(OffsetDateTime, Uuid)>) -> Result<Option<MessageRow>, StoreError> {
        let (decided_at, id) = after.map_or((i64::MIN, String::new()), |(at, id)| (micros(at), id.to_string()));
        NEXT_APPROVED.bind(decided_at).bind(id).optional(&self.read).await
    }

    async fn count_unsent(&self) -> Result<(u32, u32), StoreError> {
        COUNT_UNSENT.query().one(&self.read).await
    }

    async fn failed(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError> {
        FAILED.bind(limit).all(&self.read).await
    }

    async fn count_approvable(&self, ids: &[Uuid]) -> Result<(u32, u32), StoreError> {
        COUNT_APPROVABLE.bind(as_json(ids)).one(&self.read).await
    }

    async fn start_sending(&self, id: Uuid) -> Result<bool, StoreError> {
        Ok(START_SENDING.bind(id.to_string()).execute(self.writer()?).await? > 0)
    }

    async fn end_sending(
        &self,
        id: Uuid,
        state: MessageState,
        problem: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let ended_at = (state != MessageState::Approved).then(|| micros(now));
        let end = END_SENDING.bind(state.name()).bind(problem).bind(ended_at).bind(id.to_string());
        end.execute(self.writer()?).await?;
        Ok(())
    }

    async fn withdraw(&self, id: Uuid, now: OffsetDateTime) -> Result<bool, StoreError> {
        Ok(WITHDRAW.bind(micros(now)).bind(id.to_string()).execute(self.writer()?).await? > 0)
    }

    async fn doubt_interrupted(&self, problem: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        DOUBT_INTERRUPTED.bind(problem).bind(micros(now)).execute(self.writer()?).await
    }

    async fn open_invitations(
        &self,
        now: OffsetDateTime,
        after: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<InvitationRow>, StoreError> {
        let (expires_at, id) = after.map_or((micros(now) + 1, String::new()), |(at, id)| (micros(at), id.to_string()));
        UNDER_WAY.bind(expires_at).bind(id).bind(limit).all(&self.read).await
    }
}
