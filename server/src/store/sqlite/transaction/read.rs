//! Reads for many questions at once: each function takes a list and reads the part of it that isn't known yet. A list is bound
//! as one JSON array, so one prepared statement serves lists of any length.

use std::collections::{HashMap, HashSet};

use domain::events::observation::Subject;
use serde::Serialize;
use sqlx::{Row, sqlite::SqliteRow};
use uuid::Uuid;

use super::{SqliteTransaction, rows};
use crate::store::{
    Ahead, Awaited, FactKey, FleetKey, InvitationRow, StoreError,
    sqlite::{
        rows::{FACT, INVITATION},
        statement::{Statement, statements},
    },
    unit_of_work::KnownFact,
};

/// The columns of [`known_fact`] besides [`FACT`].
const KNOWN_FACT: &str = "id, fleet, fleet_id, connection_id, invitation";

statements! {
    EVENTS: Uuid = event("SELECT event_id FROM events WHERE event_id IN (SELECT value FROM json_each(?))");
    FLEETS: (String, FleetKey) = fleet("SELECT fleet_ref, id FROM fleets WHERE fleet_ref IN (SELECT value FROM json_each(?))");
    CATENA_FLEETS: (Uuid, FleetKey) = catena_fleet(
        "SELECT fleet_id, fleet FROM catena_fleets WHERE fleet_id IN (SELECT value FROM json_each(?))",
    );
    CONNECTIONS: (Uuid, Uuid) = connection(
        "SELECT connection_id, fleet_id FROM connections WHERE connection_id IN (SELECT value FROM json_each(?))",
    );
    ASSIGNMENTS: (String, FleetKey) = assignment(
        "SELECT subject, fleet FROM assignments WHERE subject IN (SELECT value FROM json_each(?))",
    );
    INVITATIONS: InvitationRow = rows::invitation(
        "SELECT ", INVITATION, " FROM invitations WHERE digest IN (SELECT value FROM json_each(?))",
    );
    FACTS: KnownFact = known_fact(
        "SELECT ", KNOWN_FACT, ", ", FACT, " FROM facts WHERE key IN (SELECT value FROM json_each(?))",
    );
    FACTS_OF_FLEETS: KnownFact = known_fact(
        "SELECT ", KNOWN_FACT, ", ", FACT, " FROM facts WHERE fleet IN (SELECT value FROM json_each(?))",
    );
    WAITING_FOR_FLEETS: KnownFact = known_fact(
        "SELECT ", KNOWN_FACT, ", ", FACT, " FROM facts
         WHERE fleet IS NULL AND fleet_id IN (SELECT value FROM json_each(?))",
    );
    WAITING_FOR_CONNECTIONS_OF_FLEETS: KnownFact = known_fact(
        "SELECT ", KNOWN_FACT, ", ", FACT, " FROM facts
         WHERE fleet IS NULL AND connection_id IN (SELECT connection_id FROM connections
             WHERE fleet_id IN (SELECT value FROM json_each(?)))",
    );
    WAITING_FOR_CONNECTIONS: KnownFact = known_fact(
        "SELECT ", KNOWN_FACT, ", ", FACT, " FROM facts
         WHERE fleet IS NULL AND connection_id IN (SELECT value FROM json_each(?))",
    );
    WAITING_FOR_INVITATIONS: KnownFact = known_fact(
        "SELECT ", KNOWN_FACT, ", ", FACT, " FROM facts
         WHERE fleet IS NULL AND invitation IN (SELECT value FROM json_each(?))",
    );
    NEXT_KEYS: (i64, i64) = next_keys(
        "SELECT (SELECT coalesce(max(id), 0) + 1 FROM fleets) AS fleet, (SELECT coalesce(max(id), 0) + 1 FROM facts) AS fact",
    );
}

impl SqliteTransaction {
    pub(super) async fn read_ahead(&mut self, ahead: &Ahead) -> Result<(), StoreError> {
        let Ahead { events, facts, subjects, fleets } = ahead;
        self.read_events(events.clone()).await?;
        self.read_facts(facts.iter().map(String::as_str).collect()).await?;
        let invitations = subjects.iter().filter_map(|subject| subject.invitation.as_deref());
        self.read_invitations(invitations.collect()).await?;
        let refs = subjects.iter().filter_map(|subject| subject.fleet_ref.as_deref());
        self.read_fleets(refs.collect()).await?;
        let connections: Vec<_> = subjects.iter().filter_map(|subject| subject.connection_id).collect();
        self.read_connections(connections.clone()).await?;
        let fleets_named = subjects.iter().filter_map(|subject| subject.fleet_id);
        let connected = connections.iter().filter_map(|connection| *self.known.connections.get(connection)?);
        let fleet_ids: Vec<_> = fleets_named.chain(connected).collect();
        self.read_catena_fleets(fleet_ids.clone()).await?;
        let names = subjects.iter().flat_map(|subject| {
            let invitation = subject.invitation.clone().map(Awaited::Invitation);
            let fleet = subject.fleet_id.map(Awaited::Fleet);
            [invitation, fleet, subject.connection_id.map(Awaited::Connection)].into_iter().flatten()
        });
        let names: Vec<_> = names.collect();
        self.read_assignments(names.iter().filter(|name| !matches!(name, Awaited::Fleet(_))).collect()).await?;
        self.read_waiting(names).await?;
        self.read_facts_of(fleets.clone()).await
    }

    pub(super) async fn read_events(&mut self, mut ids: Vec<Uuid>) -> Result<(), StoreError> {
        ids.retain(|id| !self.known.events.contains_key(id));
        if ids.is_empty() {
            return Ok(());
        }
        for id in self.read(EVENTS, &ids).await? {
            self.known.events.insert(id, true);
        }
        for id in ids {
            self.known.events.entry(id).or_insert(false);
        }
        Ok(())
    }

    pub(super) async fn read_fleets(&mut self, mut refs: Vec<&str>) -> Result<(), StoreError> {
        refs.retain(|fleet_ref| !self.known.fleets.contains_key(*fleet_ref));
        if refs.is_empty() {
            return Ok(());
        }
        for (fleet_ref, key) in self.read(FLEETS, &refs).await? {
            self.known.fleets.insert(fleet_ref, Some(key));
        }
        for fleet_ref in refs {
            self.known.fleets.entry(fleet_ref.to_owned()).or_default();
        }
        Ok(())
    }

    pub(super) async fn read_catena_fleets(&mut self, mut ids: Vec<Uuid>) -> Result<(), StoreError> {
        ids.retain(|id| !self.known.catena_fleets.contains_key(id));
        if ids.is_empty() {
            return Ok(());
        }
        for (id, fleet) in self.read(CATENA_FLEETS, &ids).await? {
            self.known.catena_fleets.insert(id, Some(fleet));
        }
        for id in ids {
            self.known.catena_fleets.entry(id).or_default();
        }
        Ok(())
    }

    pub(super) async fn read_connections(&mut self, mut ids: Vec<Uuid>) -> Result<(), StoreError> {
        ids.retain(|id| !self.known.connections.contains_key(id));
        if ids.is_empty() {
            return Ok(());
        }
        for (id, fleet_id) in self.read(CONNECTIONS, &ids).await? {
            self.known.read_connection(id, Some(fleet_id));
        }
        for id in ids {
            self.known.read_connection(id, None);
        }
        Ok(())
    }

    pub(super) async fn read_assignments(&mut self, mut names: Vec<&Awaited>) -> Result<(), StoreError> {
        names.retain(|name| !self.known.assignments.contains_key(name));
        if names.is_empty() {
            return Ok(());
        }
        let by_subject: HashMap<_, _> = names.iter().map(|name| (rows::write_awaited(name), *name)).collect();
        for (subject, fleet) in self.read(ASSIGNMENTS, &by_subject.keys().collect::<Vec<_>>()).await? {
            if let Some(name) = by_subject.get(&subject) {
                self.known.assignments.insert((*name).clone(), Some(fleet));
            }
        }
        for name in names {
            self.known.assignments.entry(name.clone()).or_default();
        }
        Ok(())
    }

    pub(super) async fn read_invitations(&mut self, mut digests: Vec<&str>) -> Result<(), StoreError> {
        digests.retain(|digest| !self.known.invitations.contains_key(*digest));
        if digests.is_empty() {
            return Ok(());
        }
        for invitation in self.read(INVITATIONS, &digests).await? {
            self.known.invitations.insert(invitation.digest.clone(), Some(invitation));
        }
        for digest in digests {
            self.known.invitations.entry(digest.to_owned()).or_default();
        }
        Ok(())
    }

    pub(super) async fn read_facts(&mut self, mut keys: Vec<&str>) -> Result<(), StoreError> {
        keys.retain(|key| !self.known.facts.contains_key(*key));
        if keys.is_empty() {
            return Ok(());
        }
        self.learn(FACTS, &keys).await?;
        for key in keys {
            self.known.facts.entry(key.to_owned()).or_default();
        }
        Ok(())
    }

    pub(super) async fn read_facts_of(&mut self, mut fleets: Vec<FleetKey>) -> Result<(), StoreError> {
        fleets.retain(|fleet| !self.known.whole.contains(fleet));
        if fleets.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = fleets.iter().map(|fleet| fleet.0).collect();
        self.learn(FACTS_OF_FLEETS, &keys).await?;
        self.known.whole.extend(fleets);
        Ok(())
    }

    /// The facts that wait for these names. A fact that waits for a connection of a fleet waits for the fleet too.
    pub(super) async fn read_waiting(&mut self, names: Vec<Awaited>) -> Result<(), StoreError> {
        let names: HashSet<_> = names.into_iter().filter(|name| !self.known.waited_for.contains(name)).collect();
        let (mut fleets, mut connections, mut invitations) = (Vec::new(), Vec::new(), Vec::new());
        for name in &names {
            match name {
                Awaited::Fleet(id) => fleets.push(id),
                Awaited::Connection(id) => connections.push(id),
                Awaited::Invitation(digest) => invitations.push(digest),
            }
        }
        if !fleets.is_empty() {
            self.learn(WAITING_FOR_FLEETS, &fleets).await?;
            self.learn(WAITING_FOR_CONNECTIONS_OF_FLEETS, &fleets).await?;
        }
        if !connections.is_empty() {
            self.learn(WAITING_FOR_CONNECTIONS, &connections).await?;
        }
        if !invitations.is_empty() {
            self.learn(WAITING_FOR_INVITATIONS, &invitations).await?;
        }
        self.known.waited_for.extend(names);
        Ok(())
    }

    /// Takes over the facts that a statement finds for a list.
    async fn learn(&mut self, facts: Statement<KnownFact>, list: &(impl Serialize + Sync)) -> Result<(), StoreError> {
        for fact in self.read(facts, list).await? {
            self.known.read(fact);
        }
        Ok(())
    }

    async fn read<T>(&mut self, query: Statement<T>, list: &(impl Serialize + Sync)) -> Result<Vec<T>, StoreError> {
        query.bind(json(list)).all(&mut *self.tx).await
    }

    pub(super) async fn next_fleet(&mut self) -> Result<FleetKey, StoreError> {
        let (fleet, _) = self.next_keys().await?;
        *fleet += 1;
        Ok(FleetKey(*fleet - 1))
    }

    pub(super) async fn next_fact(&mut self) -> Result<FactKey, StoreError> {
        let (_, fact) = self.next_keys().await?;
        *fact += 1;
        Ok(FactKey(*fact - 1))
    }

    async fn next_keys(&mut self) -> Result<&mut (i64, i64), StoreError> {
        let next = if let Some(next) = self.next { next } else { NEXT_KEYS.query().one(&mut *self.tx).await? };
        Ok(self.next.insert(next))
    }
}

fn json(list: &impl Serialize) -> String {
    // Strings, ids and numbers always serialize.
    serde_json::to_string(list).unwrap_or_default()
}

fn known_fact(row: &SqliteRow) -> Result<KnownFact, StoreError> {
    Ok(KnownFact {
        key: FactKey(row.try_get("id")?),
        fact: rows::fact(row)?,
        fleet: row.try_get::<Option<i64>, _>("fleet")?.map(FleetKey),
        subject: Subject {
            invitation: row.try_get("invitation")?,
            fleet_ref: None,
            fleet_id: rows::optional_uuid(row, "fleet_id")?,
            connection_id: rows::optional_uuid(row, "connection_id")?,
        },
    })
}

fn event(row: &SqliteRow) -> Result<Uuid, StoreError> {
    rows::uuid(row, "event_id")
}

fn fleet(row: &SqliteRow) -> Result<(String, FleetKey), StoreError> {
    Ok((row.try_get("fleet_ref")?, FleetKey(row.try_get("id")?)))
}

fn catena_fleet(row: &SqliteRow) -> Result<(Uuid, FleetKey), StoreError> {
    Ok((rows::uuid(row, "fleet_id")?, FleetKey(row.try_get("fleet")?)))
}

fn connection(row: &SqliteRow) -> Result<(Uuid, Uuid), StoreError> {
    Ok((rows::uuid(row, "connection_id")?, rows::uuid(row, "fleet_id")?))
}

fn assignment(row: &SqliteRow) -> Result<(String, FleetKey), StoreError> {
    Ok((row.try_get("subject")?, FleetKey(row.try_get("fleet")?)))
}

fn next_keys(row: &SqliteRow) -> Result<(i64, i64), StoreError> {
    Ok((row.try_get("fleet")?, row.try_get("fact")?))
}
