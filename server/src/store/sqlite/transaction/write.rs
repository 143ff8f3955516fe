//! Writes everything that changed in one trip to the database: each table's rows are bound as one JSON array.

use domain::{
    events::delivery::DeliveryState,
    onboarding::stage::{Health, Stage},
    timestamp::micros,
};
use serde_json::{Value, json};

use super::SqliteTransaction;
use crate::store::{
    InvitationRow, StoreError, fact_json,
    sqlite::statement::{no_rows, statements},
    unit_of_work::{KnownFact, PendingWrites, UnitOfWork},
};

statements! {
    // In the order in which the tables refer to each other; each takes one parameter: its rows, as an array of arrays.
    WRITE: () = no_rows("
INSERT INTO fleets (id, fleet_ref, created_at, updated_at)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 2 FROM json_each(?);

UPDATE fleets SET name = new.name
FROM (SELECT value ->> 0 AS id, value ->> 1 AS name, value ->> 2 AS always FROM json_each(?)) AS new
WHERE fleets.id = new.id AND (fleets.name IS NULL OR new.always);

UPDATE fleets SET stage = new.stage, health = new.health, updated_at = new.updated_at
FROM (SELECT value ->> 0 AS id, value ->> 1 AS stage, value ->> 2 AS health, value ->> 3 AS updated_at
      FROM json_each(?)) AS new
WHERE fleets.id = new.id;

INSERT INTO catena_fleets (fleet_id, fleet)
SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING;

INSERT INTO connections (connection_id, fleet_id)
SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING;

INSERT INTO invitations (id, digest, fleet, sealed_id, sealed_link, stage, asked, created_at, expires_at)
SELECT value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3), unhex(value ->> 4), value ->> 5, value ->> 6, value ->> 7,
    value ->> 8
FROM json_each(?) WHERE TRUE
ON CONFLICT DO UPDATE SET sealed_link = excluded.sealed_link, asked = excluded.asked, expires_at = excluded.expires_at;

UPDATE invitations SET stage = new.stage
FROM (SELECT value ->> 0 AS digest, value ->> 1 AS stage FROM json_each(?)) AS new
WHERE invitations.digest = new.digest;

INSERT INTO facts (id, key, fleet, kind, at, source, event_id, actor, about, fleet_id, connection_id, invitation)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
    value ->> 9, value ->> 10, value ->> 11
FROM json_each(?) WHERE TRUE
ON CONFLICT DO UPDATE SET fleet = excluded.fleet, kind = excluded.kind, at = excluded.at, source = excluded.source,
    event_id = excluded.event_id, actor = excluded.actor, about = excluded.about;

INSERT INTO holes (fact, fleet, found_at)
SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING;

UPDATE holes SET told = 1
WHERE told = 0 AND fact IN (SELECT id FROM facts WHERE key IN (SELECT value FROM json_each(?)));

INSERT INTO events (event_id, delivery)
SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING;

INSERT INTO delivery_facts (delivery, fact, effect)
SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING;

UPDATE deliveries SET state = new.state, reason = new.reason, event_name = coalesce(new.event_name, deliveries.event_name),
    event_id = new.event_id, body = new.body, ended_at = new.ended_at,
    sealed_body = CASE WHEN new.keeps_sealed THEN deliveries.sealed_body END
FROM (SELECT value ->> 0 AS id, value ->> 1 AS state, value ->> 2 AS reason, value ->> 3 AS event_name,
          value ->> 4 AS event_id, value ->> 5 AS body, value ->> 6 AS ended_at, value ->> 7 AS keeps_sealed
      FROM json_each(?)) AS new
WHERE deliveries.id = new.id",
    );
}

impl SqliteTransaction {
    /// Writes what changed since the last call.
    pub(super) async fn write(&mut self) -> Result<(), StoreError> {
        let changes = std::mem::take(&mut self.known.changes);
        if changes.is_empty() {
            return Ok(());
        }
        let mut query = WRITE.query();
        for table in tables(&changes, &self.known) {
            query = query.bind(Value::Array(table).to_string());
        }
        query.execute(&mut *self.tx).await?;
        Ok(())
    }
}

/// One array of rows for each statement in [`WRITE`].
fn tables(changes: &PendingWrites, known: &UnitOfWork) -> [Vec<Value>; 13] {
    let fleets = changes.fleets.iter().map(|(key, fleet_ref, at)| json!([key.0, fleet_ref, micros(*at)]));
    let names = changes.names.iter().map(|(key, (name, always))| json!([key.0, name, always]));
    let fleet_states = changes.states.iter().map(|(key, (stage, health, at))| {
        json!([key.0, stage.map(Stage::name), health.map(Health::name), micros(*at)])
    });
    let fleet_ids = changes.fleet_ids.iter().map(|(id, fleet)| json!([id, fleet.0]));
    let connections = changes.connections.iter().map(|(connection, fleet_id)| json!([connection, fleet_id]));
    let invitations = changes.invitations.iter().filter_map(|digest| known.invitations.get(digest)?.as_ref());
    let stages = changes.stages.iter().map(|(digest, stage)| json!([digest, stage.map(Stage::name)]));
    let facts = changes.facts.iter().filter_map(|key| known.facts.get(key)?.as_ref());
    let holes = changes.holes.iter().map(|(fact, fleet, at)| json!([fact.0, fleet.0, micros(*at)]));
    let filled = changes.filled.iter().map(|key| Value::from(key.as_str()));
    let events = changes.events.iter().map(|(id, delivery)| json!([id, delivery.0]));
    let effects = changes.effects.iter().map(|(delivery, fact, effect)| json!([delivery.0, fact.0, effect.name()]));
    let ends = changes.ends.iter().map(|end| {
        let (state, keeps_sealed) = (end.state.name(), end.state == DeliveryState::Parked);
        let (key, at) = (end.delivery.0, micros(end.ended_at));
        json!([key, state, end.reason, end.event_name, end.event_id, end.body, at, keeps_sealed])
    });
    [
        fleets.collect(),
        names.collect(),
        fleet_states.collect(),
        fleet_ids.collect(),
        connections.collect(),
        invitations.map(invitation).collect(),
        stages.collect(),
        facts.map(fact).collect(),
        holes.collect(),
        filled.collect(),
        events.collect(),
        effects.collect(),
        ends.collect(),
    ]
}

fn invitation(row: &InvitationRow) -> Value {
    json!([
        row.id,
        row.digest,
        row.fleet.0,
        hex(&row.sealed_id),
        row.sealed_link.as_deref().map(hex),
        row.stage.map(Stage::name),
        row.request,
        micros(row.created_at),
        micros(row.expires_at),
    ])
}

fn fact(known: &KnownFact) -> Value {
    let KnownFact { key, fact, fleet, subject } = known;
    json!([
        key.0,
        fact.key,
        fleet.map(|fleet| fleet.0),
        fact.kind.name(),
        micros(fact.at),
        fact.source.name(),
        fact.event_id,
        fact.actor,
        fact_json::to_json(&fact.about),
        subject.fleet_id,
        subject.connection_id,
        subject.invitation,
    ])
}

/// JSON can't hold bytes; `unhex` in [`WRITE`] turns them back.
fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
