use async_trait::async_trait;
use domain::events::{delivery::Effect, fact::Fact};
use sqlx::{Row, sqlite::SqliteRow};

use super::{
    SqliteStore,
    rows::{self, FACT},
    statement::statements,
};
use crate::store::{Awaited, Change, DeliveryKey, StoreError, UnassignedFactStore, WaitingFacts};

/// Facts without a fleet, each with the name by which its fleet would be found: a connection whose fleet id is known waits
/// for that fleet.
const WAITING: &str =
    "(SELECT f.id, f.key, f.kind, f.at, f.source, f.event_id, f.actor, f.about, f.connection_id, f.invitation,
         coalesce(f.fleet_id, c.fleet_id) AS awaits_fleet
     FROM facts f LEFT JOIN connections c ON c.connection_id = f.connection_id WHERE f.fleet IS NULL)";

statements! {
    CHANGES_OF: Change = change(
        "SELECT f.key, f.kind, f.at, f.source, f.event_id, f.actor, f.about, d.effect, t.fleet_ref
         FROM delivery_facts d JOIN facts f ON f.id = d.fact LEFT JOIN fleets t ON t.id = f.fleet
         WHERE d.delivery = ? ORDER BY f.at, f.id",
    );
    NAMES: WaitingFacts = waiting(
        "SELECT awaits_fleet,
             CASE WHEN awaits_fleet IS NULL THEN connection_id END AS awaits_connection,
             CASE WHEN awaits_fleet IS NULL AND connection_id IS NULL THEN invitation END AS awaits_invitation,
             count(*) AS count, min(at) AS first_at, max(at) AS last_at
         FROM ", WAITING, " GROUP BY 1, 2, 3 ORDER BY last_at DESC LIMIT ?",
    );
    FOR_FLEET: Fact = rows::fact(
        "SELECT ", FACT, " FROM ", WAITING, " WHERE awaits_fleet = ? ORDER BY at, id LIMIT ?",
    );
    FOR_CONNECTION: Fact = rows::fact(
        "SELECT ", FACT, " FROM ", WAITING, " WHERE awaits_fleet IS NULL AND connection_id = ? ORDER BY at, id LIMIT ?",
    );
    FOR_INVITATION: Fact = rows::fact(
        "SELECT ", FACT, " FROM ", WAITING, " WHERE invitation = ? ORDER BY at, id LIMIT ?",
    );
}

fn change(row: &SqliteRow) -> Result<Change, StoreError> {
    Ok(Change {
        effect: Effect::from_name(row.try_get("effect")?).ok_or(StoreError::Unreadable("effect"))?,
        fact: rows::fact(row)?,
        fleet_ref: row.try_get("fleet_ref")?,
    })
}

fn waiting(row: &SqliteRow) -> Result<WaitingFacts, StoreError> {
    Ok(WaitingFacts {
        awaited: awaited(row)?,
        count: row.try_get("count")?,
        first_at: rows::moment(row, "first_at")?,
        last_at: rows::moment(row, "last_at")?,
    })
}

fn awaited(row: &SqliteRow) -> Result<Option<Awaited>, StoreError> {
    let fleet = rows::optional_uuid(row, "awaits_fleet")?.map(Awaited::Fleet);
    let connection = rows::optional_uuid(row, "awaits_connection")?.map(Awaited::Connection);
    let invitation = row.try_get::<Option<String>, _>("awaits_invitation")?.map(Awaited::Invitation);
    Ok(fleet.or(connection).or(invitation))
}

#[async_trait]
impl UnassignedFactStore for SqliteStore {
    async fn changes_of(&self, delivery: DeliveryKey) -> Result<Vec<Change>, StoreError> {
        CHANGES_OF.bind(delivery.0).all(&self.read).await
    }

    async fn waiting(&self, limit: u32) -> Result<Vec<WaitingFacts>, StoreError> {
        NAMES.bind(limit).all(&self.read).await
    }

    async fn facts_waiting_for(&self, awaited: &Awaited, limit: u32) -> Result<Vec<Fact>, StoreError> {
        let facts = match awaited {
            Awaited::Fleet(id) => FOR_FLEET.bind(id.to_string()),
            Awaited::Connection(id) => FOR_CONNECTION.bind(id.to_string()),
            Awaited::Invitation(digest) => FOR_INVITATION.bind(digest),
        };
        facts.bind(limit).all(&self.read).await
    }
}
