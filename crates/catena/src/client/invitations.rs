//! Invitations: create, read, list, delete (CONTRACT.md 5). Accepting and declining are the fleet's own calls.

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
    listed::Listed,
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
    /// The state of an invitation. It may be `active` although `expires_at` has passed: treat that as expired (CONTRACT.md
    /// trap 16).
    pub enum InvitationStatus {
        Active = "active",
        Accepted = "accepted",
        Declined = "declined",
        Expired = "expired",
        Deleted = "deleted",
    }
}

/// An invitation as Catena returns it. The pre-registration tokens, live credentials of the fleet, are dropped when the record is
/// read and exist nowhere in Onramp (CONTRACT.md trap 3). So are the deprecated `partner_provided_*` fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Invitation {
    /// The id, a bearer secret.
    pub id: InvitationId,
    /// When it was first created, UTC.
    #[serde(deserialize_with = "wire::moment")]
    pub created_at: OffsetDateTime,
    /// When it expires, UTC. Nothing else says so reliably (CONTRACT.md trap 16).
    #[serde(deserialize_with = "wire::moment")]
    pub expires_at: OffsetDateTime,
    /// The validity that was asked for, in hours.
    #[serde(default, deserialize_with = "wire::maybe_whole")]
    pub expires_in_hours: Option<i64>,
    /// The link that the fleet opens, a bearer secret. Always use this one, never build it (CONTRACT.md trap 21).
    pub magic_link: Secret,
    /// Its state.
    pub status: InvitationStatus,
    /// Our reference for the fleet. Always present according to the current contract; null in older records.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_ref: Option<String>,
    /// Catena's id for the fleet, once it has accepted.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub fleet_id: Option<Uuid>,
    /// The fleet's name, unless Catena invented it.
    #[serde(default, deserialize_with = "wire::real_name")]
    pub fleet_name: Option<String>,
    /// The fleet's e-mail address.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_email: Option<String>,
    /// The fleet's regulatory id, a DOT number for example.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_regulatory_id: Option<String>,
    /// The kind of that id, free text: `DOT`, `MC`, `EASA` for example.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_regulatory_id_type: Option<String>,
    /// The fleet's phone number; may come as `tel:+1-415-555-1234` (CONTRACT.md trap 17).
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_phone: Option<String>,
    /// The fleet's website, unless Catena invented it.
    #[serde(default, deserialize_with = "wire::real_site")]
    pub fleet_website: Option<String>,
    /// The fleet's country, ISO 3166-1 alpha-3.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub fleet_country_code: Option<String>,
    /// When the fleet accepted, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub accepted_at: Option<OffsetDateTime>,
    /// When the fleet declined, UTC.
    #[serde(default, deserialize_with = "wire::maybe_moment")]
    pub declined_at: Option<OffsetDateTime>,
    /// Why the fleet declined, in its own words.
    #[serde(default, deserialize_with = "wire::maybe_lines")]
    pub decline_reason: Option<String>,
    /// Where Catena sends the events of this invitation, in addition to the subscriptions.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub callback_url: Option<String>,
    /// Where the fleet's browser goes after success.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub success_redirect_url: Option<String>,
    /// Where the fleet's browser goes after any other outcome.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub failure_redirect_url: Option<String>,
    /// The providers that the fleet may choose from, by slug; `None` for all.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub limit_tsps: Option<Vec<String>>,
    /// The partner that invites, by id.
    #[serde(default, deserialize_with = "wire::if_it_fits")]
    pub partner_id: Option<Uuid>,
    /// The partner that invites, by slug.
    #[serde(default, deserialize_with = "wire::maybe_text")]
    pub partner_slug: Option<String>,
    /// What it asks the fleet to share.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub permissions: Permissions,
}

/// Everything a partner may say about a new invitation. A `None` field is not sent. The rules for the values are in CONTRACT.md 5
/// and its traps 7 to 10 and 17.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CreateInvitation {
    /// Our reference for the fleet, and the key of the upsert.
    pub fleet_ref: String,
    /// The fleet's name: letters, digits, and spaces only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_name: Option<String>,
    /// The fleet's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_email: Option<String>,
    /// The fleet's regulatory id, a DOT number for example. Needs the type below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_regulatory_id: Option<String>,
    /// `DOT`, `MC`, `EASA`, or other text. Required with the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_regulatory_id_type: Option<String>,
    /// The fleet's phone number in E.164, with `+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_phone: Option<String>,
    /// The fleet's website, http or https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_website: Option<Url>,
    /// The fleet's country, ISO 3166-1 alpha-3: `USA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_country_code: Option<String>,
    /// Where the fleet's browser goes after success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_redirect_url: Option<Url>,
    /// Where the fleet's browser goes after any other outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_redirect_url: Option<Url>,
    /// Where Catena sends the events of this invitation, HTTPS. Better left out: such deliveries can't be verified, and come in
    /// addition to those of the subscriptions (WEBHOOKS.md 5.11).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<Url>,
    /// The providers that the fleet may choose from, by slug; `None` offers all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_tsps: Option<Vec<String>>,
    /// What to ask the fleet to share; `None` asks for `read` on everything (CONTRACT.md trap 10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Permissions>,
    /// How long it is valid, 1 to 672 hours; `None` means Catena's default, 24.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_hours: Option<u16>,
}

impl CreateInvitation {
    /// The minimum that Catena accepts.
    pub fn new(fleet_ref: impl Into<String>) -> Self {
        Self { fleet_ref: fleet_ref.into(), ..Self::default() }
    }
}

/// What a create call did, since create is an upsert (CONTRACT.md trap 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upsert<T> {
    /// There was no such record: this one is new (201).
    Created(T),
    /// The record already existed and was refreshed (200).
    Refreshed(T),
}

impl<T> Upsert<T> {
    /// The record, new or refreshed.
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
    /// Invites a fleet, or refreshes the invitation it already has: the expiry moves, a declined invitation becomes active again,
    /// the tokens of an accepted one are replaced. So look first, ask before inviting a fleet that declined, and make only one call
    /// at a time for a `fleet_ref` (CONTRACT.md traps 4 to 6).
    ///
    /// Retried automatically only if nothing was sent or Catena asked for a later retry. After an error, see
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

    /// One invitation; `None` if Catena doesn't know it or it was deleted (CONTRACT.md trap 15). Sends no token.
    pub async fn invitation(&self, id: &InvitationId) -> Result<Option<Invitation>, CatenaError> {
        let found: Option<Invitation> = self.find(&GET, &Parts::ids(&[id.expose()])).await?;
        Ok(found.filter(|invitation| invitation.status != InvitationStatus::Deleted))
    }

    /// All invitations of one fleet, in no particular order and with any status: choose by `status` and `created_at` (CONTRACT.md
    /// trap 6). Those of other fleets are dropped, because Catena ignores a filter it doesn't know and returns everything (trap 11).
    /// Compares references without regard to case, since it is unknown whether case matters to Catena (trap 8).
    pub async fn invitations_of(&self, fleet_ref: &str) -> Result<Listed<Invitation>, CatenaError> {
        let query = vec![("fleet_ref", fleet_ref.to_owned())];
        let mut all: Listed<Invitation> = Pages::new(self, &LIST, query).all().await?;
        all.records.retain(|one| one.fleet_ref.as_deref().is_none_or(|theirs| theirs.eq_ignore_ascii_case(fleet_ref)));
        all.unreadable.retain(|one| one.may_be_of(fleet_ref));
        Ok(all)
    }

    /// All invitations of this partner in memory at once. If there may be many, use [`Self::invitation_pages`].
    pub async fn invitations(&self) -> Result<Listed<Invitation>, CatenaError> {
        self.invitation_pages().all().await
    }

    /// All invitations of this partner, page by page.
    pub fn invitation_pages(&self) -> Pages<Invitation> {
        Pages::new(self, &LIST, Vec::new())
    }

    /// Deletes an invitation. Once it has been accepted, Catena refuses (CONTRACT.md trap 15).
    pub async fn delete_invitation(&self, id: &InvitationId) -> Result<(), CatenaError> {
        self.delete(&DELETE, &Parts::ids(&[id.expose()])).await
    }
}
