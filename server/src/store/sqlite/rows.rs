//! Reads SQLite's rows into the store's types.

use domain::{
    events::{
        delivery::DeliveryState,
        fact::{Fact, Kind, Source},
    },
    onboarding::stage::{Health, Stage},
    timestamp::from_micros,
};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Decode, Row, Sqlite, Type, sqlite::SqliteRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{Awaited, DeliveryKey, DeliveryRow, FleetKey, FleetRow, InvitationRow, StoreError, fact_json};

/// The columns of [`fleet`], of `fleets f`.
pub(super) const FLEET: &str = "f.id AS fleet, f.fleet_ref, f.name, f.stage AS fleet_stage, f.health";

/// The columns of [`invitation`].
pub(super) const INVITATION: &str = "id, digest, fleet, sealed_id, sealed_link, stage, asked, created_at, expires_at";

/// The columns of [`fact`].
pub(super) const FACT: &str = "key, kind, at, source, event_id, actor, about";

/// The columns of [`delivery`].
pub(super) const DELIVERY: &str = "id, received_at, state, reason, event_name, event_id, webhook_id, attempt";

/// The first column as it is.
pub(super) fn first<T>(row: &SqliteRow) -> Result<T, StoreError>
where
    T: for<'r> Decode<'r, Sqlite> + Type<Sqlite>,
{
    Ok(row.try_get(0)?)
}

pub(super) fn moment(row: &SqliteRow, column: &str) -> Result<OffsetDateTime, StoreError> {
    Ok(from_micros(row.try_get(column)?))
}

pub(super) fn optional_moment(row: &SqliteRow, column: &str) -> Result<Option<OffsetDateTime>, StoreError> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(from_micros))
}

pub(super) fn uuid(row: &SqliteRow, column: &str) -> Result<Uuid, StoreError> {
    row.try_get::<&str, _>(column)?.parse().map_err(|_| StoreError::Unreadable("id"))
}

pub(super) fn optional_uuid(row: &SqliteRow, column: &str) -> Result<Option<Uuid>, StoreError> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Unreadable("id"))).transpose()
}

pub(super) fn stage(row: &SqliteRow, column: &str) -> Result<Option<Stage>, StoreError> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| Stage::from_name(text).ok_or(StoreError::Unreadable("stage"))).transpose()
}

pub(super) fn fleet(row: &SqliteRow) -> Result<FleetRow, StoreError> {
    let health: Option<&str> = row.try_get("health")?;
    Ok(FleetRow {
        key: FleetKey(row.try_get("fleet")?),
        fleet_ref: row.try_get("fleet_ref")?,
        name: row.try_get("name")?,
        stage: stage(row, "fleet_stage")?,
        health: health.map(|text| Health::from_name(text).ok_or(StoreError::Unreadable("health"))).transpose()?,
    })
}

pub(super) fn invitation(row: &SqliteRow) -> Result<InvitationRow, StoreError> {
    Ok(InvitationRow {
        id: uuid(row, "id")?,
        digest: row.try_get("digest")?,
        fleet: FleetKey(row.try_get("fleet")?),
        sealed_id: row.try_get("sealed_id")?,
        sealed_link: row.try_get("sealed_link")?,
        stage: stage(row, "stage")?,
        request: row.try_get("asked")?,
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
    })
}

pub(super) fn fact(row: &SqliteRow) -> Result<Fact, StoreError> {
    Ok(Fact {
        source: Source::from_name(row.try_get("source")?).ok_or(StoreError::Unreadable("source"))?,
        at: moment(row, "at")?,
        kind: Kind::from_name(row.try_get("kind")?),
        key: row.try_get("key")?,
        event_id: optional_uuid(row, "event_id")?,
        actor: row.try_get("actor")?,
        about: fact_json::from_json(row.try_get("about")?)?,
    })
}

pub(super) fn delivery(row: &SqliteRow) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        key: DeliveryKey(row.try_get("id")?),
        received_at: moment(row, "received_at")?,
        state: DeliveryState::from_name(row.try_get("state")?).ok_or(StoreError::Unreadable("state"))?,
        reason: row.try_get("reason")?,
        event_name: row.try_get("event_name")?,
        event_id: optional_uuid(row, "event_id")?,
        webhook_id: row.try_get("webhook_id")?,
        attempt: row.try_get("attempt")?,
    })
}

/// The key of an assignment: the kind of name and the name.
pub(super) fn write_awaited(awaited: &Awaited) -> String {
    match awaited {
        Awaited::Fleet(id) => format!("fleet:{id}"),
        Awaited::Connection(id) => format!("connection:{id}"),
        Awaited::Invitation(digest) => format!("invitation:{digest}"),
    }
}

/// A value as JSON text, as the database keeps lists and objects.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The value in a column of JSON text.
pub(super) fn from_json<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|_| StoreError::Unreadable(column))
}
