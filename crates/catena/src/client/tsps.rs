//! Telematics providers: a public list, about two hundred rows, worth caching (CONTRACT.md 8, trap 26).

use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    open_enum::open_enum,
    wire,
};

static LIST: Call = Call::open(Method::GET, "/v2/orgs/tsps");
static GET: Call = Call::open(Method::GET, "/v2/orgs/tsps/{id}");

open_enum! {
    /// Whether a provider is offered.
    pub enum TspStatus {
        Active = "active",
        Inactive = "inactive",
        Deleted = "deleted",
    }
}

open_enum! {
    /// Whether a provider complies with its registry's rules.
    pub enum TspCompliance {
        Compliant = "compliant",
        NonCompliant = "non_compliant",
        Unknown = "unknown",
    }
}

/// A telematics provider. `id` and `slug` identify it; several share one `source_name`, which names an integration.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Tsp {
    /// Its id.
    pub id: Uuid,
    /// Its id in words.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The integration that reads it.
    pub source_name: String,
    /// How a fleet connects it: which credentials it asks for.
    pub conn_type: String,
    /// Whether it is offered.
    #[serde(default = "active")]
    pub status: TspStatus,
    /// Whether it complies.
    #[serde(default = "unknown")]
    pub compliance_status: TspCompliance,
    /// Whether it is there for trying only.
    #[serde(default)]
    pub is_sandbox: bool,
    /// About it.
    #[serde(default)]
    pub description: Option<String>,
    /// Its sites.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub websites: Vec<String>,
    /// Its logo, on somebody else's server.
    #[serde(default)]
    pub logo_url: Option<String>,
    /// Its logo for dark backgrounds.
    #[serde(default)]
    pub logo_dark_url: Option<String>,
    /// Its id in the registry's list.
    #[serde(default)]
    pub ext_tsp_id: Option<Uuid>,
    /// Where it is registered: `fmcsa`.
    #[serde(default)]
    pub registry: Option<String>,
    /// When Catena first knew it, UTC.
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

/// Which providers to list; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TspFilter {
    /// The one of this slug.
    pub slug: Option<String>,
    /// Those read by this integration.
    pub source_name: Option<String>,
}

impl Catena {
    /// The providers that match, all at once. Sends no token.
    pub async fn tsps(&self, filter: &TspFilter) -> Result<Vec<Tsp>, CatenaError> {
        let mut query = Vec::new();
        query.extend(filter.slug.clone().map(|slug| ("slug", slug)));
        query.extend(filter.source_name.clone().map(|name| ("source_name", name)));
        self.json(&LIST, &Parts::query(query)).await
    }

    /// One provider; none when Catena knows no such provider. Sends no token.
    pub async fn tsp(&self, id: Uuid) -> Result<Option<Tsp>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }
}
