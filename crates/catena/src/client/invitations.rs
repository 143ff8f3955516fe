//! Invitations: made, read, listed, deleted (CONTRACT.md 5). Accepting and declining are the fleet's own calls.

use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use url::Url;
use uuid::Uuid;

use super::{
    call::{Call, Parts},
    catena::Catena,
    error::{CatenaError, Side},
    ids::InvitationId,
    open_enum::open_enum,
    paging::Pages,
    resource::Permissions,
    wire,
};
use platform::secret::Secret;

static CREATE: Call = Call::new(Method::POST, "/v2/orgs/invitations", "invitation:create");
static LIST: Call = Call::new(Method::GET, "/v2/orgs/invitations", "invitation:read");
static GET: Call = Call::open(Method::GET, "/v2/orgs/invitations/{id}");
static DELETE: Call = Call::new(Method::DELETE, "/v2/orgs/invitations/{id}", "invitation:delete");

open_enum! {
    /// Where an invitation stands. `active` with a past `expires_at` may occur: treat it as expired (CONTRACT.md trap 16).
    pub enum InvitationStatus {
        Active = "active",
        Accepted = "accepted",
        Declined = "declined",
        Expired = "expired",
        Deleted = "deleted",
    }
}

/// An invitation as Catena holds it. The pre-registration tokens, live credentials of the fleet, are dropped while it is
/// read and exist nowhere in Onramp (CONTRACT.md trap 3); so are the deprecated `partner_provided_*` twins.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Invitation {
    /// The id, a bearer secret.
    pub id: InvitationId,
    /// When it was first made, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it ends, UTC: the only authority on that (CONTRACT.md trap 16).
    #[serde(deserialize_with = "wire::moment")]
    pub expires_at: OffsetDateTime,
    /// The life that was asked for, in hours.
    #[serde(default)]
    pub expires_in_hours: Option<i64>,
    /// What the fleet opens, a bearer secret. To be taken from here, never built (CONTRACT.md trap 21).
    pub magic_link: Secret,
    /// Where it stands.
    pub status: InvitationStatus,
    /// Our id for the fleet. Always there by the current contract, null in records of older versions.
    #[serde(default)]
    pub fleet_ref: Option<String>,
    /// Catena's id for the fleet, once it has accepted.
    #[serde(default)]
    pub fleet_id: Option<Uuid>,
    /// The fleet's name, unless Catena invented it.
    #[serde(default, deserialize_with = "wire::real_name")]
    pub fleet_name: Option<String>,
    /// The fleet's e-mail address.
    #[serde(default)]
    pub fleet_email: Option<String>,
    /// The fleet's regulatory id, a DOT number for example.
    #[serde(default)]
    pub fleet_regulatory_id: Option<String>,
    /// What kind of id that is: free text, `DOT`, `MC`, `EASA` for example.
    #[serde(default)]
    pub fleet_regulatory_id_type: Option<String>,
    /// The fleet's telephone number; may come as `tel:+1-415-555-1234` (CONTRACT.md trap 17).
    #[serde(default)]
    pub fleet_phone: Option<String>,
    /// The fleet's site, unless Catena invented it.
    #[serde(default, deserialize_with = "wire::real_site")]
    pub fleet_website: Option<String>,
    /// The fleet's country, ISO 3166 alpha-3.
    #[serde(default)]
    pub fleet_country_code: Option<String>,
    /// When the fleet accepted, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub accepted_at: Option<OffsetDateTime>,
    /// When the fleet declined, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub declined_at: Option<OffsetDateTime>,
    /// The fleet's words on declining.
    #[serde(default)]
    pub decline_reason: Option<String>,
    /// Where events of this invitation alone are sent.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// Where the fleet's browser goes on success.
    #[serde(default)]
    pub success_redirect_url: Option<String>,
    /// Where the fleet's browser goes otherwise.
    #[serde(default)]
    pub failure_redirect_url: Option<String>,
    /// The providers to choose from; none means all.
    #[serde(default)]
    pub limit_tsps: Option<Vec<String>>,
    /// Who invites.
    #[serde(default)]
    pub partner_id: Option<Uuid>,
    /// Who invites, in short.
    #[serde(default)]
    pub partner_slug: Option<String>,
    /// What is asked for.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub permissions: Permissions,
}

/// Everything a partner may say about a new invitation; what is `None` is not sent. The rules on the values are
/// CONTRACT.md 5, traps 7 to 10 and 17.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateInvitation {
    /// Our id for the fleet, and the key of the upsert.
    pub fleet_ref: String,
    /// Letters, digits and spaces only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_name: Option<String>,
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_email: Option<String>,
    /// A DOT number, for example; the type goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_regulatory_id: Option<String>,
    /// `DOT`, `MC`, `EASA` or another; needed whenever the id is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_regulatory_id_type: Option<String>,
    /// E.164 with `+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_phone: Option<String>,
    /// The fleet's site, http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_website: Option<Url>,
    /// ISO 3166 alpha-3: `USA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_country_code: Option<String>,
    /// Where the fleet's browser goes on success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_redirect_url: Option<Url>,
    /// Where the fleet's browser goes otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_redirect_url: Option<Url>,
    /// HTTPS. Better left out: such deliveries can't be verified, and come on top of the subscriptions' own
    /// (WEBHOOKS.md 5.11).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<Url>,
    /// The providers to choose from; `None` offers all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_tsps: Option<Vec<String>>,
    /// What to ask for; `None` asks for `read` on everything (CONTRACT.md trap 10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// 1 to 672; `None` leaves Catena's 24.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_hours: Option<u16>,
}

impl CreateInvitation {
    /// The least that Catena takes.
    pub fn new(fleet_ref: impl Into<String>) -> Self {
        Self { fleet_ref: fleet_ref.into(), ..Self::default() }
    }
}

/// What an upsert did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upsert<T> {
    /// There was none: this one is new (201).
    Created(T),
    /// There was one already: this is it, refreshed (200).
    Refreshed(T),
}

impl<T> Upsert<T> {
    /// The record, whichever it is.
    pub fn into_inner(self) -> T {
        match self {
            Self::Created(record) | Self::Refreshed(record) => record,
        }
    }

    /// Whether the record is new.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}

impl Catena {
    /// Invites a fleet, or refreshes the invitation it has: the expiry moves, a declined one becomes active again, an
    /// accepted one's tokens are exchanged. So look first, ask before inviting who declined, and make one call at a time for
    /// a `fleet_ref` (CONTRACT.md traps 4 to 6).
    ///
    /// Repeated by itself only when nothing was sent or Catena asked to come back later; see
    /// [`CatenaError::may_have_happened`].
    pub async fn create_invitation(&self, new: &CreateInvitation) -> Result<Upsert<Invitation>, CatenaError> {
        let answer = self.call(&CREATE, &Parts::default().body(new)?).await?;
        let invitation = answer.json(Side::Api)?;
        Ok(if answer.status == StatusCode::CREATED {
            Upsert::Created(invitation)
        } else {
            Upsert::Refreshed(invitation)
        })
    }

    /// One invitation; none when Catena has none with this id or it was deleted (CONTRACT.md trap 15). Sends no token.
    pub async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>, CatenaError> {
        let found: Option<Invitation> = self.find(&GET, &Parts::ids(&[id.expose()])).await?;
        Ok(found.filter(|invitation| invitation.status != InvitationStatus::Deleted))
    }

    /// Every invitation of one fleet, in no promised order and of every status: pick by `status` and `created_at`
    /// (CONTRACT.md trap 6). Those of other fleets are dropped: a filter that Catena doesn't know it ignores, and answers with
    /// everything (trap 11). Capitals make no difference, since it isn't known whether they do at Catena (trap 8).
    pub async fn invitations_of(&self, fleet_ref: &str) -> Result<Vec<Invitation>, CatenaError> {
        let mut all: Vec<Invitation> = Pages::new(self, &LIST, vec![("fleet_ref", fleet_ref.to_owned())]).all().await?;
        all.retain(|one| one.fleet_ref.as_deref().is_none_or(|theirs| theirs.eq_ignore_ascii_case(fleet_ref)));
        Ok(all)
    }

    /// Every invitation of this partner. For many, use [`Self::invitation_pages`].
    pub async fn invitations(&self) -> Result<Vec<Invitation>, CatenaError> {
        self.invitation_pages().all().await
    }

    /// Every invitation of this partner, page by page.
    pub fn invitation_pages(&self) -> Pages<Invitation> {
        Pages::new(self, &LIST, Vec::new())
    }

    /// Deletes an invitation that was not accepted yet; afterwards Catena refuses (CONTRACT.md trap 15).
    pub async fn delete_invitation(&self, id: &InvitationId) -> Result<(), CatenaError> {
        self.delete(&DELETE, &Parts::ids(&[id.expose()])).await
    }
}
