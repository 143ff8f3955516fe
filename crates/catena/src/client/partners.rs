//! The partner's own record and properties (CONTRACT.md 9). No longer in the public reference: callers must cope with
//! [`CatenaError::Forbidden`] and [`CatenaError::NotFound`].

use reqwest::Method;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    listed::Listed,
    open_enum::open_enum,
    paging::Pages,
    wire,
};

static LIST: Call = Call::new(Method::GET, "/v2/orgs/partners", "partner:read");
static GET: Call = Call::new(Method::GET, "/v2/orgs/partners/{id}", "partner:read");
static PROPERTIES: Call = Call::new(Method::GET, "/v2/orgs/partners/{id}/properties", "partner-property:read");
static ADD: Call = Call::new(Method::POST, "/v2/orgs/partners/{id}/properties", "partner-property:create");
// Not a mistake: deleting needs the scope for creating (CONTRACT.md 2).
static DELETE: Call = Call::new(Method::DELETE, "/v2/orgs/partners/{id}/properties/{id}", "partner-property:create");

/// A partner: a company that receives data of fleets.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Partner {
    /// Catena's id of the partner.
    pub id: Uuid,
    /// Its name.
    #[serde(deserialize_with = "wire::name")]
    pub name: String,
    /// Its short name.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub slug: Option<String>,
    /// Free text about it.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub description: Option<String>,
    /// Its websites.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub websites: Vec<String>,
    /// What it does, in Catena's words.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub categories: Vec<String>,
    /// Whether it exists for tests only.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub is_sandbox: bool,
    /// The partner it is part of.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub parent_partner_id: Option<Uuid>,
    /// When Catena created the record, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it last changed, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub updated_at: OffsetDateTime,
}

open_enum! {
    /// What a property is about.
    pub enum PartnerPropertyKey {
        DefaultFailureRedirectUrl = "default_failure_redirect_url",
        DefaultSuccessRedirectUrl = "default_success_redirect_url",
        /// Where Catena sends the events of every invitation in addition to the subscriptions. If it is set, each event arrives
        /// twice (WEBHOOKS.md 5.11).
        DefaultCallbackUrl = "default_callback_url",
        DefaultInvitationExpiresInHours = "default_invitation_expires_in_hours",
        ContractSigned = "contract_signed",
        ContractUrl = "contract_url",
        ContractStartedAt = "contract_started_at",
        BillingModel = "billing_model",
        BillingDayOfMonth = "billing_day_of_month",
        AccountStatus = "account_status",
        Notes = "notes",
    }
}

/// A property of a partner. There is no call to change one: delete it and add it again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PartnerProperty {
    /// Catena's id of the property.
    pub id: Uuid,
    /// The partner it belongs to.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub partner_id: Option<Uuid>,
    /// What it is about.
    pub key: PartnerPropertyKey,
    /// Its value, as text.
    pub value: String,
    /// When it was added, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub created_at: Option<OffsetDateTime>,
}

/// A property to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPartnerProperty {
    /// What it is about.
    pub key: PartnerPropertyKey,
    /// Its value, as text.
    pub value: String,
}

impl Catena {
    /// The partners that this client may see: only itself (CONTRACT.md 9).
    pub async fn partners(&self) -> Result<Listed<Partner>, CatenaError> {
        Pages::new(self, &LIST, Vec::new()).all().await
    }

    /// One partner; `None` if Catena doesn't know it.
    pub async fn partner(&self, id: Uuid) -> Result<Option<Partner>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }

    /// All properties of a partner.
    pub async fn partner_properties(&self, partner: Uuid) -> Result<Listed<PartnerProperty>, CatenaError> {
        self.list(&PROPERTIES, &Parts::ids(&[&partner.to_string()])).await
    }

    /// The partner's `default_callback_url`, if it is set. Check this before setting up webhooks: with it, each event arrives twice.
    pub async fn default_callback_url(&self, partner: Uuid) -> Result<Option<PartnerProperty>, CatenaError> {
        let properties = self.partner_properties(partner).await?;
        Ok(properties.into_iter().find(|property| property.key == PartnerPropertyKey::DefaultCallbackUrl))
    }

    /// The value of our own `default_callback_url`; `None` if it isn't set.
    pub async fn own_default_callback_url(&self) -> Result<Option<String>, CatenaError> {
        for partner in self.partners().await? {
            if let Some(property) = self.default_callback_url(partner.id).await? {
                return Ok(Some(property.value));
            }
        }
        Ok(None)
    }

    /// Adds properties in a single call and returns them.
    pub async fn add_partner_properties(
        &self,
        partner: Uuid,
        new: &[NewPartnerProperty],
    ) -> Result<Listed<PartnerProperty>, CatenaError> {
        self.list(&ADD, &Parts::ids(&[&partner.to_string()]).body(&new)?).await
    }

    /// Deletes one property of a partner.
    pub async fn delete_partner_property(&self, partner: Uuid, property: Uuid) -> Result<(), CatenaError> {
        self.delete(&DELETE, &Parts::ids(&[&partner.to_string(), &property.to_string()])).await
    }
}
