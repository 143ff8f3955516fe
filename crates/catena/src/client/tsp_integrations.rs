//! Which data each telematics provider can give: a public list (CONTRACT.md 8).

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    open_enum::open_enum,
    paging::Pages,
    resource::Resource,
    wire,
};

static LIST: Call = Call::open(Method::GET, "/v2/integrations/tsps");
static GET: Call = Call::open(Method::GET, "/v2/integrations/tsps/{id}");

open_enum! {
    /// Whether a resource comes from a provider. `not_implemented`: the provider has it, Catena doesn't fetch it yet.
    pub enum IntegrationStatus {
        Implemented = "implemented",
        NotImplemented = "not_implemented",
        NotSupported = "not_supported",
    }
}

/// What a provider can give.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TspIntegrations {
    /// The provider.
    pub tsp_id: Uuid,
    /// The provider, in words.
    #[serde(default)]
    pub slug: Option<String>,
    /// The integration that reads it.
    #[serde(default)]
    pub source_name: Option<String>,
    /// Resource by resource; one that is missing is not known.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub integrations: BTreeMap<Resource, IntegrationStatus>,
}

impl TspIntegrations {
    /// The resources that it gives, in alphabetical order.
    pub fn implemented(&self) -> impl Iterator<Item = &Resource> {
        let given = |(_, status): &(&Resource, &IntegrationStatus)| **status == IntegrationStatus::Implemented;
        self.integrations.iter().filter(given).map(|(resource, _)| resource)
    }
}

impl Catena {
    /// What each provider can give. Sends no token; worth caching (CONTRACT.md trap 26).
    pub async fn tsp_integrations(&self) -> Result<Vec<TspIntegrations>, CatenaError> {
        Pages::new(self, &LIST, Vec::new()).all().await
    }

    /// What one provider can give; none when Catena knows no such provider. Sends no token.
    pub async fn integrations_of_tsp(&self, tsp: Uuid) -> Result<Option<TspIntegrations>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&tsp.to_string()])).await
    }
}
