//! Share agreements: what a fleet has granted (CONTRACT.md 6). A fleet creates one by accepting an invitation; partners have no
//! call for it.

use domain::timestamp;
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
    patch::Change,
    resource::Permissions,
    wire,
};

/// The calls below one spelling of the path.
struct Calls {
    list: Call,
    get: Call,
    dates: Call,
    pause: Call,
    activate: Call,
    cancel: Call,
}

macro_rules! calls_below {
    ($path:literal) => {
        Calls {
            list: Call::new(Method::GET, $path, READ),
            get: Call::new(Method::GET, concat!($path, "/{id}"), READ),
            dates: Call::new(Method::PATCH, concat!($path, "/{id}"), UPDATE),
            pause: Call::new(Method::POST, concat!($path, "/{id}/pause"), UPDATE),
            activate: Call::new(Method::POST, concat!($path, "/{id}/activate"), UPDATE),
            cancel: Call::new(Method::POST, concat!($path, "/{id}/cancel"), UPDATE),
        }
    };
}

const READ: &str = "share-agreement:read";
const UPDATE: &str = "share-agreement:update";

static CURRENT: Calls = calls_below!("/v2/orgs/share-agreements");
/// Served until April 2026 (CONTRACT.md trap 1).
static OLDER: Calls = calls_below!("/v2/orgs/share_agreements");

open_enum! {
    /// Whether data flows under an agreement. `cancelled` is final.
    pub enum AgreementStatus {
        Active = "active",
        Paused = "paused",
        Cancelled = "cancelled",
        Deleted = "deleted",
        Expired = "expired",
    }
}

/// A share agreement between a fleet and a partner.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Agreement {
    /// Catena's id of the agreement.
    pub id: Uuid,
    /// The fleet that shares its data, by Catena's id.
    pub fleet_id: Uuid,
    /// The partner that receives the data.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub partner_id: Option<Uuid>,
    /// Our reference for the fleet.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_ref: Option<String>,
    /// Whether data flows.
    pub status: AgreementStatus,
    /// When it takes effect, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub effective_date: Option<OffsetDateTime>,
    /// When it ends, UTC; `None` if it has no end.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub expiration_date: Option<OffsetDateTime>,
    /// What is shared: the permissions that the invitation asked for when it was accepted.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub scopes: Permissions,
}

/// Which agreements to list. A `None` field doesn't restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgreementFilter {
    /// The agreements of this fleet, by Catena's id.
    pub fleet_id: Option<Uuid>,
    /// The agreements of this fleet, by our reference.
    pub fleet_ref: Option<String>,
    /// The agreements with this status.
    pub status: Option<AgreementStatus>,
}

impl AgreementFilter {
    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        query.extend(self.fleet_id.map(|id| ("fleet_id", id.to_string())));
        query.extend(self.fleet_ref.clone().map(|fleet_ref| ("fleet_ref", fleet_ref)));
        // Not `status`, which Catena would ignore and return everything (CONTRACT.md trap 11).
        query.extend(self.status.as_ref().map(|status| ("share_agreement_status", status.to_string())));
        query
    }
}

/// New dates of an agreement, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgreementDates {
    /// When it takes effect.
    pub effective: Change<OffsetDateTime>,
    /// When it ends; [`Change::Clear`] removes the end.
    pub expiration: Change<OffsetDateTime>,
}

#[derive(Serialize)]
struct DatesBody {
    #[serde(skip_serializing_if = "Change::is_keep")]
    effective_date: Change<String>,
    #[serde(skip_serializing_if = "Change::is_keep")]
    expiration_date: Change<String>,
}

impl Catena {
    /// Every agreement of this partner that Catena lists without a filter, page by page. Ended ones may be missing.
    pub fn agreement_pages(&self) -> AgreementPages {
        AgreementPages::new(self, Vec::new())
    }

    /// The agreements that match `filter`, in no particular order.
    pub async fn agreements(&self, filter: &AgreementFilter) -> Result<Listed<Agreement>, CatenaError> {
        let mut pages = AgreementPages::new(self, filter.query());
        let mut all = Listed::default();
        while let Some(page) = pages.next().await? {
            all.append(page);
        }
        Ok(all)
    }

    /// One agreement; `None` if Catena doesn't know it.
    pub async fn agreement(&self, id: Uuid) -> Result<Option<Agreement>, CatenaError> {
        self.find(&self.calls().get, &Parts::ids(&[&id.to_string()])).await
    }

    /// Changes the dates between which an agreement is in force. Catena may not allow this to a partner
    /// ([`CatenaError::Forbidden`]).
    pub async fn set_agreement_dates(&self, id: Uuid, dates: &AgreementDates) -> Result<Agreement, CatenaError> {
        let body = DatesBody {
            effective_date: dates.effective.map(timestamp::rfc3339),
            expiration_date: dates.expiration.map(timestamp::rfc3339),
        };
        self.json(&self.calls().dates, &Parts::ids(&[&id.to_string()]).body(&body)?).await
    }

    /// Stops the flow of data until the agreement is activated again. Catena hides the fleet in the meantime (CONTRACT.md trap 24).
    pub async fn pause_agreement(&self, id: Uuid) -> Result<Agreement, CatenaError> {
        self.json(&self.calls().pause, &Parts::ids(&[&id.to_string()])).await
    }

    /// Resumes a paused agreement: data flows again.
    pub async fn activate_agreement(&self, id: Uuid) -> Result<Agreement, CatenaError> {
        self.json(&self.calls().activate, &Parts::ids(&[&id.to_string()])).await
    }

    /// Ends an agreement permanently: only a new invitation brings the fleet back (CONTRACT.md trap 24).
    pub async fn cancel_agreement(&self, id: Uuid) -> Result<Agreement, CatenaError> {
        self.json(&self.calls().cancel, &Parts::ids(&[&id.to_string()])).await
    }

    fn calls(&self) -> &'static Calls {
        calls(self.has_older_agreements())
    }
}

/// A list of agreements, page by page. If Catena doesn't serve the path, the older spelling is tried, and the one that works is
/// remembered for every call about agreements (CONTRACT.md trap 1).
pub struct AgreementPages {
    catena: Catena,
    query: Vec<(&'static str, String)>,
    older: bool,
    pages: Pages<Agreement>,
    /// Whether this spelling of the path has answered.
    is_served: bool,
}

impl AgreementPages {
    fn new(catena: &Catena, query: Vec<(&'static str, String)>) -> Self {
        let older = catena.has_older_agreements();
        let pages = Pages::new(catena, &calls(older).list, query.clone());
        Self { catena: catena.clone(), query, older, pages, is_served: false }
    }

    /// The next page; `None` after the last one. After an error, the same page is requested again.
    pub async fn next(&mut self) -> Result<Option<Listed<Agreement>>, CatenaError> {
        match self.pages.next().await {
            Err(error) if !self.is_served && error.is_about_the_path() => {
                let mut elsewhere = Pages::new(&self.catena, &calls(!self.older).list, self.query.clone());
                // If neither is served, something else is wrong, and the first answer says more about it.
                let found = elsewhere.next().await.map_err(|_| error)?;
                self.catena.remember_older_agreements(!self.older);
                (self.pages, self.older, self.is_served) = (elsewhere, !self.older, true);
                Ok(found)
            }
            Ok(found) => {
                self.is_served = true;
                Ok(found)
            }
            Err(error) => Err(error),
        }
    }
}

fn calls(older: bool) -> &'static Calls {
    if older { &OLDER } else { &CURRENT }
}
