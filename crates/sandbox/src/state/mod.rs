//! Everything a sandbox remembers: plain values, listed for keeping in `visit`. Records are shaped as the API shows them
//! where that is possible, so a view adds little. No `Debug` on what holds secrets.

pub(crate) mod body;
pub(crate) mod enums;
pub(crate) mod error;
pub(crate) mod ids;
pub(crate) mod persistence;
pub(crate) mod resources;
pub(crate) mod rfc3339;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    api::{
        executions::{Failure, Run},
        external_tsps::ExternalTsp,
        fault_injection::Faults,
        partners::Partner,
        subscriptions::Subscription,
        tsps::Tsp,
    },
    engine::{property::Property, story::Planned},
    state::{ids::EventIds, persistence::Visitor},
    webhooks::{fault_injection::Disorders, queue::Deliveries},
};

/// What a sandbox remembers.
#[derive(Default)]
pub(crate) struct State {
    /// How often this sandbox was opened before: a seed must not give out the ids of an earlier run again.
    pub(crate) runs: u64,
    /// The partner whose tokens this sandbox gives out.
    pub(crate) partner_id: Uuid,
    pub(crate) partners: BTreeMap<Uuid, Partner>,
    pub(crate) partner_properties: BTreeMap<Uuid, Property>,
    /// How far the sandbox's business time is ahead of the clock.
    pub(crate) clock_offset_seconds: i64,
    pub(crate) invitations: BTreeMap<Uuid, Invitation>,
    /// Invitations whose link was opened in their present round.
    pub(crate) viewed: BTreeSet<Uuid>,
    pub(crate) fleets: BTreeMap<Uuid, Fleet>,
    pub(crate) fleet_properties: BTreeMap<Uuid, Property>,
    pub(crate) agreements: BTreeMap<Uuid, Agreement>,
    pub(crate) tsps: BTreeMap<Uuid, Tsp>,
    pub(crate) external_tsps: BTreeMap<Uuid, ExternalTsp>,
    pub(crate) connections: BTreeMap<Uuid, Connection>,
    /// Connections that are linked with the provider and not attached to the fleet yet.
    pub(crate) unattached: BTreeSet<Uuid>,
    pub(crate) schedules: BTreeMap<Uuid, Schedule>,
    pub(crate) failures: BTreeMap<Uuid, Failure>,
    pub(crate) integration_requests: Vec<IntegrationRequest>,
    pub(crate) subscriptions: BTreeMap<Uuid, Subscription>,
    pub(crate) deliveries: Deliveries,
    pub(crate) event_ids: EventIds,
    /// What goes wrong with deliveries, as it is set.
    pub(crate) disorders: Disorders,
    /// The newest record of each event, to tell again where two records go into one delivery.
    pub(crate) last_records: BTreeMap<String, Value>,
    /// Steps of stories that are still to come, by their moment.
    pub(crate) script: BTreeMap<String, Planned>,
    /// How many fleets were made up so far: their references count up.
    pub(crate) made_up: u64,
    /// Access tokens are forgotten at a restart: a client must cope with a 401.
    pub(crate) tokens: BTreeMap<String, Token>,
    /// Answers that calls of the API get instead of the right ones; forgotten at a restart.
    pub(crate) faults: Faults,
    /// Nothing expires before this moment; none: not known.
    pub(crate) quiet_until: Option<OffsetDateTime>,
    /// The invitations for each `fleet_ref`, oldest first.
    invitations_of: HashMap<String, Vec<Uuid>>,
}

impl State {
    /// Puts in place what every sandbox has and what is not saved, in a new state as in a loaded one.
    pub(crate) fn furnish(&mut self, now: OffsetDateTime) {
        let partner_id = self.partner_id;
        self.partners.entry(partner_id).or_insert_with(|| Partner::own(partner_id, now));
        if self.tsps.is_empty() {
            self.tsps = crate::api::tsps::known();
        }
        if self.external_tsps.is_empty() {
            self.external_tsps = crate::api::external_tsps::known();
        }
        self.invitations_of.clear();
        for (id, invitation) in &self.invitations {
            self.invitations_of.entry(invitation.fleet_ref.clone()).or_default().push(*id);
        }
        self.quiet_until = None;
    }

    /// Takes in a new invitation.
    pub(crate) fn add_invitation(&mut self, invitation: Invitation) {
        self.invitations_of.entry(invitation.fleet_ref.clone()).or_default().push(invitation.id);
        self.wake_at(invitation.expires_at);
        self.invitations.insert(invitation.id, invitation);
    }

    /// The invitations for a `fleet_ref`, the newest first.
    pub(crate) fn invitations_for(&self, fleet_ref: &str) -> impl Iterator<Item = &Invitation> {
        let ids = self.invitations_of.get(fleet_ref).map(Vec::as_slice).unwrap_or_default();
        ids.iter().rev().filter_map(|id| self.invitations.get(id))
    }

    /// Something expires then, perhaps earlier than all else.
    pub(crate) fn wake_at(&mut self, at: OffsetDateTime) {
        self.quiet_until = self.quiet_until.map(|until| until.min(at));
    }

    /// When the first of the open invitations and agreements runs out.
    pub(crate) fn first_to_expire(&self) -> Option<OffsetDateTime> {
        let open = self.invitations.values().filter(|one| one.status == InvitationStatus::Active);
        let live = |one: &&Agreement| matches!(one.status, AgreementStatus::Active | AgreementStatus::Paused);
        let ending = self.agreements.values().filter(live).filter_map(|one| one.expiration_date);
        open.map(|one| one.expires_at).chain(ending).min()
    }

    /// The agreement of a fleet.
    pub(crate) fn agreement_of(&self, fleet_id: Uuid) -> Option<&Agreement> {
        self.agreements.values().rev().find(|one| one.fleet_id == fleet_id)
    }

    /// The fleets with an active share agreement: those that a partner sees (CONTRACT.md 7).
    pub(crate) fn shared_fleets(&self) -> HashSet<Uuid> {
        let active = self.agreements.values().filter(|one| one.status == AgreementStatus::Active);
        active.map(|one| one.fleet_id).collect()
    }

    /// Everything that is kept, named: what a field's records are called in the file. No field can be forgotten: without
    /// a line here, this does not compile.
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
pub(crate) struct Token {
    /// By the clock itself, not by business time: a client counts `expires_in` with its own clock.
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) scopes: Vec<String>,
}

/// Status of an invitation (CONTRACT.md, "All enums").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum InvitationStatus {
    Active,
    Accepted,
    Declined,
    Expired,
    Deleted,
}

/// An invitation: `InvitationRead` without what follows from other things (CONTRACT.md 5).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Invitation {
    pub(crate) id: Uuid,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) expires_in_hours: u32,
    pub(crate) status: InvitationStatus,
    pub(crate) fleet_ref: String,
    pub(crate) fleet_name: Option<String>,
    pub(crate) fleet_email: Option<String>,
    pub(crate) fleet_regulatory_id: Option<String>,
    pub(crate) fleet_regulatory_id_type: Option<String>,
    pub(crate) fleet_phone: Option<String>,
    pub(crate) fleet_website: Option<String>,
    pub(crate) fleet_country_code: Option<String>,
    #[serde(with = "rfc3339::option")]
    pub(crate) accepted_at: Option<OffsetDateTime>,
    #[serde(with = "rfc3339::option")]
    pub(crate) declined_at: Option<OffsetDateTime>,
    pub(crate) decline_reason: Option<String>,
    pub(crate) pre_registration_access_token: Option<String>,
    pub(crate) pre_registration_refresh_token: Option<String>,
    pub(crate) callback_url: Option<String>,
    pub(crate) success_redirect_url: Option<String>,
    pub(crate) failure_redirect_url: Option<String>,
    pub(crate) limit_tsps: Option<Vec<String>>,
    pub(crate) fleet_id: Option<Uuid>,
    pub(crate) permissions: BTreeMap<String, String>,
}

/// A fleet, as the API shows it: in practice every field is there, null when unknown (CONTRACT.md 7).
#[derive(Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the contract's names")]
pub(crate) struct Fleet {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) fleet_ref: String,
    pub(crate) websites: Vec<String>,
    pub(crate) invitation_id: Uuid,
    pub(crate) regulatory_id: Option<String>,
    pub(crate) regulatory_id_type: Option<String>,
    pub(crate) registered_email: Option<String>,
    pub(crate) registered_phone: Option<String>,
    pub(crate) country_code: Option<String>,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
    #[serde(flatten)]
    pub(crate) more: FleetMore,
}

/// What only the fleet itself tells.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FleetMore {
    pub(crate) description: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) legal_name: Option<String>,
    pub(crate) dba_name: Option<String>,
    pub(crate) regulatory_id_date: Option<String>,
    pub(crate) regulatory_id_status: Option<String>,
    pub(crate) registered_fax: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) province: Option<String>,
    pub(crate) postal_code: Option<String>,
}

/// Status of a share agreement (CONTRACT.md 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AgreementStatus {
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
pub(crate) struct Agreement {
    pub(crate) id: Uuid,
    pub(crate) fleet_id: Uuid,
    pub(crate) partner_id: Uuid,
    pub(crate) fleet_ref: Option<String>,
    pub(crate) status: AgreementStatus,
    #[serde(with = "rfc3339")]
    pub(crate) effective_date: OffsetDateTime,
    #[serde(with = "rfc3339::option")]
    pub(crate) expiration_date: Option<OffsetDateTime>,
    pub(crate) scopes: BTreeMap<String, String>,
}

/// Status of a connection: those that the sandbox can bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConnectionStatus {
    Active,
    Stale,
}

/// A connection of a fleet with a provider, as the API shows it (CONTRACT.md 11).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Connection {
    pub(crate) id: Uuid,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
    pub(crate) fleet_id: Uuid,
    pub(crate) fleet_ref: Option<String>,
    pub(crate) tsp_id: Uuid,
    pub(crate) source_name: String,
    pub(crate) credentials: Value,
    pub(crate) status: ConnectionStatus,
    pub(crate) description: Option<String>,
}

/// Status of a fetch schedule: those that the sandbox can bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScheduleStatus {
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
pub(crate) struct Schedule {
    pub(crate) id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) resource: String,
    pub(crate) status: ScheduleStatus,
    /// When fetching began, or began again.
    #[serde(with = "rfc3339")]
    pub(crate) started_at: OffsetDateTime,
    /// When fetching stopped, if it did.
    #[serde(with = "rfc3339::option")]
    pub(crate) halted_at: Option<OffsetDateTime>,
    /// Earlier times of fetching that executions are still kept of.
    #[serde(default)]
    pub(crate) earlier: Vec<Run>,
    /// How many fetches failed in a row, when the last of them did.
    #[serde(default)]
    pub(crate) failed: u32,
    /// When that was.
    #[serde(default, with = "rfc3339::option")]
    pub(crate) failed_at: Option<OffsetDateTime>,
}

/// What a fleet asked for whose provider is not listed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct IntegrationRequest {
    pub(crate) id: Uuid,
    pub(crate) invitation_id: Uuid,
    pub(crate) ext_tsp_id: Uuid,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    pub(crate) contact_name: Option<String>,
    pub(crate) contact_email: Option<String>,
    pub(crate) notes: Option<String>,
}
