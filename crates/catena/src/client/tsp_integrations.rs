//! Which data Catena can get from each telematics provider: a public list (CONTRACT.md 8).

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    listed::Listed,
    open_enum::open_enum,
    paging::Pages,
    resource::Resource,
    wire,
};

static LIST: Call = Call::open(Method::GET, "/v2/integrations/tsps");
static GET: Call = Call::open(Method::GET, "/v2/integrations/tsps/{id}");

open_enum! {
    /// Whether Catena gets a resource from a provider. `not_implemented`: the provider has it, but Catena doesn't fetch it yet.
    pub enum IntegrationStatus {
        Implemented = "implemented",
        NotImplemented = "not_implemented",
        NotSupported = "not_supported",
    }
}

/// Which data Catena can get from one provider.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TspIntegrations {
    /// The provider, by id.
    pub tsp_id: Uuid,
    /// The provider, by slug.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub slug: Option<String>,
    /// The integration that reads its data.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub source_name: Option<String>,
    /// The status of each resource. A missing one is unknown.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub integrations: BTreeMap<Resource, IntegrationStatus>,
}

impl TspIntegrations {
    /// The resources that Catena gets, in alphabetical order.
    pub fn implemented(&self) -> impl Iterator<Item = &Resource> {
        let given = |(_, status): &(&Resource, &IntegrationStatus)| **status == IntegrationStatus::Implemented;
        self.integrations.iter().filter(given).map(|(resource, _)| resource)
    }
}

impl Catena {
    /// Which data Catena can get from each provider. Sends no token. Worth caching (CONTRACT.md trap 26).
    pub async fn tsp_integrations(&self) -> Result<Listed<TspIntegrations>, CatenaError> {
        Pages::new(self, &LIST, Vec::new()).all().await
    }

    /// Which data Catena can get from one provider; `None` if Catena doesn't know it. Sends no token.
    pub async fn integrations_of_tsp(&self, tsp: Uuid) -> Result<Option<TspIntegrations>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&tsp.to_string()])).await
    }
}
