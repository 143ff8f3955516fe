//! What a transaction has read from the database and what it has changed, in memory. It reads and writes once for many facts,
//! so a batch of deliveries costs a dozen trips to the database instead of a thousand. There is no SQL here: every database's
//! transaction reads into [`UnitOfWork`] before it answers from it, and writes its [`PendingWrites`] before it commits.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map::Entry};

use domain::{
    events::{
        delivery::{DeliveryState, Effect},
        fact::Fact,
        observation::Subject,
    },
    onboarding::stage::{Health, Stage},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::store::{Awaited, DeliveryEnd, DeliveryKey, FactKey, FleetKey, InvitationRow};

/// A fact and the fleet it belongs to.
#[derive(Debug, Clone)]
pub(super) struct KnownFact {
    pub key: FactKey,
    pub fact: Fact,
    pub fleet: Option<FleetKey>,
    /// What leads to its fleet while that isn't known.
    pub subject: Subject,
}

/// The outcome of processing a delivery.
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
pub(super) struct PendingWrites {
    pub fleets: Vec<(FleetKey, String, OffsetDateTime)>,
    /// The name, and whether it replaces an existing one.
    pub names: BTreeMap<FleetKey, (String, bool)>,
    pub states: BTreeMap<FleetKey, (Option<Stage>, Option<Health>, OffsetDateTime)>,
    pub fleet_ids: Vec<(Uuid, FleetKey)>,
    pub connections: Vec<(Uuid, Uuid)>,
    /// By digest.
    pub invitations: BTreeSet<String>,
    pub stages: BTreeMap<String, Option<Stage>>,
    /// By the facts' keys.
    pub facts: BTreeSet<String>,
    pub holes: Vec<(FactKey, FleetKey, OffsetDateTime)>,
    /// Facts that webhooks have delivered by now, by key.
    pub filled: BTreeSet<String>,
    pub events: Vec<(Uuid, DeliveryKey)>,
    pub effects: Vec<(DeliveryKey, FactKey, Effect)>,
    pub ends: Vec<End>,
}

impl PendingWrites {
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

/// What was read or added. In each map, a missing entry means "not read yet", `None` means "there is none".
#[derive(Debug, Default)]
pub(super) struct UnitOfWork {
    pub fleets: HashMap<String, Option<FleetKey>>,
    pub catena_fleets: HashMap<Uuid, Option<FleetKey>>,
    pub connections: HashMap<Uuid, Option<Uuid>>,
    pub assignments: HashMap<Awaited, Option<FleetKey>>,
    pub invitations: HashMap<String, Option<InvitationRow>>,
    pub facts: HashMap<String, Option<KnownFact>>,
    /// Whether the event was processed before.
    pub events: HashMap<Uuid, bool>,
    /// Fleets whose facts have all been read.
    pub whole: HashSet<FleetKey>,
    /// Names whose waiting facts have all been read.
    pub waited_for: HashSet<Awaited>,
    pub changes: PendingWrites,
    /// Keys of the facts read so far: by fleet, and of those without one by each name that can lead to a fleet.
    of_fleet: HashMap<FleetKey, BTreeSet<String>>,
    waiting: HashMap<Awaited, BTreeSet<String>>,
    /// Connections of waiting facts that haven't been read.
    unread_connections: HashSet<Uuid>,
}

impl UnitOfWork {
    /// Takes over a fact read from the database, unless it is known already: it may have been changed here since.
    pub fn read(&mut self, found: KnownFact) {
        let key = found.fact.key.clone();
        if self.facts.get(&key).is_none_or(Option::is_none) {
            self.index(&key, found.fleet, &found.subject);
            self.facts.insert(key, Some(found));
        }
    }

    /// Takes over a connection read from the database and Catena's fleet it belongs to, unless it is known already.
    pub fn read_connection(&mut self, connection: Uuid, fleet_id: Option<Uuid>) {
        self.unread_connections.remove(&connection);
        if let Entry::Vacant(entry) = self.connections.entry(connection) {
            entry.insert(fleet_id);
            if let Some(fleet_id) = fleet_id {
                self.await_fleet_of(connection, fleet_id);
            }
        }
    }

    /// The facts that wait for a connection wait for its fleet from now on, too.
    fn await_fleet_of(&mut self, connection: Uuid, fleet_id: Uuid) {
        if let Some(keys) = self.waiting.get(&Awaited::Connection(connection)).cloned() {
            self.waiting.entry(Awaited::Fleet(fleet_id)).or_default().extend(keys);
        }
    }

    /// The names by which a waiting fact can find its fleet.
    fn names(&self, subject: &Subject) -> impl Iterator<Item = Awaited> + use<> {
        let of_connection = subject.connection_id.and_then(|connection| self.connections.get(&connection).copied()?);
        let fleets = [subject.fleet_id, of_connection].map(|fleet_id| fleet_id.map(Awaited::Fleet));
        let connection = subject.connection_id.map(Awaited::Connection);
        let invitation = subject.invitation.clone().map(Awaited::Invitation);
        fleets.into_iter().chain([connection, invitation]).flatten()
    }

    fn index(&mut self, key: &str, fleet: Option<FleetKey>, subject: &Subject) {
        if let Some(fleet) = fleet {
            self.of_fleet.entry(fleet).or_default().insert(key.to_owned());
            return;
        }
        for name in self.names(subject) {
            self.waiting.entry(name).or_default().insert(key.to_owned());
        }
        let unread = subject.connection_id.filter(|connection| !self.connections.contains_key(connection));
        self.unread_connections.extend(unread);
    }

    /// The fact no longer waits.
    fn found(&mut self, key: &str, fleet: FleetKey, subject: &Subject) {
        for name in self.names(subject) {
            if let Some(waiting) = self.waiting.get_mut(&name) {
                waiting.remove(key);
            }
        }
        self.index(key, Some(fleet), subject);
    }

    pub fn add_fleet(&mut self, key: FleetKey, fleet_ref: &str, now: OffsetDateTime) {
        self.fleets.insert(fleet_ref.to_owned(), Some(key));
        self.whole.insert(key);
        self.changes.fleets.push((key, fleet_ref.to_owned(), now));
    }

    pub fn name_fleet(&mut self, fleet: FleetKey, name: &str, always: bool) {
        match self.changes.names.get(&fleet) {
            // It is about to get a name.
            Some(_) if !always => {}
            _ => {
                self.changes.names.insert(fleet, (name.to_owned(), always));
            }
        }
    }

    /// Maps Catena's id to the fleet, unless it is mapped. The id must have been read.
    pub fn learn_fleet_id(&mut self, fleet_id: Uuid, fleet: FleetKey) {
        let entry = self.catena_fleets.entry(fleet_id).or_default();
        if entry.is_none() {
            *entry = Some(fleet);
            self.changes.fleet_ids.push((fleet_id, fleet));
        }
    }

    /// Maps a connection to Catena's fleet, unless it is mapped. The connection must have been read.
    pub fn learn_connection(&mut self, connection: Uuid, fleet_id: Uuid) {
        let entry = self.connections.entry(connection).or_default();
        if entry.is_none() {
            *entry = Some(fleet_id);
            self.changes.connections.push((connection, fleet_id));
            self.await_fleet_of(connection, fleet_id);
        }
    }

    /// Adds an invitation or updates the one with its digest; returns our id of it. The digest must have been read.
    pub fn put_invitation(&mut self, new: &InvitationRow) -> Uuid {
        self.changes.invitations.insert(new.digest.clone());
        let entry = self.invitations.entry(new.digest.clone()).or_default();
        let Some(row) = entry else {
            *entry = Some(new.clone());
            return new.id;
        };
        // Older news don't bring back an older link.
        if new.expires_at >= row.expires_at {
            row.expires_at = new.expires_at;
            row.sealed_link = new.sealed_link.clone().or(row.sealed_link.take());
        }
        row.request = new.request.clone().or(row.request.take());
        row.id
    }

    /// Adds a fact as `new`, or replaces the one with its key, keeping its id. The key must have been read.
    pub fn put_fact(&mut self, fact: &Fact, fleet: Option<FleetKey>, subject: &Subject, new: FactKey) -> FactKey {
        self.changes.facts.insert(fact.key.clone());
        if let Some(Some(known)) = self.facts.get_mut(&fact.key) {
            known.fact = fact.clone();
            let key = known.key;
            if let (None, Some(fleet)) = (known.fleet, fleet) {
                known.fleet = Some(fleet);
                let waited = known.subject.clone();
                self.found(&fact.key, fleet, &waited);
            }
            return key;
        }
        let known = KnownFact { key: new, fact: fact.clone(), fleet, subject: subject.clone() };
        self.index(&fact.key, fleet, subject);
        self.facts.insert(fact.key.clone(), Some(known));
        new
    }

    /// Moves the facts that wait for a name to the fleet; returns how many. A fact that waits for a connection of a fleet waits
    /// for the fleet, too.
    pub fn adopt(&mut self, name: &Awaited, fleet: FleetKey) -> u64 {
        let keys = self.waiting.remove(name).unwrap_or_default();
        for key in &keys {
            let Some(Some(known)) = self.facts.get_mut(key) else { continue };
            known.fleet = Some(fleet);
            let waited = known.subject.clone();
            self.found(key, fleet, &waited);
            self.changes.facts.insert(key.clone());
        }
        keys.len() as u64
    }

    /// Connections of waiting facts that haven't been read.
    pub fn unknown_connections(&self) -> Vec<Uuid> {
        self.unread_connections.iter().copied().collect()
    }

    /// The facts of a fleet that have been read.
    pub fn facts_of(&self, fleet: FleetKey) -> Vec<Fact> {
        let keys = self.of_fleet.get(&fleet).into_iter().flatten();
        keys.filter_map(|key| Some(self.facts.get(key)?.as_ref()?.fact.clone())).collect()
    }

    /// Records the outcome of processing a delivery.
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
