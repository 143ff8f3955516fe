//! Everything a sandbox remembers: plain values, listed for keeping in `visit`. Records are shaped as the API shows them
//! where that is possible, so a view adds little. No `Debug` on what holds secrets.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    delivery::Deliveries,
    disorders::Disorders,
    executions::{Failure, Run},
    external_tsps::ExternalTsp,
    faults::Faults,
    ids::EventIds,
    keeping::Visitor,
    partners::Partner,
    properties::Property,
    stamp,
    stories::Planned,
    subscriptions::Subscription,
    tsps::Tsp,
};

/// What a sandbox remembers.
#[derive(Default)]
pub(super) struct State {
    /// How often this sandbox was opened before: a seed must not give out the ids of an earlier run again.
    pub(super) runs: u64,
    /// The partner whose tokens this sandbox gives out.
    pub(super) partner_id: Uuid,
    pub(super) partners: BTreeMap<Uuid, Partner>,
    pub(super) partner_properties: BTreeMap<Uuid, Property>,
    /// How far the sandbox's business time is ahead of the clock.
    pub(super) clock_offset_seconds: i64,
    pub(super) invitations: BTreeMap<Uuid, Invitation>,
    /// Invitations whose link was opened in their present round.
    pub(super) viewed: BTreeSet<Uuid>,
    pub(super) fleets: BTreeMap<Uuid, Fleet>,
    pub(super) fleet_properties: BTreeMap<Uuid, Property>,
    pub(super) agreements: BTreeMap<Uuid, Agreement>,
    pub(super) tsps: BTreeMap<Uuid, Tsp>,
    pub(super) external_tsps: BTreeMap<Uuid, ExternalTsp>,
    pub(super) connections: BTreeMap<Uuid, Connection>,
    /// Connections that are linked with the provider and not attached to the fleet yet.
    pub(super) unattached: BTreeSet<Uuid>,
    pub(super) schedules: BTreeMap<Uuid, Schedule>,
    pub(super) failures: BTreeMap<Uuid, Failure>,
    pub(super) integration_requests: Vec<IntegrationRequest>,
    pub(super) subscriptions: BTreeMap<Uuid, Subscription>,
    pub(super) deliveries: Deliveries,
    pub(super) event_ids: EventIds,
    /// What goes wrong with deliveries, as it is set.
    pub(super) disorders: Disorders,
    /// The newest record of each event, to tell again where two records go into one delivery.
    pub(super) last_records: BTreeMap<String, Value>,
    /// Steps of stories that are still to come, by their moment.
    pub(super) script: BTreeMap<String, Planned>,
    /// How many fleets were made up so far: their references count up.
    pub(super) made_up: u64,
    /// Access tokens are forgotten at a restart: a client must cope with a 401.
    pub(super) tokens: BTreeMap<String, Token>,
    /// Answers that calls of the API get instead of the right ones; forgotten at a restart.
    pub(super) faults: Faults,
    /// Nothing expires before this moment; none: not known.
    pub(super) quiet_until: Option<OffsetDateTime>,
    /// The invitations for each `fleet_ref`, oldest first.
    invitations_of: HashMap<String, Vec<Uuid>>,
}

impl State {
    /// Puts in place what every sandbox has and what is not saved, in a new state as in a loaded one.
    pub(super) fn furnish(&mut self, now: OffsetDateTime) {
        let partner_id = self.partner_id;
        self.partners.entry(partner_id).or_insert_with(|| Partner::own(partner_id, now));
        if self.tsps.is_empty() {
            self.tsps = super::tsps::known();
        }
        if self.external_tsps.is_empty() {
            self.external_tsps = super::external_tsps::known();
        }
        self.invitations_of.clear();
        for (id, invitation) in &self.invitations {
            self.invitations_of.entry(invitation.fleet_ref.clone()).or_default().push(*id);
        }
        self.quiet_until = None;
    }

    /// Takes in a new invitation.
    pub(super) fn add_invitation(&mut self, invitation: Invitation) {
        self.invitations_of.entry(invitation.fleet_ref.clone()).or_default().push(invitation.id);
        self.wake_at(invitation.expires_at);
        self.invitations.insert(invitation.id, invitation);
    }

    /// The invitations for a `fleet_ref`, the newest first.
    pub(super) fn invitations_for(&self, fleet_ref: &str) -> impl Iterator<Item = &Invitation> {
        let ids = self.invitations_of.get(fleet_ref).map(Vec::as_slice).unwrap_or_default();
        ids.iter().rev().filter_map(|id| self.invitations.get(id))
    }

    /// Something expires then, perhaps earlier than all else.
    pub(super) fn wake_at(&mut self, at: OffsetDateTime) {
        self.quiet_until = self.quiet_until.map(|until| until.min(at));
    }

    /// When the first of the open invitations and agreements runs out.
    pub(super) fn first_to_expire(&self) -> Option<OffsetDateTime> {
        let open = self.invitations.values().filter(|one| one.status == InvitationStatus::Active);
        let live = |one: &&Agreement| matches!(one.status, AgreementStatus::Active | AgreementStatus::Paused);
        let ending = self.agreements.values().filter(live).filter_map(|one| one.expiration_date);
        open.map(|one| one.expires_at).chain(ending).min()
    }

    /// The agreement of a fleet.
    pub(super) fn agreement_of(&self, fleet_id: Uuid) -> Option<&Agreement> {
        self.agreements.values().rev().find(|one| one.fleet_id == fleet_id)
    }

    /// The fleets with an active share agreement: those that a partner sees (CONTRACT.md 7).
    pub(super) fn shared_fleets(&self) -> HashSet<Uuid> {
        let active = self.agreements.values().filter(|one| one.status == AgreementStatus::Active);
        active.map(|one| one.fleet_id).collect()
    }

    /// Everything that is kept, named: what a field's records are called in the file. No field can be forgotten: without
    /// a line here, this does not compile.
    pub(super) fn visit(&mut self, visitor: &mut impl Visitor) {
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
            failures,
            integration_requests,
            subscriptions,
            deliveries: Deliveries { pending, dead, delivered, attempts, queue: _ },
            event_ids,
            disorders,
            last_records,
            script,
            made_up,
            tokens: _,
            faults: _,
            quiet_until: _,
            invitations_of: _,
        } = self;
        visitor.one("runs", runs);
        visitor.one("partner", partner_id);
        visitor.one("clock_offset_seconds", clock_offset_seconds);
        visitor.map("partner_record", partners);
        visitor.map("partner_property", partner_properties);
        visitor.map("invitation", invitations);
        visitor.one("viewed", viewed);
        visitor.map("fleet", fleets);
        visitor.map("fleet_property", fleet_properties);
        visitor.map("agreement", agreements);
        visitor.map("tsp", tsps);
        visitor.map("external_tsp", external_tsps);
        visitor.map("connection", connections);
        visitor.one("unattached", unattached);
        visitor.map("schedule", schedules);
        visitor.map("failure", failures);
        visitor.one("integration_requests", integration_requests);
        visitor.map("subscription", subscriptions);
        visitor.map("pending", pending);
        visitor.map("dead", dead);
        visitor.one("delivered", delivered);
        visitor.log("attempt", attempts);
        visitor.one("event_ids", event_ids);
        visitor.one("disorders", disorders);
        visitor.map("last_record", last_records);
        visitor.map("script", script);
        visitor.one("made_up", made_up);
    }
}

/// An access token.
pub(super) struct Token {
    /// By the clock itself, not by business time: a client counts `expires_in` with its own clock.
    pub(super) expires_at: OffsetDateTime,
    pub(super) scopes: Vec<String>,
}

/// Status of an invitation (CONTRACT.md, "All enums").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum InvitationStatus {
    Active,
    Accepted,
    Declined,
    Expired,
    Deleted,
}

/// An invitation: `InvitationRead` without what follows from other things (CONTRACT.md 5).
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Invitation {
    pub(super) id: Uuid,
    #[serde(with = "stamp")]
    pub(super) created_at: OffsetDateTime,
    #[serde(with = "stamp")]
    pub(super) expires_at: OffsetDateTime,
    pub(super) expires_in_hours: u32,
    pub(super) status: InvitationStatus,
    pub(super) fleet_ref: String,
    pub(super) fleet_name: Option<String>,
    pub(super) fleet_email: Option<String>,
    pub(super) fleet_regulatory_id: Option<String>,
    pub(super) fleet_regulatory_id_type: Option<String>,
    pub(super) fleet_phone: Option<String>,
    pub(super) fleet_website: Option<String>,
    pub(super) fleet_country_code: Option<String>,
    #[serde(with = "stamp::option")]
    pub(super) accepted_at: Option<OffsetDateTime>,
    #[serde(with = "stamp::option")]
    pub(super) declined_at: Option<OffsetDateTime>,
    pub(super) decline_reason: Option<String>,
    pub(super) pre_registration_access_token: Option<String>,
    pub(super) pre_registration_refresh_token: Option<String>,
    pub(super) callback_url: Option<String>,
    pub(super) success_redirect_url: Option<String>,
    pub(super) failure_redirect_url: Option<String>,
    pub(super) limit_tsps: Option<Vec<String>>,
    pub(super) fleet_id: Option<Uuid>,
    pub(super) permissions: BTreeMap<String, String>,
}

/// A fleet, as the API shows it: in practice every field is there, null when unknown (CONTRACT.md 7).
#[derive(Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the contract's names")]
pub(super) struct Fleet {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) fleet_ref: String,
    pub(super) websites: Vec<String>,
    pub(super) invitation_id: Uuid,
    pub(super) regulatory_id: Option<String>,
    pub(super) regulatory_id_type: Option<String>,
    pub(super) registered_email: Option<String>,
    pub(super) registered_phone: Option<String>,
    pub(super) country_code: Option<String>,
    #[serde(with = "stamp")]
    pub(super) created_at: OffsetDateTime,
    #[serde(with = "stamp")]
    pub(super) updated_at: OffsetDateTime,
    #[serde(flatten)]
    pub(super) more: FleetMore,
}

/// What only the fleet itself tells.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FleetMore {
    pub(super) description: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) legal_name: Option<String>,
    pub(super) dba_name: Option<String>,
    pub(super) regulatory_id_date: Option<String>,
    pub(super) regulatory_id_status: Option<String>,
    pub(super) registered_fax: Option<String>,
    pub(super) address: Option<String>,
    pub(super) city: Option<String>,
    pub(super) province: Option<String>,
    pub(super) postal_code: Option<String>,
}

/// Status of a share agreement (CONTRACT.md 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AgreementStatus {
    /// Data flows.
    Active,
    /// It does not, for a time.
    Paused,
    /// For good.
    Cancelled,
    /// Past its `expiration_date`.
    Expired,
    Deleted,
}

/// A share agreement, as the API and the events show it (CONTRACT.md 6, WEBHOOKS.md 2.4).
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Agreement {
    pub(super) id: Uuid,
    pub(super) fleet_id: Uuid,
    pub(super) partner_id: Uuid,
    pub(super) fleet_ref: Option<String>,
    pub(super) status: AgreementStatus,
    #[serde(with = "stamp")]
    pub(super) effective_date: OffsetDateTime,
    #[serde(with = "stamp::option")]
    pub(super) expiration_date: Option<OffsetDateTime>,
    pub(super) scopes: BTreeMap<String, String>,
}

/// Status of a connection: those that the sandbox can bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ConnectionStatus {
    Active,
    Stale,
}

/// A connection of a fleet with a provider, as the API shows it (CONTRACT.md 11).
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Connection {
    pub(super) id: Uuid,
    #[serde(with = "stamp")]
    pub(super) created_at: OffsetDateTime,
    #[serde(with = "stamp")]
    pub(super) updated_at: OffsetDateTime,
    pub(super) fleet_id: Uuid,
    pub(super) fleet_ref: Option<String>,
    pub(super) tsp_id: Uuid,
    pub(super) source_name: String,
    pub(super) credentials: Value,
    pub(super) status: ConnectionStatus,
    pub(super) description: Option<String>,
}

/// Status of a fetch schedule: those that the sandbox can bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ScheduleStatus {
    Active,
    Inactive,
    Stale,
    /// While the agreement is paused.
    Paused,
    /// With the agreement.
    Cancelled,
}

/// A fetch schedule: one resource of one connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Schedule {
    pub(super) id: Uuid,
    pub(super) connection_id: Uuid,
    pub(super) resource: String,
    pub(super) status: ScheduleStatus,
    /// When fetching began, or began again.
    #[serde(with = "stamp")]
    pub(super) started_at: OffsetDateTime,
    /// When fetching stopped, if it did.
    #[serde(with = "stamp::option")]
    pub(super) halted_at: Option<OffsetDateTime>,
    /// Earlier times of fetching that executions are still kept of.
    #[serde(default)]
    pub(super) earlier: Vec<Run>,
    /// How many fetches failed in a row, when the last of them did.
    #[serde(default)]
    pub(super) failed: u32,
    /// When that was.
    #[serde(default, with = "stamp::option")]
    pub(super) failed_at: Option<OffsetDateTime>,
}

/// What a fleet asked for whose provider is not listed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct IntegrationRequest {
    pub(super) id: Uuid,
    pub(super) invitation_id: Uuid,
    pub(super) ext_tsp_id: Uuid,
    #[serde(with = "stamp")]
    pub(super) created_at: OffsetDateTime,
    pub(super) contact_name: Option<String>,
    pub(super) contact_email: Option<String>,
    pub(super) notes: Option<String>,
}
