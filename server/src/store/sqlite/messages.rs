use async_trait::async_trait;
use domain::{link::message::MessageState, timestamp::micros};
use sqlx::{AssertSqlSafe, Row, SqlitePool, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{SqliteStore, invitations::FLEET, rows};
use crate::store::{FleetKey, InvitationRow, ListedMessage, MessageRow, Messages, StoreError};

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

/// A list of messages with their fleets; `which` follows the join.
fn list(which: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT m.*, i.id AS our_id, {FLEET}
         FROM messages m JOIN fleets f ON f.id = m.fleet JOIN invitations i ON i.digest = m.invitation {which}"
    ))
}

/// Writes a message down; `otherwise` says what happens where there is one with its key. Whether anything was written.
async fn insert(pool: &SqlitePool, message: &MessageRow, otherwise: &str) -> Result<bool, StoreError> {
    let query = sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO messages (id, key, fleet, invitation, expires_at, occasion, recipient, language, state, since,
             made_at, decided_at, decided_by, ended_at, problem)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) {otherwise}"
    )));
    let query = query.bind(message.id.to_string()).bind(&message.key).bind(message.fleet.0);
    let query = query.bind(&message.invitation).bind(micros(message.expires_at)).bind(&message.occasion);
    let query = query.bind(&message.recipient).bind(&message.language).bind(message.state.name());
    let query = query.bind(message.since.map(micros)).bind(micros(message.made_at));
    let query = query.bind(message.decided_at.map(micros)).bind(&message.decided_by);
    let query = query.bind(message.ended_at.map(micros)).bind(&message.problem);
    Ok(query.execute(pool).await?.rows_affected() > 0)
}

/// Two numbers that were counted.
fn counts(row: &SqliteRow) -> Result<(u32, u32), sqlx::Error> {
    let count = |column| row.try_get::<i64, _>(column).map(|count| count.try_into().unwrap_or_default());
    Ok((count("one")?, count("other")?))
}

fn as_json(ids: &[Uuid]) -> String {
    serde_json::Value::from(ids.iter().map(Uuid::to_string).collect::<Vec<_>>()).to_string()
}

#[async_trait]
impl Messages for SqliteStore {
    async fn add_message(&self, message: &MessageRow) -> Result<bool, StoreError> {
        insert(&self.write, message, "DO NOTHING").await
    }

    async fn propose(&self, message: &MessageRow) -> Result<bool, StoreError> {
        let again =
            "DO UPDATE SET recipient = excluded.recipient, language = excluded.language, state = excluded.state,
             since = excluded.since, made_at = excluded.made_at, decided_at = NULL, decided_by = NULL, ended_at = NULL,
             problem = NULL WHERE messages.state = 'withdrawn'";
        insert(&self.write, message, again).await
    }

    async fn send_again(&self, again: &MessageRow) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE messages SET state = 'sending', occasion = ?, recipient = ?, language = ?, decided_at = ?,
                 decided_by = ?, ended_at = NULL, problem = NULL WHERE key = ? AND state = 'failed'",
        );
        let query = query.bind(&again.occasion).bind(&again.recipient).bind(&again.language);
        let query = query.bind(again.decided_at.map(micros)).bind(&again.decided_by).bind(&again.key);
        Ok(query.execute(&self.write).await?.rows_affected() > 0)
    }

    async fn message_by_key(&self, key: &str) -> Result<Option<MessageRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM messages WHERE key = ?").bind(key).fetch_optional(&self.read).await?;
        row.as_ref().map(message).transpose()
    }

    async fn message(&self, id: Uuid) -> Result<Option<MessageRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM messages WHERE id = ?");
        let row = query.bind(id.to_string()).fetch_optional(&self.read).await?;
        row.as_ref().map(message).transpose()
    }

    async fn proposed(
        &self,
        behind: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<ListedMessage>, StoreError> {
        let (expires_at, id) = behind.map_or((i64::MIN, String::new()), |(at, id)| (micros(at), id.to_string()));
        let query = sqlx::query(list(
            "WHERE m.state = 'proposed' AND (m.expires_at, m.id) > (?, ?) ORDER BY m.expires_at, m.id LIMIT ?",
        ));
        let rows = query.bind(expires_at).bind(id).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(listed).collect()
    }

    async fn count_proposed(&self, most: u32) -> Result<(u32, u32), StoreError> {
        let query = sqlx::query(
            "SELECT count(*) AS one, count(recipient) AS other
             FROM (SELECT recipient FROM messages WHERE state = 'proposed' LIMIT ?)",
        );
        Ok(counts(&query.bind(most).fetch_one(&self.read).await?)?)
    }

    async fn decided(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError> {
        let query = sqlx::query(list(
            "WHERE m.decided_at IS NOT NULL AND m.since IS NOT NULL AND m.state <> 'failed'
             ORDER BY m.decided_at DESC, m.id DESC LIMIT ?",
        ));
        let rows = query.bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(listed).collect()
    }

    async fn approve(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE messages SET state = 'approved', decided_at = ?, decided_by = ?, ended_at = NULL, problem = NULL
             WHERE id IN (SELECT value FROM json_each(?)) AND since IS NOT NULL
                 AND state IN ('proposed', 'failed') AND recipient IS NOT NULL",
        );
        let query = query.bind(micros(now)).bind(by).bind(as_json(ids));
        Ok(query.execute(&self.write).await?.rows_affected())
    }

    async fn approve_all(&self, until: OffsetDateTime, by: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE messages SET state = 'approved', decided_at = ?, decided_by = ?
             WHERE state = 'proposed' AND recipient IS NOT NULL AND made_at <= ?",
        );
        let query = query.bind(micros(now)).bind(by).bind(micros(until));
        Ok(query.execute(&self.write).await?.rows_affected())
    }

    async fn dismiss(&self, ids: &[Uuid], by: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE messages SET state = 'dismissed', decided_at = ?, decided_by = ?
             WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('proposed', 'failed')",
        );
        let query = query.bind(micros(now)).bind(by).bind(as_json(ids));
        Ok(query.execute(&self.write).await?.rows_affected())
    }

    async fn next_approved(&self, behind: Option<(OffsetDateTime, Uuid)>) -> Result<Option<MessageRow>, StoreError> {
        let (decided_at, id) = behind.map_or((i64::MIN, String::new()), |(at, id)| (micros(at), id.to_string()));
        let query = sqlx::query(
            "SELECT * FROM messages WHERE state = 'approved' AND (decided_at, id) > (?, ?)
             ORDER BY decided_at, id LIMIT 1",
        );
        let row = query.bind(decided_at).bind(id).fetch_optional(&self.read).await?;
        row.as_ref().map(message).transpose()
    }

    async fn count_unsent(&self) -> Result<(u32, u32), StoreError> {
        let query = sqlx::query(
            "SELECT (SELECT count(*) FROM messages WHERE state = 'approved') AS one,
                 (SELECT count(*) FROM messages WHERE state = 'failed' AND since IS NOT NULL) AS other",
        );
        Ok(counts(&query.fetch_one(&self.read).await?)?)
    }

    async fn failed(&self, limit: u32) -> Result<Vec<ListedMessage>, StoreError> {
        let query = sqlx::query(list(
            "WHERE m.state = 'failed' AND m.since IS NOT NULL ORDER BY m.decided_at DESC, m.id DESC LIMIT ?",
        ));
        let rows = query.bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(listed).collect()
    }

    async fn count_approvable(&self, ids: &[Uuid]) -> Result<(u32, u32), StoreError> {
        let query = sqlx::query(
            "SELECT count(recipient) AS one, count(*) - count(recipient) AS other FROM messages
             WHERE id IN (SELECT value FROM json_each(?)) AND since IS NOT NULL AND state IN ('proposed', 'failed')",
        );
        Ok(counts(&query.bind(as_json(ids)).fetch_one(&self.read).await?)?)
    }

    async fn start_sending(&self, id: Uuid) -> Result<bool, StoreError> {
        let query =
            sqlx::query("UPDATE messages SET state = 'sending', problem = NULL WHERE id = ? AND state = 'approved'");
        Ok(query.bind(id.to_string()).execute(&self.write).await?.rows_affected() > 0)
    }

    async fn end_sending(
        &self,
        id: Uuid,
        state: MessageState,
        problem: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let query =
            sqlx::query("UPDATE messages SET state = ?, problem = ?, ended_at = ? WHERE id = ? AND state = 'sending'");
        let ended_at = (state != MessageState::Approved).then(|| micros(now));
        query.bind(state.name()).bind(problem).bind(ended_at).bind(id.to_string()).execute(&self.write).await?;
        Ok(())
    }

    async fn withdraw(&self, id: Uuid, now: OffsetDateTime) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE messages SET state = 'withdrawn', ended_at = ? WHERE id = ? AND state IN ('proposed', 'approved')",
        );
        Ok(query.bind(micros(now)).bind(id.to_string()).execute(&self.write).await?.rows_affected() > 0)
    }

    async fn doubt_interrupted(&self, problem: &str, now: OffsetDateTime) -> Result<u64, StoreError> {
        let query =
            sqlx::query("UPDATE messages SET state = 'unsure', problem = ?, ended_at = ? WHERE state = 'sending'");
        Ok(query.bind(problem).bind(micros(now)).execute(&self.write).await?.rows_affected())
    }

    async fn under_way(
        &self,
        now: OffsetDateTime,
        behind: Option<(OffsetDateTime, Uuid)>,
        limit: u32,
    ) -> Result<Vec<InvitationRow>, StoreError> {
        let (expires_at, id) = behind.map_or((micros(now) + 1, String::new()), |(at, id)| (micros(at), id.to_string()));
        let query = sqlx::query(
            "SELECT * FROM invitations WHERE stage IN ('created', 'sent', 'viewed', 'accepted')
             AND (expires_at, id) > (?, ?) ORDER BY expires_at, id LIMIT ?",
        );
        let rows = query.bind(expires_at).bind(id).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(rows::invitation).collect()
    }
}
