//! The records, in the shape in which the API shows them where possible, so that a view adds little. They are also what
//! the file holds, so their field names can't change. No `Debug` on records that hold secrets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::state::rfc3339;

/// A record as JSON. All records of the sandbox can be written as JSON.
pub(crate) fn json<T: Serialize>(record: &T) -> Value {
    serde_json::to_value(record).unwrap_or_default()
}

/// An access token.
pub(crate) struct Token {
    /// In clock time, not business time: a client counts `expires_in` with its own clock.
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) scopes: Vec<String>,
}

/// A partner: `PartnerRead` (CONTRACT.md 9).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Partner {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) slug: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) websites: Option<Vec<String>>,
    pub(crate) categories: Vec<String>,
    pub(crate) is_sandbox: bool,
    pub(crate) parent_partner_id: Option<Uuid>,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
}

/// A property of a fleet or a partner (CONTRACT.md 7 and 9).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Property {
    pub(crate) id: Uuid,
    /// The id of the fleet or partner.
    pub(crate) owner: Uuid,
    pub(crate) key: String,
    pub(crate) value: String,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
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

/// An invitation: `InvitationRead` without the fields that follow from others (CONTRACT.md 5).
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

/// A fleet as the API shows it: in practice with every field, null if unknown (CONTRACT.md 7).
#[derive(Clone, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "these are the contract's names")]
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
    pub(crate) details: FleetDetails,
}

/// What only the fleet itself can set.
#[derive(Default, Clone, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FleetDetails {
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
    Active,
    Paused,
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

/// A telematics provider: `TspRead` (CONTRACT.md 8). `id` and `slug` identify it; `source_name` names the integration,
/// which several brands may share.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Tsp {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) source_name: String,
    pub(crate) status: String,
    pub(crate) conn_type: String,
    pub(crate) description: Option<String>,
    pub(crate) websites: Option<Vec<String>>,
    pub(crate) is_sandbox: bool,
    pub(crate) logo_url: Option<String>,
    pub(crate) logo_dark_url: Option<String>,
    pub(crate) ext_tsp_id: Option<Uuid>,
    pub(crate) registry: Option<String>,
    pub(crate) compliance_status: String,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
}

/// A provider in a public registry. Catena may or may not have an integration with it (CONTRACT.md 8).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ExternalTsp {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) website: Option<String>,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
}

/// A fleet's request to integrate an external provider.
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

/// Status of a connection: only those that can occur in the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConnectionStatus {
    Active,
    Stale,
}

/// A fleet's connection with a provider, as the API shows it (CONTRACT.md 11).
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

/// Status of a subscription (WEBHOOKS.md 5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SubscriptionStatus {
    Active,
    Paused,
    /// Turned off by the circuit breaker.
    Stale,
    Deleted,
}

impl SubscriptionStatus {
    /// The contract's name for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Stale => "stale",
            Self::Deleted => "deleted",
        }
    }
}

/// The fleets that a subscription is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filters {
    pub(crate) fleet_ids: Option<Vec<Uuid>>,
    pub(crate) fleet_refs: Option<Vec<String>>,
}

/// A webhook subscription (WEBHOOKS.md 5). No `Debug`: it holds its signing secret.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: Uuid,
    pub(crate) url: String,
    pub(crate) event_name: String,
    pub(crate) filters: Option<Filters>,
    pub(crate) secret: String,
    pub(crate) status: SubscriptionStatus,
    #[serde(with = "rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    #[serde(with = "rfc3339")]
    pub(crate) updated_at: OffsetDateTime,
}
