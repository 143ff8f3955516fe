use async_trait::async_trait;
use domain::{
    events::{
        delivery::{DeliveryState, Effect},
        fact::Fact,
        record::Subject,
    },
    onboarding::lifecycle::{Health, Stage},
};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Awaited, DeliveryKey, FactKey, FleetKey, InvitationRow, StoreError};

/// One transaction over fleets, invitations, facts and the inbox: what a delivery tells, what follows from it and the
/// delivery's own state change together or not at all.
#[async_trait]
pub trait Transaction: Send {
    /// Reads in a few questions what many later ones will be about. A hint: it changes what they cost, not their answers.
    async fn look_ahead(&mut self, ahead: &Ahead) -> Result<(), StoreError>;

    /// The fleet with this reference.
    async fn fleet_by_ref(&mut self, fleet_ref: &str) -> Result<Option<FleetKey>, StoreError>;
    /// The fleet with this id of Catena's.
    async fn fleet_by_catena_id(&mut self, fleet_id: Uuid) -> Result<Option<FleetKey>, StoreError>;
    /// The fleet with this invitation.
    async fn fleet_by_invitation(&mut self, digest: &str) -> Result<Option<FleetKey>, StoreError>;
    /// Catena's id of the fleet that a connection belongs to.
    async fn fleet_id_of_connection(&mut self, connection_id: Uuid) -> Result<Option<Uuid>, StoreError>;
    /// Adds a fleet.
    async fn add_fleet(&mut self, fleet_ref: &str, now: OffsetDateTime) -> Result<FleetKey, StoreError>;
    /// Names a fleet; `always` also where it has a name.
    async fn name_fleet(&mut self, fleet: FleetKey, name: &str, always: bool) -> Result<(), StoreError>;
    /// Remembers that Catena's id belongs to the fleet. The first mapping stays.
    async fn learn_fleet_id(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<(), StoreError>;
    /// Remembers which of Catena's fleets a connection belongs to.
    async fn learn_connection(&mut self, connection_id: Uuid, fleet_id: Uuid) -> Result<(), StoreError>;

    /// Remembers what staff decided: facts that are found by this name belong to the fleet.
    async fn assign(&mut self, awaited: &Awaited, fleet: FleetKey) -> Result<(), StoreError>;
    /// The fleet that staff decided on for this name.
    async fn assigned(&mut self, awaited: &Awaited) -> Result<Option<FleetKey>, StoreError>;

    /// Adds an invitation, or updates link, expiry and what was asked of the one with its digest. Gives our id.
    async fn put_invitation(&mut self, invitation: &InvitationRow) -> Result<Uuid, StoreError>;
    /// Keeps how an invitation stands.
    async fn set_invitation_stage(&mut self, digest: &str, stage: Option<Stage>) -> Result<(), StoreError>;

    /// The fact with this key.
    async fn fact(&mut self, key: &str) -> Result<Option<(FactKey, Fact)>, StoreError>;
    /// Adds a fact or replaces the one with its key. Without a fleet it waits, to be found by `subject`.
    async fn put_fact(
        &mut self,
        fact: &Fact,
        fleet: Option<FleetKey>,
        subject: &Subject,
    ) -> Result<FactKey, StoreError>;
    /// Keeps what a delivery did to a fact. Of two effects on the same fact the first one stays.
    async fn link_fact(&mut self, delivery: DeliveryKey, fact: FactKey, effect: Effect) -> Result<(), StoreError>;
    /// Gives the facts that wait for this fleet id, or for a connection of it, to the fleet; says how many.
    async fn adopt(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError>;
    /// Gives the facts that wait for the invitation with this digest to the fleet; says how many.
    async fn adopt_by_invitation(&mut self, digest: &str, fleet: FleetKey) -> Result<u64, StoreError>;
    /// Gives the facts that wait for this connection to the fleet; says how many.
    async fn adopt_by_connection(&mut self, connection_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError>;
    /// Keeps what staff asked for with an invitation, as JSON.
    async fn set_asked(&mut self, digest: &str, asked: &str) -> Result<(), StoreError>;
    /// Keeps what Catena kept otherwise with an invitation, as JSON; none: nothing.
    async fn set_differences(&mut self, digest: &str, differences: Option<&str>) -> Result<(), StoreError>;
    /// All facts about a fleet.
    async fn facts_of(&mut self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError>;
    /// Keeps what the fold says of a fleet.
    async fn set_fleet_state(
        &mut self,
        fleet: FleetKey,
        stage: Option<Stage>,
        health: Option<Health>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError>;

    /// Keeps that a check had to find this fact, which a webhook should have told.
    async fn add_hole(&mut self, fact: FactKey, fleet: FleetKey, found_at: OffsetDateTime) -> Result<(), StoreError>;
    /// Keeps that webhooks have told by now what the facts with these keys tell.
    async fn fill_holes(&mut self, keys: &[String]) -> Result<(), StoreError>;

    /// Remembers an event id; false if it was processed before.
    async fn remember_event(&mut self, event_id: Uuid, delivery: DeliveryKey) -> Result<bool, StoreError>;
    /// Ends the processing of a delivery: what is sealed goes, what is redacted stays. A parked one keeps its sealed body,
    /// so that it can be processed again.
    async fn finish_delivery(&mut self, delivery: DeliveryKey, end: &DeliveryEnd<'_>) -> Result<(), StoreError>;
    /// Sets the status of one of our subscriptions, if it is ours.
    async fn set_subscription_status(&mut self, webhook_id: Uuid, status: &str) -> Result<(), StoreError>;

    /// Makes all of it durable.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// What a transaction is going to ask about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ahead {
    /// Events: whether they were processed before.
    pub events: Vec<Uuid>,
    /// Facts, by their keys.
    pub facts: Vec<String>,
    /// Whatever leads from these to a fleet, and what waits for them.
    pub subjects: Vec<Subject>,
    /// Fleets: all facts about them.
    pub fleets: Vec<FleetKey>,
}

/// How the processing of a delivery ended.
#[derive(Debug, Clone)]
pub struct DeliveryEnd<'a> {
    /// Processed, duplicate or parked.
    pub state: DeliveryState,
    /// When it ended, UTC.
    pub ended_at: OffsetDateTime,
    /// Why it is parked.
    pub reason: Option<String>,
    /// The event's name as the signed body tells it.
    pub event_name: Option<&'a str>,
    /// The event's id.
    pub event_id: Option<Uuid>,
    /// The redacted body.
    pub body: Option<Value>,
}
