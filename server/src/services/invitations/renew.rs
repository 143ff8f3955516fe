//! Asking Catena again for a fleet that was invited before: to extend a link, replace one that is over, reopen a declined
//! invitation, or let the fleet sign in to its provider again.

use std::sync::Arc;

use domain::{
    invitation::{
        confirmation::Agreed,
        renewal::{RenewalAction, renewal_action},
        request::{Draft, FieldErrors},
        status::status,
        upsert_forecast::Preview,
    },
    onboarding::lifecycle::fold,
};
use platform::clock::SharedClock;
use uuid::Uuid;

use crate::{
    services::invitations::{
        callback_policy::CallbackPolicies,
        create::{CreateOutcome, Invitations, InviteError},
        preview::InvitationPreview,
        request,
    },
    store::{FleetRow, InvitationRow, SharedStore, StoreError},
};

/// Whether and how an invitation can be renewed.
#[derive(Debug)]
pub enum Renewable {
    Yes(Box<Renewal>),
    /// The fleet has a newer invitation, with this id of ours.
    Replaced(Uuid),
    /// There is nothing to ask Catena for.
    NotNeeded,
    /// What was asked for is unknown, because the invitation was created elsewhere.
    RequestUnknown(FleetRow),
}

/// An invitation that can be renewed.
#[derive(Debug)]
pub struct Renewal {
    /// Our id of the invitation.
    pub id: Uuid,
    pub fleet: FleetRow,
    pub action: RenewalAction,
    /// What was asked for last time.
    pub draft: Draft,
}

/// The outcome of a renewal.
#[derive(Debug)]
pub enum Renewed {
    /// Catena was asked, and `id` is our id of the resulting invitation.
    Done {
        id: Uuid,
        effect: Effect,
    },
    /// Nothing was sent: someone has to agree to this first.
    Confirm(Preview),
    /// Nothing was sent: the earlier request is no longer valid.
    Invalid(FieldErrors),
    Failed(InviteError),
}

/// What Catena did when it was asked for an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Created,
    Refreshed,
    Reopened,
    /// The link works again, for signing in to the provider.
    Reauthentication,
}

impl Effect {
    /// What an ordinary call did.
    pub fn of(is_new: bool, reopened: bool) -> Self {
        match (is_new, reopened) {
            (true, _) => Self::Created,
            (false, true) => Self::Reopened,
            (false, false) => Self::Refreshed,
        }
    }
}

/// Renews invitations.
pub struct Renewals {
    store: SharedStore,
    clock: SharedClock,
    invitations: Arc<Invitations>,
    preview: Arc<InvitationPreview>,
    callbacks: Arc<CallbackPolicies>,
}

impl Renewals {
    pub fn new(
        store: SharedStore,
        clock: SharedClock,
        invitations: Arc<Invitations>,
        preview: Arc<InvitationPreview>,
        callbacks: Arc<CallbackPolicies>,
    ) -> Self {
        Self { store, clock, invitations, preview, callbacks }
    }

    /// Whether an invitation can be renewed, and for what.
    #[tracing::instrument(skip_all)]
    pub async fn find(&self, invitation: &InvitationRow, fleet: FleetRow) -> Result<Renewable, StoreError> {
        let latest = self.store.invitations_of(fleet.key).await?.into_iter().next();
        if let Some(latest) = latest.filter(|latest| latest.id != invitation.id) {
            return Ok(Renewable::Replaced(latest.id));
        }
        let onboarding = fold(self.store.facts_of(fleet.key).await?);
        let status = status(invitation.stage, invitation.expires_at, self.clock.now());
        let Some(action) = renewal_action(status, onboarding.stage, onboarding.health) else {
            return Ok(Renewable::NotNeeded);
        };
        Ok(match last_request(invitation, &fleet) {
            Some(draft) => Renewable::Yes(Box::new(Renewal { id: invitation.id, fleet, action, draft })),
            None => Renewable::RequestUnknown(fleet),
        })
    }

    /// What Catena would do. When the renewal is carried out, this is looked up again.
    #[tracing::instrument(skip_all)]
    pub async fn preview(&self, renewal: &Renewal) -> Result<Preview, StoreError> {
        let checked = renewal.draft.check().ok();
        let hours = checked.as_ref().map(|checked| checked.expires_in_hours);
        let country = checked.as_ref().and_then(|checked| checked.fleet_country_code.as_deref());
        self.preview.preview(&renewal.fleet.fleet_ref, hours, country).await
    }

    /// Asks Catena for the same again, valid for `hours` (as typed), on behalf of `actor` (an e-mail address), who agreed to
    /// `agreed`.
    #[tracing::instrument(skip_all)]
    pub async fn renew(
        &self,
        renewal: &Renewal,
        hours: &str,
        agreed: &Agreed,
        actor: &str,
    ) -> Result<Renewed, StoreError> {
        let mut draft = Draft { expires_in_hours: hours.to_owned(), ..renewal.draft.clone() };
        // A callback address that was right at the time may duplicate events by now (WEBHOOKS.md 5.11).
        if !draft.callback_url.is_empty() && !self.callbacks.probe().await?.offers() {
            draft.callback_url.clear();
        }
        let checked = match draft.check() {
            Ok(checked) => checked,
            Err(errors) => return Ok(Renewed::Invalid(errors)),
        };
        Ok(match self.invitations.create(&checked, actor, agreed).await {
            Ok(CreateOutcome::Done { invited, reopened }) => {
                let effect = match renewal.action {
                    RenewalAction::Reauthenticate if !invited.is_new => Effect::Reauthentication,
                    _ => Effect::of(invited.is_new, reopened),
                };
                Renewed::Done { id: invited.id, effect }
            }
            Ok(CreateOutcome::NeedsConfirmation(preview)) => Renewed::Confirm(preview),
            Err(error) => Renewed::Failed(error),
        })
    }
}

/// What was last asked for; `None` for an invitation created elsewhere.
pub fn last_request(invitation: &InvitationRow, fleet: &FleetRow) -> Option<Draft> {
    request::to_draft(&fleet.fleet_ref, fleet.name.as_deref(), invitation.request.as_deref()?)
}
