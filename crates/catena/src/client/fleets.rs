//! Fleets whose agreement is active: Catena hides a fleet while its agreement is paused or after it ended (CONTRACT.md 7,
//! trap 24).

use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    ids::InvitationId,
    listed::Listed,
    paging::Pages,
    wire,
};

static LIST: Call = Call::new(Method::GET, "/v2/orgs/fleets", "fleet:read");
static GET: Call = Call::new(Method::GET, "/v2/orgs/fleets/{id}", "fleet:read");

/// The largest number of references or ids that one call accepts (CONTRACT.md 7 and 11).
pub(crate) const MOST_AT_ONCE: usize = 100;

/// A fleet. Catena invents a name and a website for a nameless fleet, and both contain its invitation's id; they are dropped
/// (CONTRACT.md trap 18).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Fleet {
    /// Catena's id of the fleet.
    pub id: Uuid,
    /// Our reference for it. Always present according to the current contract.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_ref: Option<String>,
    /// The invitation that it accepted, a bearer secret.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub invitation_id: Option<InvitationId>,
    /// Its name, unless Catena invented it.
    #[serde(default, deserialize_with = "wire::real_name")]
    pub name: Option<String>,
    /// The name to show.
    #[serde(default, deserialize_with = "wire::real_name")]
    pub display_name: Option<String>,
    /// Its legal name.
    #[serde(default, deserialize_with = "wire::real_name")]
    pub legal_name: Option<String>,
    /// The name it does business as.
    #[serde(default, deserialize_with = "wire::real_name")]
    pub dba_name: Option<String>,
    /// Free text about it.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub description: Option<String>,
    /// Its websites, without the one that Catena invents.
    #[serde(default, deserialize_with = "wire::real_sites")]
    pub websites: Vec<String>,
    /// Its regulatory id, a DOT number for example.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub regulatory_id: Option<String>,
    /// The kind of regulatory id: `DOT`, `MC`, `EASA`, or other text.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub regulatory_id_type: Option<String>,
    /// The day from which the regulatory id is valid, `YYYY-MM-DD`.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub regulatory_id_date: Option<String>,
    /// Whether the regulatory id is valid, in Catena's words.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub regulatory_id_status: Option<String>,
    /// Its registered e-mail address.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub registered_email: Option<String>,
    /// Its registered phone number.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub registered_phone: Option<String>,
    /// Its registered fax number.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub registered_fax: Option<String>,
    /// Street and number.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub address: Option<String>,
    /// City.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub city: Option<String>,
    /// State or province.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub province: Option<String>,
    /// Postal code.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub postal_code: Option<String>,
    /// Country, ISO 3166-1 alpha-3.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub country_code: Option<String>,
    /// When Catena created the record, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it last changed, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub updated_at: OffsetDateTime,
}

impl Catena {
    /// One fleet; `None` if Catena doesn't know it or hides it.
    pub async fn fleet(&self, id: Uuid) -> Result<Option<Fleet>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }

    /// Every fleet whose agreement is active.
    pub async fn fleets(&self) -> Result<Listed<Fleet>, CatenaError> {
        Pages::new(self, &LIST, Vec::new()).all().await
    }

    /// Those of the given fleets whose agreement is active. Makes one call for every hundred references, and none if there are
    /// none.
    pub async fn fleets_of(&self, fleet_refs: &[String]) -> Result<Listed<Fleet>, CatenaError> {
        let mut fleets = Listed::default();
        for portion in fleet_refs.chunks(MOST_AT_ONCE) {
            let query = portion.iter().map(|fleet_ref| ("fleet_refs", fleet_ref.clone())).collect();
            fleets.append(Pages::new(self, &LIST, query).all().await?);
        }
        Ok(fleets)
    }
}
