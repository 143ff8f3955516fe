//! The partner's own record and properties (CONTRACT.md 9). Not in the public reference any more: expect
//! [`CatenaError::Forbidden`] and [`CatenaError::NotFound`], and do without.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::CatenaError,
    open_enum::open_enum,
    paging::Pages,
    wire,
};

static LIST: Call = Call::new(Method::GET, "/v2/orgs/partners", "partner:read");
static GET: Call = Call::new(Method::GET, "/v2/orgs/partners/{id}", "partner:read");
static PROPERTIES: Call = Call::new(Method::GET, "/v2/orgs/partners/{id}/properties", "partner-property:read");
static ADD: Call = Call::new(Method::POST, "/v2/orgs/partners/{id}/properties", "partner-property:create");
// The scope is no slip (CONTRACT.md 2).
static DELETE: Call = Call::new(Method::DELETE, "/v2/orgs/partners/{id}/properties/{id}", "partner-property:create");

/// A partner.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Partner {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its id in words.
    #[serde(default)]
    pub slug: Option<String>,
    /// About it.
    #[serde(default)]
    pub description: Option<String>,
    /// Its sites.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub websites: Vec<String>,
    /// What it does, in Catena's words.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub categories: Vec<String>,
    /// Whether it is there for trying only.
    #[serde(default)]
    pub is_sandbox: bool,
    /// The partner above it.
    #[serde(default)]
    pub parent_partner_id: Option<Uuid>,
    /// When Catena first knew it, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it last changed, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub updated_at: OffsetDateTime,
}

open_enum! {
    /// What a property says.
    pub enum PartnerPropertyKey {
        DefaultFailureRedirectUrl = "default_failure_redirect_url",
        DefaultSuccessRedirectUrl = "default_success_redirect_url",
        /// Where the events of every invitation go on top of the subscriptions: with it, each event comes twice
        /// (WEBHOOKS.md 5.11).
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

/// A property of a partner. It can't be changed: delete it and add it anew.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PartnerProperty {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    #[serde(default)]
    pub partner_id: Option<Uuid>,
    /// What it says.
    pub key: PartnerPropertyKey,
    /// What is said.
    pub value: String,
    /// When it was made, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub created_at: Option<OffsetDateTime>,
}

/// A new property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewPartnerProperty {
    /// What it says.
    pub key: PartnerPropertyKey,
    /// What is said.
    pub value: String,
}

impl Catena {
    /// The partners that this client may see: itself (CONTRACT.md 9).
    pub async fn partners(&self) -> Result<Vec<Partner>, CatenaError> {
        Pages::new(self, &LIST, Vec::new()).all().await
    }

    /// One partner; none when Catena knows no such partner.
    pub async fn partner(&self, id: Uuid) -> Result<Option<Partner>, CatenaError> {
        self.find(&GET, &Parts::ids(&[&id.to_string()])).await
    }

    /// The properties of a partner.
    pub async fn partner_properties(&self, partner: Uuid) -> Result<Vec<PartnerProperty>, CatenaError> {
        self.json(&PROPERTIES, &Parts::ids(&[&partner.to_string()])).await
    }

    /// The property with which each event comes twice, where one is set: to be asked for before webhooks are set up.
    pub async fn default_callback_url(&self, partner: Uuid) -> Result<Option<PartnerProperty>, CatenaError> {
        let properties = self.partner_properties(partner).await?;
        Ok(properties.into_iter().find(|property| property.key == PartnerPropertyKey::DefaultCallbackUrl))
    }

    /// The address that is set as this partner's own `default_callback_url`; none where none is set.
    pub async fn own_default_callback_url(&self) -> Result<Option<String>, CatenaError> {
        for partner in self.partners().await? {
            if let Some(property) = self.default_callback_url(partner.id).await? {
                return Ok(Some(property.value));
            }
        }
        Ok(None)
    }

    /// Adds properties, all of them in one call.
    pub async fn add_partner_properties(
        &self,
        partner: Uuid,
        new: &[NewPartnerProperty],
    ) -> Result<Vec<PartnerProperty>, CatenaError> {
        self.json(&ADD, &Parts::ids(&[&partner.to_string()]).body(&new)?).await
    }

    /// Deletes a property.
    pub async fn delete_partner_property(&self, partner: Uuid, property: Uuid) -> Result<(), CatenaError> {
        self.delete(&DELETE, &Parts::ids(&[&partner.to_string(), &property.to_string()])).await
    }
}
