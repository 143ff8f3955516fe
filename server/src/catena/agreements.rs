//! Share agreements: what a fleet has granted (CONTRACT.md 6). Acceptance makes them; there is no call that does.

use reqwest::Method;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    call::Call, client::Catena, error::CatenaError, open_enum::open_enum, paging::Pages, resource::Permissions, wire,
};

/// With a hyphen; an underscore was served until April 2026 (CONTRACT.md trap 1).
static LIST: Call = Call::new(Method::GET, "/v2/orgs/share-agreements", "share-agreement:read");

open_enum! {
    /// Whether data flows under an agreement.
    pub enum AgreementStatus {
        Active = "active",
        Paused = "paused",
        Cancelled = "cancelled",
        Deleted = "deleted",
        Expired = "expired",
    }
}

/// A share agreement.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Agreement {
    /// Its id.
    pub id: Uuid,
    /// The fleet that shares.
    pub fleet_id: Uuid,
    /// The partner that receives.
    #[serde(default)]
    pub partner_id: Option<Uuid>,
    /// Our id for the fleet.
    #[serde(default)]
    pub fleet_ref: Option<String>,
    /// Whether data flows.
    pub status: AgreementStatus,
    /// From when it holds, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub effective_date: Option<OffsetDateTime>,
    /// Until when it holds, UTC; none is without an end.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub expiration_date: Option<OffsetDateTime>,
    /// What is shared: the invitation's permissions at the time of acceptance.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub scopes: Permissions,
}

/// Which agreements to list; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreementFilter {
    /// Of this fleet, by Catena's id.
    pub fleet_id: Option<Uuid>,
    /// Of this fleet, by our id.
    pub fleet_ref: Option<String>,
    /// Of this status.
    pub status: Option<AgreementStatus>,
}

impl Catena {
    /// Every agreement of this partner that Catena lists unasked, page by page. Ended ones may be missing.
    pub fn agreement_pages(&self) -> Pages<Agreement> {
        Pages::new(self, &LIST, Vec::new())
    }

    /// The agreements that match, in no promised order.
    pub async fn agreements(&self, filter: &AgreementFilter) -> Result<Vec<Agreement>, CatenaError> {
        let AgreementFilter { fleet_id, fleet_ref, status } = filter;
        let mut query = Vec::new();
        query.extend(fleet_id.map(|id| ("fleet_id", id.to_string())));
        query.extend(fleet_ref.clone().map(|fleet_ref| ("fleet_ref", fleet_ref)));
        // Not `status`, which Catena would ignore and return everything (CONTRACT.md trap 11).
        query.extend(status.as_ref().map(|status| ("share_agreement_status", status.to_string())));
        Pages::new(self, &LIST, query).all().await
    }
}
