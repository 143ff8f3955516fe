//! What the sandbox remembers. `State::visit` lists what is saved, and under which names.

pub(crate) mod change;
pub(crate) mod checks;
pub(crate) mod deliveries;
pub(crate) mod enums;
pub(crate) mod error;
pub(crate) mod faults;
pub(crate) mod ids;
mod lookup;
pub(crate) mod persistence;
pub(crate) mod plan;
pub(crate) mod records;
pub(crate) mod resources;
pub(crate) mod rfc3339;
pub(crate) mod schedules;
pub(crate) mod update;
pub(crate) mod visitor;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::state::{
    deliveries::Deliveries,
    faults::{ApiFaults, WebhookFaults},
    ids::EventIds,
    plan::PlannedStep,
    records::{
        Agreement, Connection, ExternalTsp, Fleet, IntegrationRequest, Invitation, Partner, Property, Subscription,
        Token, Tsp,
    },
    schedules::{FailedFetch, Schedule},
    visitor::Visitor,
};

/// Everything that a sandbox remembers.
#[derive(Default)]
pub(crate) struct State {
    /// How often this sandbox was opened before. It changes the seed, so that no run repeats the ids of an earlier one.
    pub(crate) runs: u64,
    /// The partner whose tokens this sandbox issues.
    pub(crate) partner_id: Uuid,
    pub(crate) partners: BTreeMap<Uuid, Partner>,
    pub(crate) partner_properties: BTreeMap<Uuid, Property>,
    /// How far business time is ahead of the clock.
    pub(crate) clock_offset_seconds: i64,
    pub(crate) invitations: BTreeMap<Uuid, Invitation>,
    /// Invitations whose link was opened since they were last created or refreshed.
    pub(crate) viewed: BTreeSet<Uuid>,
    pub(crate) fleets: BTreeMap<Uuid, Fleet>,
    pub(crate) fleet_properties: BTreeMap<Uuid, Property>,
    pub(crate) agreements: BTreeMap<Uuid, Agreement>,
    pub(crate) tsps: BTreeMap<Uuid, Tsp>,
    pub(crate) external_tsps: BTreeMap<Uuid, ExternalTsp>,
    pub(crate) connections: BTreeMap<Uuid, Connection>,
    /// Connections that are linked with the provider, but not attached to the fleet yet.
    pub(crate) unattached: BTreeSet<Uuid>,
    pub(crate) schedules: BTreeMap<Uuid, Schedule>,
    pub(crate) failed_fetches: BTreeMap<Uuid, FailedFetch>,
    pub(crate) integration_requests: Vec<IntegrationRequest>,
    pub(crate) subscriptions: BTreeMap<Uuid, Subscription>,
    pub(crate) deliveries: Deliveries,
    pub(crate) event_ids: EventIds,
    pub(crate) webhook_faults: WebhookFaults,
    /// The latest record of each event, for deliveries that hold two records.
    pub(crate) last_records: BTreeMap<String, Value>,
    /// Steps of stories that are still to come, sorted by due time.
    pub(crate) planned_steps: BTreeMap<String, PlannedStep>,
    /// How many fleets were generated so far. Their references count up.
    pub(crate) generated_fleets: u64,
    /// Not saved: a client must cope with a 401.
    pub(crate) tokens: BTreeMap<String, Token>,
    /// Not saved.
    pub(crate) api_faults: ApiFaults,
    /// Nothing expires before this time. `None`: not known.
    pub(crate) no_expiry_before: Option<OffsetDateTime>,
    /// The ids of the invitations for each `fleet_ref`, oldest first.
    invitations_by_ref: HashMap<String, Vec<Uuid>>,
}

impl State {
    /// Rebuilds what follows from the records and isn't saved.
    pub(crate) fn rebuild_indexes(&mut self) {
        self.invitations_by_ref.clear();
        for (id, invitation) in &self.invitations {
            self.invitations_by_ref.entry(invitation.fleet_ref.clone()).or_default().push(*id);
        }
        self.no_expiry_before = None;
    }

    /// Adds a new invitation.
    pub(crate) fn add_invitation(&mut self, invitation: Invitation) {
        self.invitations_by_ref.entry(invitation.fleet_ref.clone()).or_default().push(invitation.id);
        self.note_expiry(invitation.expires_at);
        self.invitations.insert(invitation.id, invitation);
    }

    /// Notes that something expires at `at`, perhaps before everything else.
    pub(crate) fn note_expiry(&mut self, at: OffsetDateTime) {
        self.no_expiry_before = self.no_expiry_before.map(|earliest| earliest.min(at));
    }

    /// Shows the visitor everything that is saved, with its name in the file. A field without a line here doesn't compile.
    pub(crate) fn visit(&mut self, visitor: &mut impl Visitor) {
        let Self {
            runs,
            partner_id,
            partners,
            partner_properties,
            clock_offset_seconds,
            invitations,
            viewed,
            fleets,
            fleet_properties,
            agreements,
            tsps,
            external_tsps,
            connections,
            unattached,
            schedules,
            failed_fetches,
            integration_requests,
            subscriptions,
            deliveries: Deliveries { pending, dead, delivered, attempts, queue: _ },
            event_ids,
            webhook_faults,
            last_records,
            planned_steps,
            generated_fleets,
            tokens: _,
            api_faults: _,
            no_expiry_before: _,
            invitations_by_ref: _,
        } = self;
        visitor.value("runs", runs);
        visitor.value("partner", partner_id);
        visitor.value("clock_offset_seconds", clock_offset_seconds);
        visitor.records("partner_record", partners);
        visitor.records("partner_property", partner_properties);
        visitor.records("invitation", invitations);
        visitor.value("viewed", viewed);
        visitor.records("fleet", fleets);
        visitor.records("fleet_property", fleet_properties);
        visitor.records("agreement", agreements);
        visitor.records("tsp", tsps);
        visitor.records("external_tsp", external_tsps);
        visitor.records("connection", connections);
        visitor.value("unattached", unattached);
        visitor.records("schedule", schedules);
        visitor.records("failure", failed_fetches);
        visitor.value("integration_requests", integration_requests);
        visitor.records("subscription", subscriptions);
        visitor.records("pending", pending);
        visitor.records("dead", dead);
        visitor.value("delivered", delivered);
        visitor.immutable_records("attempt", attempts);
        visitor.value("event_ids", event_ids);
        visitor.value("disorders", webhook_faults);
        visitor.records("last_record", last_records);
        visitor.records("script", planned_steps);
        visitor.value("made_up", generated_fleets);
    }
}
