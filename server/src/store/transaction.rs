use async_trait::async_trait;
use domain::{
    events::{
        delivery::{DeliveryState, Effect},
        fact::Fact,
        observation::Subject,
    },
    onboarding::stage::{Health, Stage},
};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Awaited, DeliveryKey, FactKey, FleetKey, InvitationRow, StoreError};

/// One transaction over fleets, invitations, facts and the inbox: the facts of a delivery, what follows from them and the
/// delivery's own state change together or not at all.
#[async_trait]
pub trait Transaction: Send {
    /// Reads at once what many later calls will ask for. Only a hint: it changes their cost, not their answers.
    async fn look_ahead(&mut self, ahead: &Ahead) -> Result<(), StoreError>;

    async fn fleet_by_ref(&mut self, fleet_ref: &str) -> Result<Option<FleetKey>, StoreError>;
    /// The fleet that Catena knows by this id.
    async fn fleet_by_catena_id(&mut self, fleet_id: Uuid) -> Result<Option<FleetKey>, StoreError>;
    /// The fleet of the invitation with this digest.
    async fn fleet_by_invitation(&mut self, digest: &str) -> Result<Option<FleetKey>, StoreError>;
    /// Catena's id of the fleet that a connection belongs to, if it is known.
    async fn fleet_id_of_connection(&mut self, connection_id: Uuid) -> Result<Option<Uuid>, StoreError>;
    /// Adds a fleet at `now`. Its reference must be new.
    async fn add_fleet(&mut self, fleet_ref: &str, now: OffsetDateTime) -> Result<FleetKey, StoreError>;
    /// Names a fleet that has no name; with `always` also one that has.
    async fn name_fleet(&mut self, fleet: FleetKey, name: &str, always: bool) -> Result<(), StoreError>;
    /// Records that Catena knows the fleet by this id. An earlier mapping of the id stays.
    async fn learn_fleet_id(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<(), StoreError>;
    /// Records which of Catena's fleets a connection belongs to. An earlier mapping stays.
    async fn learn_connection(&mut self, connection_id: Uuid, fleet_id: Uuid) -> Result<(), StoreError>;

    /// Records a decision of staff: facts that wait for this name belong to the fleet. An earlier decision stays.
    async fn assign(&mut self, awaited: &Awaited, fleet: FleetKey) -> Result<(), StoreError>;
    /// The fleet that staff assigned this name to.
    async fn assigned(&mut self, awaited: &Awaited) -> Result<Option<FleetKey>, StoreError>;

    /// Adds an invitation, or updates link, expiry and what was asked for of the one with its digest. Returns our id of it.
    async fn put_invitation(&mut self, invitation: &InvitationRow) -> Result<Uuid, StoreError>;
    /// Sets an invitation's stage.
    async fn set_invitation_stage(&mut self, digest: &str, stage: Option<Stage>) -> Result<(), StoreError>;

    async fn fact(&mut self, key: &str) -> Result<Option<(FactKey, Fact)>, StoreError>;
    /// Adds a fact or replaces the one with its key. Without a fleet it waits until `subject` leads to one.
    async fn put_fact(
        &mut self,
        fact: &Fact,
        fleet: Option<FleetKey>,
        subject: &Subject,
    ) -> Result<FactKey, StoreError>;
    /// Records what a delivery did to a fact. Of several effects on the same fact the first stays.
    async fn link_fact(&mut self, delivery: DeliveryKey, fact: FactKey, effect: Effect) -> Result<(), StoreError>;
    /// Moves the facts that wait for this fleet id, or for a connection of it, to the fleet; returns how many.
    async fn adopt(&mut self, fleet_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError>;
    /// Moves the facts that wait for the invitation with this digest to the fleet; returns how many.
    async fn adopt_by_invitation(&mut self, digest: &str, fleet: FleetKey) -> Result<u64, StoreError>;
    /// Moves the facts that wait for this connection to the fleet; returns how many.
    async fn adopt_by_connection(&mut self, connection_id: Uuid, fleet: FleetKey) -> Result<u64, StoreError>;
    /// Sets what staff asked for with an invitation, as JSON.
    async fn set_request(&mut self, digest: &str, request: &str) -> Result<(), StoreError>;
    /// Sets where an invitation at Catena differs from what was asked for, as JSON; `None` if nowhere.
    async fn set_differences(&mut self, digest: &str, differences: Option<&str>) -> Result<(), StoreError>;
    /// All facts about a fleet, in no particular order.
    async fn facts_of(&mut self, fleet: FleetKey) -> Result<Vec<Fact>, StoreError>;
    /// Sets a fleet's stage and health, as folded from its facts.
    async fn set_fleet_state(
        &mut self,
        fleet: FleetKey,
        stage: Option<Stage>,
        health: Option<Health>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError>;

    /// Records that a check found this fact, which a webhook should have delivered.
    async fn add_hole(&mut self, fact: FactKey, fleet: FleetKey, found_at: OffsetDateTime) -> Result<(), StoreError>;
    /// Records that webhooks have delivered the content of the facts with these keys by now.
    async fn fill_holes(&mut self, keys: &[String]) -> Result<(), StoreError>;

    /// Records that an event is processed, by its id; false if it was processed before.
    async fn remember_event(&mut self, event_id: Uuid, delivery: DeliveryKey) -> Result<bool, StoreError>;
    /// Records the outcome of processing a delivery. Its redacted body replaces the sealed one, which only a parked delivery
    /// keeps, so that it can be processed again.
    async fn finish_delivery(&mut self, delivery: DeliveryKey, end: &DeliveryEnd<'_>) -> Result<(), StoreError>;
    /// Sets a subscription's status, if it is one of ours.
    async fn set_subscription_status(&mut self, webhook_id: Uuid, status: &str) -> Result<(), StoreError>;

    /// Makes all changes durable; without this call none of them happens.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// What a transaction is about to need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ahead {
    /// Ids of events that may have been processed before.
    pub events: Vec<Uuid>,
    /// Keys of facts.
    pub facts: Vec<String>,
    /// Subjects: what leads from them to a fleet, and the facts that wait for them.
    pub subjects: Vec<Subject>,
    /// Fleets whose facts are all needed.
    pub fleets: Vec<FleetKey>,
}

/// The outcome of processing a delivery.
#[derive(Debug, Clone)]
pub struct DeliveryEnd<'a> {
    /// Processed, duplicate or parked.
    pub state: DeliveryState,
    /// When it ended, UTC.
    pub ended_at: OffsetDateTime,
    /// Why it is parked.
    pub reason: Option<String>,
    /// The event's name according to the signed body.
    pub event_name: Option<&'a str>,
    /// The event's id.
    pub event_id: Option<Uuid>,
    /// The redacted body.
    pub body: Option<Value>,
}
