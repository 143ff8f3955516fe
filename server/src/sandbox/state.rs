//! Everything a sandbox remembers: plain values, as they go into the snapshot. Records are shaped as the API shows them
//! where that is possible, so a view adds little. No `Debug` on what holds secrets.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{delivery::Deliveries, errors::ApiError, ids::EventIds, stamp, subscriptions::Subscription};

/// What a sandbox remembers.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// The one partner of this sandbox.
    pub(super) partner_id: Uuid,
    /// Properties of the partner's own record, by key (CONTRACT.md 9).
    pub(super) partner_properties: BTreeMap<String, PartnerProperty>,
    /// How far the sandbox's business time is ahead of the clock.
    pub(super) clock_offset_seconds: i64,
    pub(super) invitations: BTreeMap<Uuid, Invitation>,
    /// Invitations whose link was opened in their present round.
    pub(super) viewed: BTreeSet<Uuid>,
    pub(super) fleets: BTreeMap<Uuid, Fleet>,
    pub(super) agreements: BTreeMap<Uuid, Agreement>,
    pub(super) connections: BTreeMap<Uuid, Connection>,
    pub(super) schedules: BTreeMap<Uuid, Schedule>,
    pub(super) integration_requests: Vec<IntegrationRequest>,
    pub(super) subscriptions: BTreeMap<Uuid, Subscription>,
    pub(super) deliveries: Deliveries,
    pub(super) event_ids: EventIds,
    /// Access tokens are forgotten at a restart: a client must cope with a 401.
    #[serde(skip)]
    pub(super) tokens: BTreeMap<String, Token>,
    /// Answers that the next calls of the API get instead of the right ones.
    #[serde(skip)]
    pub(super) faults: VecDeque<ApiError>,
}

/// An access token.
pub(super) struct Token {
    /// By the clock itself, not by business time: a client counts `expires_in` with its own clock.
    pub(super) expires_at: OffsetDateTime,
    pub(super) scopes: Vec<String>,
}

/// A property of the partner's own record.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PartnerProperty {
    pub(super) id: Uuid,
    pub(super) value: String,
    #[serde(with = "stamp")]
    pub(super) created_at: OffsetDateTime,
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

/// A fleet: what is known of it in `FleetRead` (CONTRACT.md 7).
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
}

/// Status of a share agreement (CONTRACT.md 6). Paused, cancelled and expired ones come with the calls that make them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AgreementStatus {
    Active,
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
}

/// What a fleet asked for whose provider is not listed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct IntegrationRequest {
    pub(super) id: Uuid,
    pub(super) invitation_id: Uuid,
    #[serde(with = "stamp")]
    pub(super) created_at: OffsetDateTime,
    pub(super) provider: String,
    pub(super) contact_name: Option<String>,
    pub(super) contact_email: Option<String>,
    pub(super) notes: Option<String>,
}
