//! Inviting a fleet: Catena is asked, and its answer goes onto the timeline. Used by the form and by `onramp invite`.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use domain::{
    digest::of_invitation,
    events::{
        fact::{About, Fact, Kind, Round, Source},
        record::{InvitationRecord, Observation, Subject, created_key, refreshed_again_key, refreshed_key},
    },
    invitation::{
        preview::{Agreed, Preview},
        request::{Checked, FieldErrors},
        response_diff::differences,
        upsert_forecast::{Known, hours_to_ask, outlook, works_until},
    },
};
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::{Mutex, MutexGuard};
use url::Url;
use uuid::Uuid;

use crate::{
    services::{
        invitations::{preview, response_diff},
        timeline::{Ingested, Timeline},
    },
    store::{SharedStore, StoreError},
};
use catena::{Catena, CatenaError, CreateInvitation, Invitation, Upsert};
use platform::{clock::SharedClock, secret::Secret};

/// What inviting came to.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Our id of the invitation.
    pub id: Uuid,
    /// Whether Catena had none for this fleet and made one; else it refreshed the one it had.
    pub is_new: bool,
    /// The link for the fleet.
    pub magic_link: Secret,
    /// When it runs out, UTC.
    pub expires_at: OffsetDateTime,
}

/// What came of a call that someone had to agree to.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It was made.
    Done {
        /// What it came to.
        invited: Invited,
        /// Whether it opened an invitation that the fleet had declined.
        reopened: bool,
    },
    /// Nothing was sent: this takes an agreement first.
    Asks(Preview),
}

/// Why a fleet could not be invited.
#[derive(Debug, Error)]
pub enum InviteError {
    /// Catena refused or can't be reached.
    #[error(transparent)]
    Catena(#[from] CatenaError),
    /// Our database failed before Catena was asked.
    #[error("before Catena was asked: {0}")]
    CallbackPolicy(#[source] StoreError),
    /// Catena did it, and our database failed: asking again is safe.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Catena answered with something that can't be its invitation.
    #[error("Catena answered without the invitation's id")]
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
            Self::Store(_) => "Catena made the invitation, but Onramp could not store it. Try again in a moment: asking Catena twice does no harm here.".into(),
            Self::CallbackPolicy(_) => "Onramp’s database failed before Catena was asked, so nothing was made. Try again in a moment.".into(),
            Self::NoId => "Catena's answer could not be understood. Try again; if it stays so, ask Catena's support.".into(),
        }
    }
}

/// How many fleets may be invited at the same time; one and the same fleet never is.
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
    /// Ready to invite.
    pub fn new(catena: Catena, store: SharedStore, timeline: Timeline, clock: SharedClock) -> Self {
        Self { catena, store, timeline, clock, lanes: std::array::from_fn(|_| Mutex::default()) }
    }

    /// Asks Catena for the invitation, or for a refresh of the one that the fleet has, on behalf of `actor` (their e-mail).
    /// `asked` is kept beside it, in JSON. `until` is when the invitation ends that the caller found to go on, UTC: no refresh
    /// asks for less.
    pub async fn invite(
        &self,
        checked: &Checked,
        asked: &str,
        actor: &str,
        until: Option<OffsetDateTime>,
    ) -> Result<Invited, InviteError> {
        let _turn = self.turn(&checked.fleet_ref).await;
        self.call(checked, asked, actor, until).await
    }

    /// As [`invite`](Self::invite), but looks first, and makes the call only if someone has `agreed` to all that it would do
    /// besides making a new invitation (CONTRACT.md 13.5). What is foretold here is looked up at Catena at this moment, and so is
    /// how long the invitation works that goes on: no refresh asks for less.
    pub async fn invite_agreed(
        &self,
        checked: &Checked,
        asked: &str,
        actor: &str,
        agreed: &Agreed,
    ) -> Result<Answer, InviteError> {
        let _turn = self.turn(&checked.fleet_ref).await;
        let now = self.clock.now();
        let known = self.known(&checked.fleet_ref).await?;
        let (until, outlook) = (works_until(&known, now), outlook(&known, now));
        let when = (Some(checked.expires_in_hours), checked.fleet_country_code.as_deref());
        let preview = preview::preview(&self.store, now, &checked.fleet_ref, outlook, when).await;
        let preview = preview.map_err(InviteError::CallbackPolicy)?;
        if preview.asks(agreed) {
            return Ok(Answer::Asks(preview));
        }
        let invited = self.call(checked, asked, actor, until).await?;
        Ok(Answer::Done { reopened: preview.reopens() && !invited.is_new, invited })
    }

    /// What is known of the reference: by Catena, or by us alone where Catena doesn't let us look.
    async fn known(&self, fleet_ref: &str) -> Result<Vec<Known>, InviteError> {
        match preview::from_catena(&self.catena, fleet_ref).await {
            Ok(known) => Ok(known),
            Err(CatenaError::Forbidden { .. }) => {
                let known = preview::from_store(&self.store, fleet_ref).await;
                Ok(known.map_err(InviteError::CallbackPolicy)?.unwrap_or_default())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn call(
        &self,
        checked: &Checked,
        asked: &str,
        actor: &str,
        until: Option<OffsetDateTime>,
    ) -> Result<Invited, InviteError> {
        let hours = hours_to_ask(checked.expires_in_hours, until, self.clock.now());
        let (invitation, how) = match self.catena.create_invitation(&request(checked, hours)).await? {
            Upsert::Created(invitation) => (invitation, How::Made),
            Upsert::Refreshed(invitation) => (invitation, How::Refreshed),
        };
        self.keep(checked, asked, actor, invitation, how).await
    }

    /// Takes in an invitation that an earlier call made or refreshed although its answer was lost.
    pub async fn catch_up(
        &self,
        checked: &Checked,
        asked: &str,
        actor: &str,
        invitation: Invitation,
        is_new: bool,
    ) -> Result<Invited, InviteError> {
        let _turn = self.turn(&checked.fleet_ref).await;
        let how = if is_new { How::Made } else { How::FoundRefreshed };
        self.keep(checked, asked, actor, invitation, how).await
    }

    async fn turn(&self, fleet_ref: &str) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        fleet_ref.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default();
        self.lanes[lane].lock().await
    }

    async fn keep(
        &self,
        checked: &Checked,
        asked: &str,
        actor: &str,
        invitation: Invitation,
        how: How,
    ) -> Result<Invited, InviteError> {
        let id = Uuid::parse_str(invitation.id.expose()).map_err(|_| InviteError::NoId)?;
        let digest = of_invitation(id);
        let kept_otherwise =
            response_diff::to_json(differences(checked, &response_diff::returned(&invitation), self.clock.now()));
        let known = self.store.invitation_by_digest(&digest).await?;
        let same_end = known.is_some_and(|known| known.expires_at == invitation.expires_at);
        let told = Observation::Fact {
            fact: self.fact(&invitation, &digest, how, same_end, actor),
            subject: Subject {
                invitation: Some(digest.clone()),
                fleet_ref: Some(checked.fleet_ref.clone()),
                fleet_id: invitation.fleet_id,
                connection_id: None,
            },
            invitation: Some(InvitationRecord {
                id,
                magic_link: Some(invitation.magic_link.expose().to_owned()),
                created_at: invitation.created_at,
                expires_at: invitation.expires_at,
                fleet_name: checked.display_name.clone().or(invitation.fleet_name),
            }),
        };
        let mut tx = self.store.begin().await?;
        let mut outcome = Ingested::default();
        self.timeline.ingest(tx.as_mut(), &[told], &mut outcome).await?;
        self.timeline.recompute(tx.as_mut(), &outcome).await?;
        tx.set_asked(&digest, asked).await?;
        tx.set_differences(&digest, kept_otherwise.as_deref()).await?;
        if let (Some(fleet), Some(name)) = (tx.fleet_by_invitation(&digest).await?, &checked.display_name) {
            tx.name_fleet(fleet, name, true).await?;
        }
        tx.commit().await?;
        self.timeline.publish(&outcome);
        let row = self.store.invitation_by_digest(&digest).await?.ok_or(StoreError::Unreadable("invitation"))?;
        let is_new = how == How::Made;
        Ok(Invited { id: row.id, is_new, magic_link: invitation.magic_link, expires_at: invitation.expires_at })
    }

    /// What Catena's answer proves: the invitation exists, or began another round.
    fn fact(&self, invitation: &Invitation, digest: &str, how: How, same_end: bool, actor: &str) -> Fact {
        let round = Round {
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            invitation: digest.to_owned(),
        };
        let (end, now) = (invitation.expires_at, self.clock.now());
        let (kind, at, key) = match how {
            How::Made => (Kind::InvitationCreated, invitation.created_at, created_key(digest, end)),
            How::Refreshed if same_end => (Kind::InvitationRefreshed, now, refreshed_again_key(digest, end, now)),
            How::Refreshed | How::FoundRefreshed => (Kind::InvitationRefreshed, now, refreshed_key(digest, end)),
        };
        Fact {
            source: Source::Staff,
            at,
            kind,
            key,
            event_id: None,
            actor: Some(actor.to_owned()),
            about: About { round: Some(round), status: Some(invitation.status.to_string()), ..About::default() },
        }
    }
}

/// How we came to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// A call made it.
    Made,
    /// A call refreshed it.
    Refreshed,
    /// It was looked up that a call refreshed it. May be looked up twice, and is one refresh all the same.
    FoundRefreshed,
}

/// The call's body. Values were checked, so a URL that doesn't parse can't occur; it would be left out.
fn request(checked: &Checked, hours: u32) -> CreateInvitation {
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
