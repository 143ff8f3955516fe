//! Creates and refreshes invitations: plans the call, calls Catena, and records its answer on the timeline.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use domain::{
    digest::of_invitation,
    events::{
        fact::{Fact, Round},
        observation::{InvitationRecord, Observation, Subject},
    },
    invitation::{
        confirmation::Agreed,
        existing::ExistingInvitation,
        request::{Checked, FieldErrors},
        response_diff::differences,
        upsert_forecast::{Plan, Preview, plan},
    },
};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::{Mutex, MutexGuard};
use url::Url;
use uuid::Uuid;

use crate::{
    services::{
        invitations::{existing, preview, request, response_diff},
        timeline::{Ingested, Timeline},
    },
    store::{SharedStore, StoreError},
};
use catena::{Catena, CatenaError, CreateInvitation, Invitation, Upsert};
use platform::{clock::SharedClock, secret::Secret};

/// The invitation that Catena created or refreshed.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Whether Catena created it; else it refreshed the one the fleet had.
    pub is_new: bool,
    /// The link for the fleet.
    pub magic_link: Secret,
    /// When the link expires, UTC.
    pub expires_at: OffsetDateTime,
}

/// The outcome of a request to invite a fleet.
#[derive(Debug, Clone)]
pub enum CreateOutcome {
    /// Catena was called.
    Done {
        /// What came of it.
        invited: Invited,
        /// Whether it reopened an invitation that the fleet had declined.
        reopened: bool,
    },
    /// Nothing was sent: somebody has to confirm this first.
    NeedsConfirmation(Preview),
}

/// Why a fleet could not be invited.
#[derive(Debug, Error)]
pub enum InviteError {
    /// Catena refused or can't be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our database failed before Catena was called.
    #[error("before Catena was called: {0}")]
    BeforeCall(#[source] StoreError),
    /// Catena did it, and our database failed: trying again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Catena's answer has no valid invitation id.
    #[error("Catena's answer has no valid invitation id")]
    NoId,
}

impl InviteError {
    /// The fields that Catena refused, under our form's names, in Catena's words.
    pub fn fields(&self) -> FieldErrors {
        let Self::Catena(CatenaError::Invalid { fields }) = self else { return BTreeMap::new() };
        fields
            .iter()
            .map(|problem| (problem.field().split('.').next().unwrap_or_default(), problem))
            .filter(|(field, _)| !field.is_empty())
            .map(|(field, problem)| {
                (field.to_owned(), format!("Catena says: {}.", problem.message.trim_end_matches('.')))
            })
            .collect()
    }

    /// What happened and what staff can do about it.
    pub fn explain(&self) -> String {
        match self {
            Self::Catena(error) => error.explain(),
            Self::Store(_) => "Catena made the invitation, but Onramp couldn’t store it. Try again in a moment: a second call does no harm here.".into(),
            Self::BeforeCall(_) => "Onramp’s database failed before Catena was called, so nothing was made. Try again in a moment.".into(),
            Self::NoId => "Onramp couldn’t understand Catena’s answer. Try again; if it keeps happening, contact Catena’s support.".into(),
        }
    }
}

/// How many fleets can be invited at the same time; calls for one fleet never overlap.
const LANES: usize = 16;

/// Invites fleets.
pub struct Invitations {
    catena: Catena,
    store: SharedStore,
    timeline: Timeline,
    clock: SharedClock,
    // Creating is an upsert with effects (CONTRACT.md 13.5), so calls for one fleet take turns.
    lanes: [Mutex<()>; LANES],
}

impl Invitations {
    /// Invitations over this store and Catena.
    pub fn new(catena: Catena, store: SharedStore, timeline: Timeline, clock: SharedClock) -> Self {
        Self { catena, store, timeline, clock, lanes: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Invites the fleet on behalf of `actor` (their e-mail address) if `agreed` covers everything that the call does beyond
    /// making a new invitation (CONTRACT.md 13.5); else nothing is sent. The plan rests on what Catena says at this moment.
    #[tracing::instrument(skip_all)]
    pub async fn create(&self, request: &Checked, actor: &str, agreed: &Agreed) -> Result<CreateOutcome, InviteError> {
        let _turn = self.turn(&request.fleet_ref).await;
        let known = self.existing(&request.fleet_ref).await?;
        let now = self.clock.now();
        let (hours, country) = (Some(request.expires_in_hours), request.fleet_country_code.as_deref());
        let context = preview::reference_context(&self.store, &request.fleet_ref, hours, country, now).await;
        match plan(Some(&known), request, context.map_err(InviteError::BeforeCall)?, agreed, now) {
            Plan::Confirm(preview) => Ok(CreateOutcome::NeedsConfirmation(*preview)),
            Plan::Call { hours, reopens_declined } => {
                let invited = self.call(request, hours, actor).await?;
                Ok(CreateOutcome::Done { reopened: reopens_declined && !invited.is_new, invited })
            }
        }
    }

    /// Carries out a [`Plan::Call`] that the caller has made: creates or refreshes the invitation with this many hours, on
    /// behalf of `actor` (their e-mail address).
    #[tracing::instrument(skip_all)]
    pub async fn call_planned(&self, request: &Checked, hours: u32, actor: &str) -> Result<Invited, InviteError> {
        let _turn = self.turn(&request.fleet_ref).await;
        self.call(request, hours, actor).await
    }

    /// Records an invitation that an earlier call created or refreshed although its answer was lost.
    #[tracing::instrument(skip_all)]
    pub async fn catch_up(
        &self,
        request: &Checked,
        actor: &str,
        invitation: Invitation,
        is_new: bool,
    ) -> Result<Invited, InviteError> {
        let _turn = self.turn(&request.fleet_ref).await;
        let origin = if is_new { Origin::Created } else { Origin::FoundRefreshed };
        self.record(request, actor, invitation, origin).await
    }

    /// The reference's invitations at Catena, or in our store if Catena doesn't let us read them.
    async fn existing(&self, fleet_ref: &str) -> Result<Vec<ExistingInvitation>, InviteError> {
        match existing::from_catena(&self.catena, fleet_ref, self.clock.now()).await {
            Ok(known) => Ok(known),
            Err(CatenaError::Forbidden { .. }) => {
                let known = existing::from_store(&self.store, fleet_ref).await;
                Ok(known.map_err(InviteError::BeforeCall)?.unwrap_or_default())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn call(&self, request: &Checked, hours: u32, actor: &str) -> Result<Invited, InviteError> {
        let (invitation, origin) = match self.catena.create_invitation(&body(request, hours)).await? {
            Upsert::Created(invitation) => (invitation, Origin::Created),
            Upsert::Refreshed(invitation) => (invitation, Origin::Refreshed),
        };
        self.record(request, actor, invitation, origin).await
    }

    async fn turn(&self, fleet_ref: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        fleet_ref.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default();
        self.lanes[lane].lock().await
    }

    async fn record(
        &self,
        request: &Checked,
        actor: &str,
        invitation: Invitation,
        origin: Origin,
    ) -> Result<Invited, InviteError> {
        let id = Uuid::parse_str(invitation.id.expose()).map_err(|_| InviteError::NoId)?;
        let digest = of_invitation(id);
        let differences = differences(request, &response_diff::returned(&invitation), self.clock.now());
        let known = self.store.invitation_by_digest(&digest).await?;
        let same_expiry = known.is_some_and(|known| known.expires_at == invitation.expires_at);
        let observation = Observation::Fact {
            fact: self.fact(&invitation, &digest, origin, same_expiry, actor),
            subject: Subject {
                invitation: Some(digest.clone()),
                fleet_ref: Some(request.fleet_ref.clone()),
                fleet_id: invitation.fleet_id,
                connection_id: None,
            },
            invitation: Some(InvitationRecord {
                id,
                magic_link: Some(invitation.magic_link.expose().to_owned()),
                created_at: invitation.created_at,
                expires_at: invitation.expires_at,
                fleet_name: request.display_name.clone().or(invitation.fleet_name),
            }),
        };
        let mut tx = self.store.begin().await?;
        let mut ingested = Ingested::default();
        self.timeline.ingest(tx.as_mut(), &[observation], &mut ingested).await?;
        self.timeline.recompute(tx.as_mut(), &ingested).await?;
        tx.set_request(&digest, &request::to_json(request)).await?;
        tx.set_differences(&digest, response_diff::to_json(differences).as_deref()).await?;
        if let (Some(fleet), Some(name)) = (tx.fleet_by_invitation(&digest).await?, &request.display_name) {
            tx.name_fleet(fleet, name, true).await?;
        }
        tx.commit().await?;
        self.timeline.publish(&ingested);
        let row = self.store.invitation_by_digest(&digest).await?.ok_or(StoreError::Unreadable("invitation"))?;
        let is_new = origin == Origin::Created;
        Ok(Invited { id: row.id, is_new, magic_link: invitation.magic_link, expires_at: invitation.expires_at })
    }

    /// What Catena's answer proves: the invitation was created, or a refresh started another round.
    fn fact(&self, invitation: &Invitation, digest: &str, origin: Origin, same_expiry: bool, actor: &str) -> Fact {
        let round = Round {
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            invitation: digest.to_owned(),
        };
        let now = self.clock.now();
        let fact = match origin {
            Origin::Created => Fact::invited(round),
            Origin::Refreshed if same_expiry => Fact::refreshed_within_round(round, now),
            Origin::Refreshed | Origin::FoundRefreshed => Fact::refreshed(round, now),
        };
        fact.with_status(&invitation.status).by_staff(actor)
    }
}

/// Where an invitation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A call created it.
    Created,
    /// A call refreshed it.
    Refreshed,
    /// A lookup showed that a call had refreshed it. Several lookups find one refresh.
    FoundRefreshed,
}

/// The call's body. Values were checked, so a URL that doesn't parse can't occur; it would be left out.
fn body(checked: &Checked, hours: u32) -> CreateInvitation {
    let url = |text: &Option<String>| text.as_deref().and_then(|text| Url::parse(text).ok());
    CreateInvitation {
        fleet_name: checked.fleet_name.clone(),
        fleet_email: checked.fleet_email.clone(),
        fleet_regulatory_id: checked.fleet_regulatory_id.clone(),
        fleet_regulatory_id_type: checked.fleet_regulatory_id_type.clone(),
        fleet_phone: checked.fleet_phone.clone(),
        fleet_website: url(&checked.fleet_website),
        fleet_country_code: checked.fleet_country_code.clone(),
        success_redirect_url: url(&checked.success_redirect_url),
        failure_redirect_url: url(&checked.failure_redirect_url),
        callback_url: url(&checked.callback_url),
        limit_tsps: checked.limit_tsps.clone(),
        permissions: checked.permissions.as_ref().map(|chosen| {
            chosen.iter().map(|(resource, level)| (resource.as_str().into(), level.as_str().into())).collect()
        }),
        expires_in_hours: u16::try_from(hours).ok(),
        ..CreateInvitation::new(&checked.fleet_ref)
    }
}
