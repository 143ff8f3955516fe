use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::{events::delivery::DeliveryState, timestamp::micros};
use serde::de::DeserializeOwned;
use sqlx::{Row, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, DELIVERY},
    statement::statements,
};
use crate::store::{
    DeliveryCursor, DeliveryFilter, DeliveryKey, DeliveryRow, DeliveryStore, Expired, InboxState, StoreError,
    StoredDelivery,
};

/// The end of each list of deliveries: one page of it.
const PAGE: &str = "received_at >= ?1 AND received_at <= ?2 AND (received_at < ?2 OR id < ?3)
     ORDER BY received_at DESC, id DESC LIMIT ?4";

/// A partial index is used only by a statement that repeats its condition, so those that want the indexes of all states but
/// `received` say so.
const OF_STATE: &str = "state = ?5 AND state <> 'received'";

/// Few deliveries wait to be processed. Left to itself, SQLite would look for them among all deliveries, in order of arrival.
const RECEIVED: &str = "deliveries INDEXED BY deliveries_to_do WHERE state = 'received'";

statements! {
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
    EXPIRED: Expired = expired("SELECT state, count, last_at FROM expired_deliveries ORDER BY state");
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

fn expired(row: &SqliteRow) -> Result<Expired, StoreError> {
    Ok(Expired {
        state: DeliveryState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))?,
        count: u64::try_from(row.try_get::<i64, _>("count")?).unwrap_or_default(),
        last_at: rows::moment(row, "last_at")?,
    })
}

#[async_trait]
impl DeliveryStore for SqliteStore {
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

    async fn expired(&self) -> Result<Vec<Expired>, StoreError> {
        EXPIRED.query().all(&self.read).await
    }
}
