use async_trait::async_trait;
use domain::{events::delivery::DeliveryState, timestamp::micros};
use sqlx::{AssertSqlSafe, QueryBuilder, Row, Sqlite};
use time::OffsetDateTime;

use super::{SqliteStore, rows};
use crate::store::{
    DeliveryCursor, DeliveryFilter, DeliveryKey, DeliveryRow, Expired, Inbox, InboxState, NewDelivery, Quarantined,
    StoreError, StoredDelivery, ToDo,
};

/// Sealed bytes that go to the database in one piece, beyond which a commit takes several.
const PIECE: usize = 1024 * 1024;

/// The bodies are one piece of bytes, since JSON has none; each row says where its own begins, counted from 1, and how long it is.
macro_rules! append_piece {
    () => {
        "INSERT INTO deliveries
             (sealed_body, received_at, state, reason, webhook_id, event_name, attempt, sent_at, signature, headers)
         SELECT substr(?, value ->> 0, value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
             value ->> 7, value ->> 8, value ->> 9, value ->> 10
         FROM json_each(?)"
    };
}

/// One trip to the database costs more than a row, so many rows and their transaction go in one.
const APPEND_WHOLE: &str = concat!("BEGIN IMMEDIATE; ", append_piece!(), "; COMMIT");
const APPEND_PIECE: &str = append_piece!();

/// The parameters of [`APPEND_PIECE`].
fn piece(deliveries: &[NewDelivery]) -> (Vec<u8>, String) {
    let mut bodies = Vec::with_capacity(deliveries.iter().map(|delivery| delivery.sealed_body.len()).sum());
    let mut rows = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        rows.push((
            bodies.len() + 1,
            delivery.sealed_body.len(),
            micros(delivery.received_at),
            delivery.state.name(),
            &delivery.reason,
            &delivery.webhook_id,
            &delivery.event_name,
            delivery.attempt,
            &delivery.sent_at,
            &delivery.signature,
            &delivery.headers,
        ));
        bodies.extend_from_slice(&delivery.sealed_body);
    }
    // Texts and numbers always can be written as JSON.
    (bodies, serde_json::to_string(&rows).unwrap_or_default())
}

/// How many of the deliveries go in one piece: at least one.
fn in_one_piece(deliveries: &[NewDelivery]) -> usize {
    let mut bytes = 0;
    let fits = deliveries.iter().take_while(|delivery| {
        bytes += delivery.sealed_body.len();
        bytes <= PIECE
    });
    fits.count().max(1)
}

#[async_trait]
impl Inbox for SqliteStore {
    async fn append(&self, deliveries: &[NewDelivery], quarantine_max: u32) -> Result<(), StoreError> {
        let newest = deliveries.iter().filter(|delivery| delivery.state == DeliveryState::Quarantined);
        let newest = newest.map(|delivery| delivery.received_at).max();
        if newest.is_none() && in_one_piece(deliveries) >= deliveries.len() {
            return self.append_whole(deliveries).await;
        }
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut left = deliveries;
        while !left.is_empty() {
            let (now, later) = left.split_at(in_one_piece(left).min(left.len()));
            let (bodies, rows) = piece(now);
            sqlx::query(APPEND_PIECE).bind(bodies).bind(rows).execute(&mut *tx).await?;
            left = later;
        }
        if let Some(now) = newest {
            let query = sqlx::query(
                // Those of subscriptions of ours go last: anyone can send others, but those may be verified again.
                "DELETE FROM deliveries WHERE id IN
                 (SELECT id FROM deliveries WHERE state = 'quarantined' AND state <> 'received'
                  ORDER BY webhook_id IN (SELECT webhook_id FROM subscriptions) IS TRUE DESC, received_at DESC, id DESC
                  LIMIT -1 OFFSET ?)",
            );
            let gone = query.bind(quarantine_max).execute(&mut *tx).await?.rows_affected();
            count_expired(&mut tx, DeliveryState::Quarantined, gone, now).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn to_do(&self, limit: u32) -> Result<Vec<ToDo>, StoreError> {
        let query = sqlx::query(
            "SELECT id, event_name, sent_at, received_at, sealed_body FROM deliveries WHERE state = 'received' ORDER BY id LIMIT ?",
        );
        let rows = query.bind(limit).fetch_all(&self.read).await?;
        let to_do = rows.iter().map(|row| {
            Ok(ToDo {
                key: DeliveryKey(row.try_get("id")?),
                event_name: row.try_get("event_name")?,
                sent_at: row.try_get("sent_at")?,
                received_at: rows::moment(row, "received_at")?,
                sealed_body: row.try_get("sealed_body")?,
            })
        });
        to_do.collect()
    }

    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        behind: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query.push(rows::DELIVERY).push(" FROM deliveries WHERE TRUE");
        if let Some(state) = filter.state {
            // Written out, since an index that leaves out a state is used only where the query leaves it out as well.
            query.push(" AND state = '").push(state.name()).push("'");
            if state != DeliveryState::Received {
                query.push(" AND state <> 'received'");
            }
        }
        if let Some(name) = &filter.event_name {
            query.push(" AND event_name = ").push_bind(name);
        }
        if let Some(from) = filter.from {
            query.push(" AND received_at >= ").push_bind(micros(from));
        }
        if let Some(before) = filter.before {
            query.push(" AND received_at < ").push_bind(micros(before));
        }
        if let Some(DeliveryCursor { received_at, key }) = behind {
            let at = micros(received_at);
            query.push(" AND received_at <= ").push_bind(at);
            query.push(" AND (received_at < ").push_bind(at).push(" OR id < ").push_bind(key.0).push(")");
        }
        query.push(" ORDER BY received_at DESC, id DESC LIMIT ").push_bind(limit);
        let rows = query.build().fetch_all(&self.read).await?;
        rows.iter().map(rows::delivery).collect()
    }

    async fn event_names(&self, limit: u32) -> Result<Vec<String>, StoreError> {
        // One step down the index for each name: DISTINCT would read every delivery.
        let query = sqlx::query_scalar(
            "WITH RECURSIVE names (name) AS (
                 SELECT min(event_name) FROM deliveries
                 UNION ALL
                 SELECT (SELECT min(event_name) FROM deliveries WHERE event_name > name) FROM names WHERE name IS NOT NULL
             )
             SELECT name FROM names WHERE name IS NOT NULL LIMIT ?",
        );
        Ok(query.bind(limit).fetch_all(&self.read).await?)
    }

    async fn inbox_state(&self, limit: u32) -> Result<InboxState, StoreError> {
        let query = sqlx::query(
            "SELECT
                 (SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 'received' LIMIT ?1)) AS waiting,
                 (SELECT received_at FROM deliveries WHERE state = 'received' ORDER BY id LIMIT 1) AS oldest,
                 (SELECT count(*) FROM (SELECT 1 FROM deliveries
                     WHERE state = 'parked' AND state <> 'received' LIMIT ?1)) AS parked,
                 (SELECT count(*) FROM (SELECT 1 FROM deliveries
                     WHERE state = 'quarantined' AND state <> 'received' LIMIT ?1)) AS quarantined",
        );
        let row = query.bind(limit).fetch_one(&self.read).await?;
        Ok(InboxState {
            waiting: row.try_get("waiting")?,
            oldest: rows::optional_moment(&row, "oldest")?,
            parked: row.try_get("parked")?,
            quarantined: row.try_get("quarantined")?,
        })
    }

    async fn delivery(&self, key: DeliveryKey) -> Result<Option<StoredDelivery>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {}, ended_at, sent_at, signature, headers, body FROM deliveries WHERE id = ?",
            rows::DELIVERY
        )));
        let Some(row) = query.bind(key.0).fetch_optional(&self.read).await? else { return Ok(None) };
        let headers: Option<&str> = row.try_get("headers")?;
        let body: Option<&str> = row.try_get("body")?;
        Ok(Some(StoredDelivery {
            row: rows::delivery(&row)?,
            ended_at: rows::optional_moment(&row, "ended_at")?,
            sent_at: row.try_get("sent_at")?,
            signature: row.try_get("signature")?,
            headers: headers
                .map(|text| serde_json::from_str(text).map_err(|_| StoreError::Unreadable("headers")))
                .transpose()?
                .unwrap_or_default(),
            body: body
                .map(|text| serde_json::from_str(text).map_err(|_| StoreError::Unreadable("body")))
                .transpose()?,
        }))
    }

    async fn siblings(&self, key: DeliveryKey, limit: u32) -> Result<Vec<DeliveryRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(format!(
            "SELECT {} FROM deliveries WHERE id <> ?1 AND id IN (
                 SELECT id FROM deliveries
                 WHERE event_id IS NOT NULL AND event_id = (SELECT event_id FROM deliveries WHERE id = ?1)
                 UNION
                 SELECT delivery FROM delivery_facts
                 WHERE fact IN (SELECT fact FROM delivery_facts WHERE delivery = ?1))
             ORDER BY received_at DESC, id DESC LIMIT ?2",
            rows::DELIVERY
        )));
        let rows = query.bind(key.0).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(rows::delivery).collect()
    }

    async fn quarantined(&self, after: DeliveryKey, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        let query = sqlx::query(
            "SELECT id, webhook_id, sent_at, signature, sealed_body FROM deliveries
             WHERE state = 'quarantined' AND state <> 'received' AND id > ? ORDER BY id LIMIT ?",
        );
        let rows = query.bind(after.0).bind(limit).fetch_all(&self.read).await?;
        let quarantined = rows.iter().map(|row| {
            Ok(Quarantined {
                key: DeliveryKey(row.try_get("id")?),
                webhook_id: row.try_get("webhook_id")?,
                sent_at: row.try_get("sent_at")?,
                signature: row.try_get("signature")?,
                sealed_body: row.try_get("sealed_body")?,
            })
        });
        quarantined.collect()
    }

    async fn release(&self, keys: &[DeliveryKey], from: DeliveryState) -> Result<u64, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut released = 0;
        for key in keys {
            let query = sqlx::query(
                "UPDATE deliveries SET state = 'received', reason = NULL, ended_at = NULL
                 WHERE id = ? AND state = ? AND sealed_body IS NOT NULL",
            );
            released += query.bind(key.0).bind(from.name()).execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(released)
    }

    async fn release_parked(&self) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE deliveries SET state = 'received', reason = NULL, ended_at = NULL
             WHERE state = 'parked' AND state <> 'received' AND sealed_body IS NOT NULL",
        );
        Ok(query.execute(&self.write).await?.rows_affected())
    }

    async fn set_reason(&self, key: DeliveryKey, reason: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE deliveries SET reason = ? WHERE id = ?");
        query.bind(reason).bind(key.0).execute(&self.write).await?;
        Ok(())
    }

    async fn expire(
        &self,
        state: DeliveryState,
        before: OffsetDateTime,
        limit: u32,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        // A delivery that is still to be processed never expires.
        if state == DeliveryState::Received {
            return Ok(0);
        }
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let chosen = format!(
            "SELECT id FROM deliveries WHERE state = '{}' AND state <> 'received' AND received_at < ?
             ORDER BY received_at LIMIT ?",
            state.name()
        );
        // A replay of an event whose id is forgotten is still known by its records.
        let events = sqlx::query(AssertSqlSafe(format!(
            "DELETE FROM events WHERE event_id IN (SELECT event_id FROM deliveries WHERE id IN ({chosen}))"
        )));
        events.bind(micros(before)).bind(limit).execute(&mut *tx).await?;
        let deliveries = sqlx::query(AssertSqlSafe(format!("DELETE FROM deliveries WHERE id IN ({chosen})")));
        let gone = deliveries.bind(micros(before)).bind(limit).execute(&mut *tx).await?.rows_affected();
        count_expired(&mut tx, state, gone, now).await?;
        tx.commit().await?;
        Ok(gone)
    }

    async fn expired(&self) -> Result<Vec<Expired>, StoreError> {
        let rows = sqlx::query("SELECT state, count, last_at FROM expired_deliveries ORDER BY state")
            .fetch_all(&self.read)
            .await?;
        let expired = rows.iter().map(|row| {
            Ok(Expired {
                state: DeliveryState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))?,
                count: u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or_default(),
                last_at: rows::moment(row, "last_at")?,
            })
        });
        expired.collect()
    }
}

impl SqliteStore {
    async fn append_whole(&self, deliveries: &[NewDelivery]) -> Result<(), StoreError> {
        let (bodies, rows) = piece(deliveries);
        let mut connection = self.write.acquire().await?;
        let result = sqlx::query(APPEND_WHOLE).bind(bodies).bind(rows).execute(&mut *connection).await;
        if result.is_err() {
            // What failed may have left its transaction open, or have ended it itself: then there is none to roll back.
            let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
        }
        result?;
        Ok(())
    }
}

async fn count_expired(
    tx: &mut sqlx::Transaction<'static, Sqlite>,
    state: DeliveryState,
    gone: u64,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    if gone == 0 {
        return Ok(());
    }
    let query = sqlx::query(
        "INSERT INTO expired_deliveries (state, count, last_at) VALUES (?, ?, ?)
         ON CONFLICT (state) DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at",
    );
    let count = i64::try_from(gone).unwrap_or(i64::MAX);
    query.bind(state.name()).bind(count).bind(micros(now)).execute(&mut **tx).await?;
    Ok(())
}
