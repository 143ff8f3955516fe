use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{events::delivery::DeliveryState, timestamp::micros};
use serde::de::DeserializeOwned;
use sqlx::{Row, Sqlite, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::{
    SqliteStore,
    rows::{self, DELIVERY},
    statement::{no_rows, statements},
};
use crate::store::{
    DeliveryCursor, DeliveryFilter, DeliveryKey, DeliveryRow, Expired, InboxState, InboxStore, NewDelivery,
    PendingDelivery, Quarantined, StoreError, StoredDelivery,
};

/// The most bytes of sealed bodies in one INSERT; more are split over several within one transaction.
const PIECE: usize = 1024 * 1024;

/// JSON can't hold bytes, so all bodies come as one blob; each row says where its own body begins, counted from 1, and how
/// long it is.
const APPEND: &str = "INSERT INTO deliveries
         (sealed_body, received_at, state, reason, webhook_id, event_name, attempt, sent_at, signature, headers)
     SELECT substr(?, value ->> 0, value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
         value ->> 7, value ->> 8, value ->> 9, value ->> 10
     FROM json_each(?)";

/// The end of each list of deliveries: one page of it.
const PAGE: &str = "received_at >= ?1 AND received_at <= ?2 AND (received_at < ?2 OR id < ?3)
     ORDER BY received_at DESC, id DESC LIMIT ?4";

/// A partial index is used only by a statement that repeats its condition, so those that want the indexes of all states but
/// `received` say so.
const OF_STATE: &str = "state = ?5 AND state <> 'received'";

/// Few deliveries wait to be processed. Left to itself, SQLite would look for them among all deliveries, in order of arrival.
const RECEIVED: &str = "deliveries INDEXED BY deliveries_to_do WHERE state = 'received'";

/// The deliveries of a state that expire first.
const EXPIRING: &str = "SELECT id FROM deliveries WHERE state = ? AND state <> 'received' AND received_at < ?
     ORDER BY received_at LIMIT ?";

statements! {
    // One trip to the database costs more than a row, so the transaction goes along with its rows.
    APPEND_WHOLE: () = no_rows("BEGIN IMMEDIATE; ", APPEND, "; COMMIT");
    APPEND_PIECE: () = no_rows(APPEND);
    ROLLBACK: () = no_rows("ROLLBACK");
    // Deliveries of our own subscriptions are the last to go: anyone can send others, and ours may still be verified.
    TRIM_QUARANTINE: () = no_rows(
        "DELETE FROM deliveries WHERE id IN
         (SELECT id FROM deliveries WHERE state = 'quarantined' AND state <> 'received'
          ORDER BY webhook_id IN (SELECT webhook_id FROM subscriptions) IS TRUE DESC, received_at DESC, id DESC
          LIMIT -1 OFFSET ?)",
    );
    TO_DO: PendingDelivery = to_do(
        "SELECT id, event_name, sent_at, received_at, sealed_body FROM deliveries WHERE state = 'received' ORDER BY id LIMIT ?",
    );
    LIST: DeliveryRow = rows::delivery("SELECT ", DELIVERY, " FROM deliveries WHERE ", PAGE);
    LIST_RECEIVED: DeliveryRow = rows::delivery(
        "SELECT ", DELIVERY, " FROM ", RECEIVED, " AND ", PAGE,
    );
    LIST_BY_STATE: DeliveryRow = rows::delivery("SELECT ", DELIVERY, " FROM deliveries WHERE ", OF_STATE, " AND ", PAGE);
    LIST_BY_EVENT: DeliveryRow = rows::delivery(
        "SELECT ", DELIVERY, " FROM deliveries WHERE event_name = ?5 AND ", PAGE,
    );
    LIST_RECEIVED_BY_EVENT: DeliveryRow = rows::delivery(
        "SELECT ", DELIVERY, " FROM ", RECEIVED, " AND event_name = ?5 AND ", PAGE,
    );
    LIST_BY_STATE_AND_EVENT: DeliveryRow = rows::delivery(
        "SELECT ", DELIVERY, " FROM deliveries INDEXED BY deliveries_by_state_and_event
         WHERE ", OF_STATE, " AND event_name = ?6 AND ", PAGE,
    );
    // One step down the index for each name: DISTINCT would read every delivery.
    EVENT_NAMES: String = rows::first(
        "WITH RECURSIVE names (name) AS (
             SELECT min(event_name) FROM deliveries
             UNION ALL
             SELECT (SELECT min(event_name) FROM deliveries WHERE event_name > name) FROM names WHERE name IS NOT NULL
         )
         SELECT name FROM names WHERE name IS NOT NULL LIMIT ?",
    );
    STATE: InboxState = inbox_state(
        "SELECT
             (SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 'received' LIMIT ?1)) AS waiting,
             (SELECT received_at FROM deliveries WHERE state = 'received' ORDER BY id LIMIT 1) AS oldest,
             (SELECT count(*) FROM (SELECT 1 FROM deliveries
                 WHERE state = 'parked' AND state <> 'received' LIMIT ?1)) AS parked,
             (SELECT count(*) FROM (SELECT 1 FROM deliveries
                 WHERE state = 'quarantined' AND state <> 'received' LIMIT ?1)) AS quarantined",
    );
    BY_KEY: StoredDelivery = stored(
        "SELECT ", DELIVERY, ", ended_at, sent_at, signature, headers, body FROM deliveries WHERE id = ?",
    );
    SIBLINGS: DeliveryRow = rows::delivery(
        "SELECT ", DELIVERY, " FROM deliveries WHERE id <> ?1 AND id IN (
             SELECT id FROM deliveries
             WHERE event_id IS NOT NULL AND event_id = (SELECT event_id FROM deliveries WHERE id = ?1)
             UNION
             SELECT delivery FROM delivery_facts
             WHERE fact IN (SELECT fact FROM delivery_facts WHERE delivery = ?1))
         ORDER BY received_at DESC, id DESC LIMIT ?2",
    );
    QUARANTINED: Quarantined = quarantined(
        "SELECT id, webhook_id, sent_at, signature, sealed_body FROM deliveries
         WHERE state = 'quarantined' AND state <> 'received' AND id > ? ORDER BY id LIMIT ?",
    );
    RELEASE: () = no_rows(
        "UPDATE deliveries SET state = 'received', reason = NULL, ended_at = NULL
         WHERE id = ? AND state = ? AND sealed_body IS NOT NULL",
    );
    RELEASE_PARKED: () = no_rows(
        "UPDATE deliveries SET state = 'received', reason = NULL, ended_at = NULL
         WHERE state = 'parked' AND state <> 'received' AND sealed_body IS NOT NULL",
    );
    SET_REASON: () = no_rows("UPDATE deliveries SET reason = ? WHERE id = ?");
    EXPIRE_EVENTS: () = no_rows(
        "DELETE FROM events WHERE event_id IN (SELECT event_id FROM deliveries WHERE id IN (", EXPIRING, "))",
    );
    EXPIRE: () = no_rows("DELETE FROM deliveries WHERE id IN (", EXPIRING, ")");
    COUNT_EXPIRED: () = no_rows(
        "INSERT INTO expired_deliveries (state, count, last_at) VALUES (?, ?, ?)
         ON CONFLICT (state) DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at",
    );
    EXPIRED: Expired = expired("SELECT state, count, last_at FROM expired_deliveries ORDER BY state");
}

/// The parameters of [`APPEND`].
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
    // Strings and numbers always serialize.
    (bodies, serde_json::to_string(&rows).unwrap_or_default())
}

/// How many of the deliveries fit into one piece: at least one.
fn in_one_piece(deliveries: &[NewDelivery]) -> usize {
    let mut bytes = 0;
    let fits = deliveries.iter().take_while(|delivery| {
        bytes += delivery.sealed_body.len();
        bytes <= PIECE
    });
    fits.count().max(1)
}

fn to_do(row: &SqliteRow) -> Result<PendingDelivery, StoreError> {
    Ok(PendingDelivery {
        key: DeliveryKey(row.try_get("id")?),
        event_name: row.try_get("event_name")?,
        sent_at: row.try_get("sent_at")?,
        received_at: rows::moment(row, "received_at")?,
        sealed_body: row.try_get("sealed_body")?,
    })
}

fn inbox_state(row: &SqliteRow) -> Result<InboxState, StoreError> {
    Ok(InboxState {
        waiting: row.try_get("waiting")?,
        oldest: rows::optional_moment(row, "oldest")?,
        parked: row.try_get("parked")?,
        quarantined: row.try_get("quarantined")?,
    })
}

fn stored(row: &SqliteRow) -> Result<StoredDelivery, StoreError> {
    Ok(StoredDelivery {
        row: rows::delivery(row)?,
        ended_at: rows::optional_moment(row, "ended_at")?,
        sent_at: row.try_get("sent_at")?,
        signature: row.try_get("signature")?,
        headers: optional_json::<BTreeMap<String, String>>(row, "headers")?.unwrap_or_default(),
        body: optional_json(row, "body")?,
    })
}

fn optional_json<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Result<Option<T>, StoreError> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| serde_json::from_str(text).map_err(|_| StoreError::Unreadable(column))).transpose()
}

fn quarantined(row: &SqliteRow) -> Result<Quarantined, StoreError> {
    Ok(Quarantined {
        key: DeliveryKey(row.try_get("id")?),
        webhook_id: row.try_get("webhook_id")?,
        sent_at: row.try_get("sent_at")?,
        signature: row.try_get("signature")?,
        sealed_body: row.try_get("sealed_body")?,
    })
}

fn expired(row: &SqliteRow) -> Result<Expired, StoreError> {
    Ok(Expired {
        state: DeliveryState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))?,
        count: u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or_default(),
        last_at: rows::moment(row, "last_at")?,
    })
}

#[async_trait]
impl InboxStore for SqliteStore {
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
            APPEND_PIECE.bind(bodies).bind(rows).execute(&mut *tx).await?;
            left = later;
        }
        if let Some(now) = newest {
            let gone = TRIM_QUARANTINE.bind(quarantine_max).execute(&mut *tx).await?;
            count_expired(&mut tx, DeliveryState::Quarantined, gone, now).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn to_do(&self, limit: u32) -> Result<Vec<PendingDelivery>, StoreError> {
        TO_DO.bind(limit).all(&self.read).await
    }

    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: Option<DeliveryCursor>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let (list, state) = match (filter.state, &filter.event_name) {
            (None, None) => (LIST, None),
            (None, Some(_)) => (LIST_BY_EVENT, None),
            (Some(DeliveryState::Received), None) => (LIST_RECEIVED, None),
            (Some(DeliveryState::Received), Some(_)) => (LIST_RECEIVED_BY_EVENT, None),
            (Some(state), None) => (LIST_BY_STATE, Some(state)),
            (Some(state), Some(_)) => (LIST_BY_STATE_AND_EVENT, Some(state)),
        };
        // SQLite takes one upper bound from an index, so the filter's end and the cursor become one: whichever is earlier.
        let end = filter.before.map(|before| (micros(before), i64::MIN));
        let cursor = after.map(|after| (micros(after.received_at), after.key.0));
        let (at, id) = end.into_iter().chain(cursor).min().unwrap_or((i64::MAX, i64::MAX));
        let list = list.bind(filter.from.map_or(i64::MIN, micros)).bind(at).bind(id).bind(limit);
        let list = if let Some(state) = state { list.bind(state.name()) } else { list };
        let list = if let Some(name) = &filter.event_name { list.bind(name) } else { list };
        list.all(&self.read).await
    }

    async fn event_names(&self, limit: u32) -> Result<Vec<String>, StoreError> {
        EVENT_NAMES.bind(limit).all(&self.read).await
    }

    async fn inbox_state(&self, limit: u32) -> Result<InboxState, StoreError> {
        STATE.bind(limit).one(&self.read).await
    }

    async fn delivery(&self, key: DeliveryKey) -> Result<Option<StoredDelivery>, StoreError> {
        BY_KEY.bind(key.0).optional(&self.read).await
    }

    async fn siblings(&self, key: DeliveryKey, limit: u32) -> Result<Vec<DeliveryRow>, StoreError> {
        SIBLINGS.bind(key.0).bind(limit).all(&self.read).await
    }

    async fn quarantined(&self, after: DeliveryKey, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        QUARANTINED.bind(after.0).bind(limit).all(&self.read).await
    }

    async fn release(&self, keys: &[DeliveryKey], from: DeliveryState) -> Result<u64, StoreError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut released = 0;
        for key in keys {
            released += RELEASE.bind(key.0).bind(from.name()).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(released)
    }

    async fn release_parked(&self) -> Result<u64, StoreError> {
        RELEASE_PARKED.query().execute(&self.write).await
    }

    async fn set_reason(&self, key: DeliveryKey, reason: &str) -> Result<(), StoreError> {
        SET_REASON.bind(reason).bind(key.0).execute(&self.write).await?;
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
        // If the event is delivered once more after its id is gone, its records still identify it.
        EXPIRE_EVENTS.bind(state.name()).bind(micros(before)).bind(limit).execute(&mut *tx).await?;
        let gone = EXPIRE.bind(state.name()).bind(micros(before)).bind(limit).execute(&mut *tx).await?;
        count_expired(&mut tx, state, gone, now).await?;
        tx.commit().await?;
        Ok(gone)
    }

    async fn expired(&self) -> Result<Vec<Expired>, StoreError> {
        EXPIRED.query().all(&self.read).await
    }
}

impl SqliteStore {
    async fn append_whole(&self, deliveries: &[NewDelivery]) -> Result<(), StoreError> {
        let (bodies, rows) = piece(deliveries);
        let mut connection = self.write.acquire().await?;
        let result = APPEND_WHOLE.bind(bodies).bind(rows).execute(&mut *connection).await;
        if result.is_err() {
            // The failed statement may have left its transaction open. If SQLite ended it already, this fails, which is fine.
            let _ = ROLLBACK.query().execute(&mut *connection).await;
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
    let count = i64::try_from(gone).unwrap_or(i64::MAX);
    COUNT_EXPIRED.bind(state.name()).bind(count).bind(micros(now)).execute(&mut **tx).await?;
    Ok(())
}
