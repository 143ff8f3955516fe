//! The partner's own record: not in the public reference any more, so any refusal only means that it can't be read
//! (CONTRACT.md 9).

use reqwest::Method;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    client::Catena,
    error::CatenaError,
    paging::Pages,
};

static LIST: Call = Call::new(Method::GET, "/v2/orgs/partners", "partner:read");
static PROPERTIES: Call = Call::new(Method::GET, "/v2/orgs/partners/{partner_id}/properties", "partner-property:read");

#[derive(Deserialize)]
struct Partner {
    id: Uuid,
}

#[derive(Deserialize)]
struct Property {
    key: String,
    value: String,
}

impl Catena {
    /// The value of one of this partner's own properties, `default_callback_url` for example; none where it isn't set. A
    /// partner gets itself alone.
    pub async fn own_property(&self, key: &str) -> Result<Option<String>, CatenaError> {
        let partners: Vec<Partner> = Pages::new(self, &LIST, Vec::new()).all().await?;
        for partner in partners {
            let id = partner.id.to_string();
            let properties: Vec<Property> = self.json(&PROPERTIES, &Parts::ids(&[&id])).await?;
            if let Some(property) = properties.into_iter().find(|property| property.key == key) {
                return Ok(Some(property.value));
            }
        }
        Ok(None)
    }
}
