//! Telematics service providers: a public list of about two hundred rows, worth caching (CONTRACT.md 8, trap 26).

use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    listed::Listed,
    open_enum::open_enum,
    wire,
};

static LIST: Call = Call::open(Method::GET, "/v2/orgs/tsps");
static GET: Call = Call::open(Method::GET, "/v2/orgs/tsps/{id}");

open_enum! {
    /// Whether Catena offers a provider to fleets.
    pub enum TspStatus {
        Active = "active",
        Inactive = "inactive",
        Deleted = "deleted",
    }
}

open_enum! {
    /// Whether a provider complies with the rules of its registry.
    pub enum TspCompliance {
        Compliant = "compliant",
        NonCompliant = "non_compliant",
        Unknown = "unknown",
    }
}

/// A telematics service provider. `id` and `slug` identify it; several may share one `source_name`, which names an integration.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Tsp {
    /// Catena's id of the provider.
    pub id: Uuid,
    /// Its short name, which [`CreateInvitation::limit_tsps`](crate::CreateInvitation::limit_tsps) takes.
    #[serde(deserialize_with = "wire::text")]
    pub slug: String,
    /// Its name, to show.
    #[serde(deserialize_with = "wire::name")]
    pub name: String,
    /// The integration that reads its data.
    #[serde(deserialize_with = "wire::text")]
    pub source_name: String,
    /// How a fleet connects to it: which credentials it asks for.
    #[serde(deserialize_with = "wire::text")]
    pub conn_type: String,
    /// Whether it is offered to fleets.
    #[serde(default = "active")]
    pub status: TspStatus,
    /// Whether it complies with its registry's rules.
    #[serde(default = "unknown")]
    pub compliance_status: TspCompliance,
    /// Whether it exists for tests only.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub is_sandbox: bool,
    /// Free text about it.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub description: Option<String>,
    /// Its websites.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub websites: Vec<String>,
    /// Its logo, on somebody else's server.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub logo_url: Option<String>,
    /// Its logo for dark backgrounds, likewise.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub logo_dark_url: Option<String>,
    /// Its id in the registry's list.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub ext_tsp_id: Option<Uuid>,
    /// The registry that lists it, `fmcsa` for example.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub registry: Option<String>,
    /// When Catena created the record, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it last changed, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub updated_at: OffsetDateTime,
}

fn active() -> TspStatus {
    TspStatus::Active
}

fn unknown() -> TspCompliance {
    TspCompliance::Unknown
}

/// Which providers to list. A `None` field doesn't restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TspFilter {
    /// The provider with this slug.
    pub slug: Option<String>,
    /// The providers that this integration reads.
    pub source_name: Option<String>,
}

impl Catena {
    /// The providers that match `filter`, in a single answer. Sends no token.
    pub async fn tsps(&self, filter: &TspFilter) -> Result<Listed<Tsp>, CatenaError> {
        let mut query = Vec::new();
        query.extend(filter.slug.clone().map(|slug| ("slug", slug)));
        query.extend(filter.source_name.clone().map(|name| ("source_name", name)));
        self.list(&LIST, &Parts::query(query)).await
    }

    /// One provider; `None` if Catena doesn't know it. Sends no token.
    pub async fn tsp(&self, id: Uuid) -> Result<Option<Tsp>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }
}
