use async_trait::async_trait;
use domain::{events::delivery::DeliveryState, timestamp::micros};
use sqlx::{Row, Sqlite, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::{
    SqliteStore, rows,
    statement::{no_rows, statements},
};
use crate::store::{DeliveryKey, InboxStore, NewDelivery, PendingDelivery, Quarantined, StoreError};

/// The most bytes of sealed bodies in one INSERT; more are split over several within one transaction.
const PIECE: usize = 1024 * 1024;

/// JSON can't hold bytes, so all bodies come as one blob; each row says where its own body begins, counted from 1, and how
/// long it is.
const APPEND: &str = "INSERT INTO deliveries
         (sealed_body, received_at, state, reason, webhook_id, event_name, attempt, sent_at, signature, headers)
     SELECT substr(?, value ->> 0, value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
         value ->> 7, value ->> 8, value ->> 9, value ->> 10
     FROM json_each(?)";

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

fn quarantined(row: &SqliteRow) -> Result<Quarantined, StoreError> {
    Ok(Quarantined {
        key: DeliveryKey(row.try_get("id")?),
        webhook_id: row.try_get("webhook_id")?,
        sent_at: row.try_get("sent_at")?,
        signature: row.try_get("signature")?,
        sealed_body: row.try_get("sealed_body")?,
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
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
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
        tx.commit().await?;
        self.file.is_in_place()
    }

    async fn to_do(&self, limit: u32) -> Result<Vec<PendingDelivery>, StoreError> {
        TO_DO.bind(limit).all(&self.read).await
    }

    async fn quarantined(&self, after: DeliveryKey, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        QUARANTINED.bind(after.0).bind(limit).all(&self.read).await
    }

    async fn release(&self, keys: &[DeliveryKey], from: DeliveryState) -> Result<u64, StoreError> {
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        let mut released = 0;
        for key in keys {
            released += RELEASE.bind(key.0).bind(from.name()).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(released)
    }

    async fn release_parked(&self) -> Result<u64, StoreError> {
        RELEASE_PARKED.query().execute(self.writer()?).await
    }

    async fn set_reason(&self, key: DeliveryKey, reason: &str) -> Result<(), StoreError> {
        SET_REASON.bind(reason).bind(key.0).execute(self.writer()?).await?;
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
        let mut tx = self.writer()?.begin_with("BEGIN IMMEDIATE").await?;
        // If the event is delivered once more after its id is gone, its records still identify it.
        EXPIRE_EVENTS.bind(state.name()).bind(micros(before)).bind(limit).execute(&mut *tx).await?;
        let gone = EXPIRE.bind(state.name()).bind(micros(before)).bind(limit).execute(&mut *tx).await?;
        count_expired(&mut tx, state, gone, now).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

impl SqliteStore {
    async fn append_whole(&self, deliveries: &[NewDelivery]) -> Result<(), StoreError> {
        let (bodies, rows) = piece(deliveries);
        let mut connection = self.writer()?.acquire().await?;
        let result = APPEND_WHOLE.bind(bodies).bind(rows).execute(&mut *connection).await;
        if result.is_err() {
            // The failed statement may have left its transaction open. If SQLite ended it already, this fails, which is fine.
            let _ = ROLLBACK.query().execute(&mut *connection).await;
        }
        result?;
        // If the file was lost in the meantime, the deliveries went with it.
        self.file.is_in_place()
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
