//! What a transaction knows of the database and what it has changed, in memory: so that it asks and writes once for many
//! facts, and a batch of deliveries costs a dozen trips to the database instead of a thousand. No SQL: shared by all databases, whose
//! transactions fill it before they answer from it, and write its [`Changes`] before they commit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::{
    events::{
        delivery::{DeliveryState, Effect},
        fact::Fact,
        record::Subject,
    },
    onboarding::lifecycle::{Health, Stage},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{Awaited, DeliveryEnd, DeliveryKey, FactKey, FleetKey, InvitationRow};

/// A fact and where it belongs.
#[derive(Debug, Clone)]
pub(super) struct KnownFact {
    pub key: FactKey,
    pub fact: Fact,
    pub fleet: Option<FleetKey>,
    /// By what it can be found while it waits for a fleet.
    pub subject: Subject,
}

/// The end of a delivery's processing, as it is written.
#[derive(Debug)]
pub(super) struct End {
    pub delivery: DeliveryKey,
    pub state: DeliveryState,
    pub ended_at: OffsetDateTime,
    pub reason: Option<String>,
    pub event_name: Option<String>,
    pub event_id: Option<Uuid>,
    pub body: Option<String>,
}

/// What is still to be written, in the order in which the tables refer to each other.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub fleets: Vec<(FleetKey, String, OffsetDateTime)>,
    /// The name, and whether it replaces one that is there.
    pub names: BTreeMap<FleetKey, (String, bool)>,
    pub states: BTreeMap<FleetKey, (Option<Stage>, Option<Health>, OffsetDateTime)>,
    pub fleet_ids: Vec<(Uuid, FleetKey)>,
    pub connections: Vec<(Uuid, Uuid)>,
    /// Digests.
    pub invitations: BTreeSet<String>,
    pub stages: BTreeMap<String, Option<Stage>>,
    /// Keys.
    pub facts: BTreeSet<String>,
    pub holes: Vec<(FactKey, FleetKey, OffsetDateTime)>,
    /// Keys of facts.
    pub filled: BTreeSet<String>,
    pub events: Vec<(Uuid, DeliveryKey)>,
    pub effects: Vec<(DeliveryKey, FactKey, Effect)>,
    pub ends: Vec<End>,
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        let Self {
            fleets,
            names,
            states,
            fleet_ids,
            connections,
            invitations,
            stages,
            facts,
            holes,
            filled,
            events,
            effects,
            ends,
        } = self;
        fleets.is_empty()
            && names.is_empty()
            && states.is_empty()
            && fleet_ids.is_empty()
            && connections.is_empty()
            && invitations.is_empty()
            && stages.is_empty()
            && facts.is_empty()
            && holes.is_empty()
            && filled.is_empty()
            && events.is_empty()
            && effects.is_empty()
            && ends.is_empty()
    }
}

/// What is known. In each map, a missing entry means "not asked yet", `None` means "there is none".
#[derive(Debug, Default)]
pub(super) struct Known {
    pub fleets: HashMap<String, Option<FleetKey>>,
    pub catena_fleets: HashMap<Uuid, Option<FleetKey>>,
    pub connections: HashMap<Uuid, Option<Uuid>>,
    pub assignments: HashMap<Awaited, Option<FleetKey>>,
    pub invitations: HashMap<String, Option<InvitationRow>>,
    pub facts: HashMap<String, Option<KnownFact>>,
    /// Whether the event was processed before.
    pub events: HashMap<Uuid, bool>,
    /// Fleets all of whose facts are known.
    pub whole: HashSet<FleetKey>,
    /// Names whose waiting facts are known.
    pub waited_for: HashSet<Awaited>,
    pub changes: Changes,
    /// Keys of the facts that are known of each fleet, and of those that wait for one.
    of_fleet: HashMap<FleetKey, BTreeSet<String>>,
    waiting: BTreeSet<String>,
}

impl Known {
    /// Takes over a fact as the database has it, unless it is known already: then it may have changed since.
    pub fn read(&mut self, found: KnownFact) {
        let key = found.fact.key.clone();
        if self.facts.get(&key).is_none_or(Option::is_none) {
            self.index(&key, found.fleet);
            self.facts.insert(key, Some(found));
        }
    }

    fn index(&mut self, key: &str, fleet: Option<FleetKey>) {
        match fleet {
            Some(fleet) => self.of_fleet.entry(fleet).or_default().insert(key.to_owned()),
            None => self.waiting.insert(key.to_owned()),
        };
    }

    /// Adds a fleet.
    pub fn add_fleet(&mut self, key: FleetKey, fleet_ref: &str, now: OffsetDateTime) {
        self.fleets.insert(fleet_ref.to_owned(), Some(key));
        self.whole.insert(key);
        self.changes.fleets.push((key, fleet_ref.to_owned(), now));
    }

    /// Names a fleet.
    pub fn name_fleet(&mut self, fleet: FleetKey, name: &str, always: bool) {
        match self.changes.names.get(&fleet) {
            // There will be a name already.
            Some(_) if !always => {}
            _ => {
                self.changes.names.insert(fleet, (name.to_owned(), always));
            }
        }
    }

    /// Maps Catena's id to the fleet. What the id maps to has to be known.
    pub fn learn_fleet_id(&mut self, fleet_id: Uuid, fleet: FleetKey) {
        let entry = self.catena_fleets.entry(fleet_id).or_default();
        if entry.is_none() {
            *entry = Some(fleet);
            self.changes.fleet_ids.push((fleet_id, fleet));
        }
    }

    /// Maps a connection to Catena's fleet. What it maps to has to be known.
    pub fn learn_connection(&mut self, connection: Uuid, fleet_id: Uuid) {
        let entry = self.connections.entry(connection).or_default();
        if entry.is_none() {
            *entry = Some(fleet_id);
            self.changes.connections.push((connection, fleet_id));
        }
    }

    /// Adds an invitation or updates the one with its digest, which has to be known. Gives our id.
    pub fn put_invitation(&mut self, new: &InvitationRow) -> Uuid {
        self.changes.invitations.insert(new.digest.clone());
        let entry = self.invitations.entry(new.digest.clone()).or_default();
        let Some(row) = entry else {
            *entry = Some(new.clone());
            return new.id;
        };
        // An older telling doesn't bring back an older link.
        if new.expires_at >= row.expires_at {
            row.expires_at = new.expires_at;
            row.sealed_link = new.sealed_link.clone().or(row.sealed_link.take());
        }
        row.asked = new.asked.clone().or(row.asked.take());
        row.id
    }

    /// Adds a fact under the key `new`, or replaces the one with its key, which has to be known.
    pub fn put_fact(&mut self, fact: &Fact, fleet: Option<FleetKey>, subject: &Subject, new: FactKey) -> FactKey {
        self.changes.facts.insert(fact.key.clone());
        if let Some(Some(known)) = self.facts.get_mut(&fact.key) {
            known.fact = fact.clone();
            let key = known.key;
            if let (None, Some(fleet)) = (known.fleet, fleet) {
                known.fleet = Some(fleet);
                self.waiting.remove(&fact.key);
                self.index(&fact.key, Some(fleet));
            }
            return key;
        }
        let known = KnownFact { key: new, fact: fact.clone(), fleet, subject: subject.clone() };
        self.index(&fact.key, fleet);
        self.facts.insert(fact.key.clone(), Some(known));
        new
    }

    /// The facts that wait and fit: their number after they were given to the fleet.
    pub fn adopt(&mut self, fleet: FleetKey, fits: impl Fn(&Subject, &HashMap<Uuid, Option<Uuid>>) -> bool) -> u64 {
        let adopted: Vec<String> = self
            .waiting
            .iter()
            .filter(|key| {
                let known = self.facts.get(*key).and_then(Option::as_ref);
                known.is_some_and(|known| fits(&known.subject, &self.connections))
            })
            .cloned()
            .collect();
        for key in &adopted {
            self.waiting.remove(key);
            self.index(key, Some(fleet));
            if let Some(Some(known)) = self.facts.get_mut(key) {
                known.fleet = Some(fleet);
            }
            self.changes.facts.insert(key.clone());
        }
        adopted.len() as u64
    }

    /// Connections of facts that wait, about which nothing is known.
    pub fn unknown_connections(&self) -> Vec<Uuid> {
        let waiting = self.waiting.iter().filter_map(|key| self.facts.get(key)?.as_ref()?.subject.connection_id);
        waiting.filter(|connection| !self.connections.contains_key(connection)).collect()
    }

    /// The known facts of a fleet.
    pub fn facts_of(&self, fleet: FleetKey) -> Vec<Fact> {
        let keys = self.of_fleet.get(&fleet).into_iter().flatten();
        keys.filter_map(|key| Some(self.facts.get(key)?.as_ref()?.fact.clone())).collect()
    }

    /// Ends a delivery.
    pub fn finish(&mut self, delivery: DeliveryKey, end: &DeliveryEnd<'_>) {
        self.changes.ends.push(End {
            delivery,
            state: end.state,
            ended_at: end.ended_at,
            reason: end.reason.clone(),
            event_name: end.event_name.map(str::to_owned),
            event_id: end.event_id,
            body: end.body.as_ref().map(ToString::to_string),
        });
    }
}
