//! What can happen to an invitation, with its events (CONTRACT.md 5 and 14, WEBHOOKS.md 2.1).
//!
//! Choices: a refresh replaces only the optional fields that were sent, and emits nothing; an expired or deleted invitation
//! isn't refreshed, but followed by a new one; only active invitations expire; `fleet_ref` is case-sensitive.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::state::{
    State,
    change::Change,
    checks::{self, Check},
    error::ApiError,
    faults::WebhookFault,
    records::{Agreement, AgreementStatus, Fleet, FleetDetails, Invitation, InvitationStatus},
    resources::read_everything,
};

/// What a create call asks for, checked.
#[derive(Default)]
pub(crate) struct InvitationRequest {
    pub(crate) fleet_ref: String,
    pub(crate) fleet_name: Option<String>,
    pub(crate) fleet_email: Option<String>,
    pub(crate) fleet_regulatory_id: Option<String>,
    pub(crate) fleet_regulatory_id_type: Option<String>,
    pub(crate) fleet_phone: Option<String>,
    pub(crate) fleet_website: Option<String>,
    pub(crate) fleet_country_code: Option<String>,
    pub(crate) callback_url: Option<String>,
    pub(crate) success_redirect_url: Option<String>,
    pub(crate) failure_redirect_url: Option<String>,
    pub(crate) limit_tsps: Option<Vec<String>>,
    pub(crate) permissions: Option<BTreeMap<String, String>>,
    /// `None`: the partner's default, or else [`DEFAULT_HOURS`].
    pub(crate) expires_in_hours: Option<u32>,
}

/// The default validity of an invitation, in hours (CONTRACT.md 5).
const DEFAULT_HOURS: u32 = 24;

/// The allowed validity of an invitation, in hours (CONTRACT.md 5).
pub(crate) const HOURS: std::ops::RangeInclusive<i64> = 1..=672;

/// Whether a create call created an invitation or refreshed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upsert {
    Created(Uuid),
    Refreshed(Uuid),
}

fn set_if_some<T>(field: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *field = value;
    }
}

impl Invitation {
    /// Takes over the fields that the request sets.
    fn apply(&mut self, request: InvitationRequest) {
        set_if_some(&mut self.fleet_name, request.fleet_name);
        set_if_some(&mut self.fleet_email, request.fleet_email);
        set_if_some(&mut self.fleet_regulatory_id, request.fleet_regulatory_id);
        set_if_some(&mut self.fleet_regulatory_id_type, request.fleet_regulatory_id_type);
        set_if_some(&mut self.fleet_phone, request.fleet_phone);
        set_if_some(&mut self.fleet_website, request.fleet_website);
        set_if_some(&mut self.fleet_country_code, request.fleet_country_code);
        set_if_some(&mut self.callback_url, request.callback_url);
        set_if_some(&mut self.success_redirect_url, request.success_redirect_url);
        set_if_some(&mut self.failure_redirect_url, request.failure_redirect_url);
        set_if_some(&mut self.limit_tsps, request.limit_tsps);
        if let Some(permissions) = request.permissions {
            self.permissions = permissions;
        }
    }
}

impl State {
    /// The invitation that a create call refreshes: an active, accepted, or declined one. Not if its agreement has ended:
    /// then only a new invitation helps (CONTRACT.md 13, trap 24).
    fn refreshable(&self, fleet_ref: &str) -> Option<Uuid> {
        let has_ended = |one: &Invitation| {
            let agreement = one.fleet_id.and_then(|fleet_id| self.agreement_of(fleet_id));
            agreement.is_some_and(|one| matches!(one.status, AgreementStatus::Cancelled | AgreementStatus::Deleted))
        };
        let open = |one: &&Invitation| {
            !matches!(one.status, InvitationStatus::Expired | InvitationStatus::Deleted) && !has_ended(one)
        };
        self.invitations_for(fleet_ref).find(open).map(|one| one.id)
    }

    /// Fills what a create call leaves out with the partner's defaults (CONTRACT.md 9). A choice: ignores a default that
    /// the call itself would refuse.
    fn apply_partner_defaults(&self, request: &mut InvitationRequest) {
        let default = |key: &str, check: Check| self.partner_default(key).and_then(|value| check(value).ok());
        let fill = |field: &mut Option<String>, key: &str, check: Check| {
            *field = field.take().or_else(|| default(key, check));
        };
        fill(&mut request.callback_url, "default_callback_url", checks::https_url);
        fill(&mut request.success_redirect_url, "default_success_redirect_url", checks::web_url);
        fill(&mut request.failure_redirect_url, "default_failure_redirect_url", checks::web_url);
    }

    fn validity_hours(&self, requested: Option<u32>) -> u32 {
        let default = || self.partner_default("default_invitation_expires_in_hours")?.trim().parse::<u32>().ok();
        requested.or_else(|| default().filter(|hours| HOURS.contains(&i64::from(*hours)))).unwrap_or(DEFAULT_HOURS)
    }
}

impl Change<'_> {
    /// Creates an invitation, or refreshes the active, accepted, or declined one with this `fleet_ref`.
    pub(crate) fn upsert_invitation(&mut self, mut request: InvitationRequest) -> Upsert {
        let expires_in_hours = self.state.validity_hours(request.expires_in_hours);
        let expires_at = self.now.saturating_add(time::Duration::hours(expires_in_hours.into()));
        let access = self.random.token();
        let refresh = self.random.token();
        self.state.note_expiry(expires_at);
        let known = self.state.refreshable(&request.fleet_ref);
        if let Some(invitation) = known.and_then(|id| self.state.invitations.get_mut(&id)) {
            // A refresh only extends the validity (CONTRACT.md 5).
            if expires_at > invitation.expires_at {
                invitation.expires_at = expires_at;
                invitation.expires_in_hours = expires_in_hours;
            }
            match invitation.status {
                InvitationStatus::Accepted => {
                    invitation.pre_registration_access_token = Some(access);
                    invitation.pre_registration_refresh_token = Some(refresh);
                }
                InvitationStatus::Declined => {
                    invitation.status = InvitationStatus::Active;
                    invitation.declined_at = None;
                    invitation.decline_reason = None;
                }
                _ => {}
            }
            invitation.apply(request);
            let id = invitation.id;
            self.state.viewed.remove(&id);
            return Upsert::Refreshed(id);
        }
        let id = self.random.uuid_v7(self.now);
        let mut invitation = Invitation {
            id,
            created_at: self.now,
            expires_at,
            expires_in_hours,
            status: InvitationStatus::Active,
            fleet_ref: request.fleet_ref.clone(),
            fleet_name: None,
            fleet_email: None,
            fleet_regulatory_id: None,
            fleet_regulatory_id_type: None,
            fleet_phone: None,
            fleet_website: None,
            fleet_country_code: None,
            accepted_at: None,
            declined_at: None,
            decline_reason: None,
            pre_registration_access_token: None,
            pre_registration_refresh_token: None,
            callback_url: None,
            success_redirect_url: None,
            failure_redirect_url: None,
            limit_tsps: None,
            fleet_id: None,
            permissions: read_everything(),
        };
        self.state.apply_partner_defaults(&mut request);
        invitation.apply(request);
        self.state.add_invitation(invitation.clone());
        self.emit_invitation("invitation.created", &invitation);
        Upsert::Created(id)
    }

    /// The fleet opens the link. Emits an event only the first time after each create or refresh.
    pub(crate) fn view_invitation(&mut self, id: Uuid) {
        let Some(invitation) = self.state.invitations.get(&id).cloned() else { return };
        if self.state.viewed.insert(id) {
            self.emit_invitation("invitation.viewed", &invitation);
        }
    }

    /// Catena sends the invitation by e-mail, as if that were set up.
    pub(crate) fn send_invitation(&mut self, id: Uuid) -> Result<(), ApiError> {
        let invitation = self.open_invitation(id)?.clone();
        self.emit_invitation("invitation.sent", &invitation);
        Ok(())
    }

    /// The invitation, if the fleet can still answer it.
    fn open_invitation(&mut self, id: Uuid) -> Result<&mut Invitation, ApiError> {
        let invitation = self.state.invitations.get_mut(&id).ok_or(ApiError::NotFound)?;
        match invitation.status {
            InvitationStatus::Active => Ok(invitation),
            InvitationStatus::Accepted => Err(ApiError::Conflict("Invitation already accepted")),
            InvitationStatus::Declined => Err(ApiError::Conflict("Invitation already declined")),
            InvitationStatus::Expired => Err(ApiError::Conflict("Invitation has expired")),
            InvitationStatus::Deleted => Err(ApiError::NotFound),
        }
    }

    /// The fleet accepts. Creates the fleet, and an agreement with the invitation's permissions.
    pub(crate) fn accept_invitation(&mut self, id: Uuid) -> Result<(), ApiError> {
        let now = self.now;
        let random = self.random;
        let invitation = self.open_invitation(id)?.clone();
        let fleet = new_fleet(&invitation, self);
        let agreement = Agreement {
            id: random.uuid_v7(now),
            fleet_id: fleet.id,
            partner_id: self.state.partner_id,
            fleet_ref: Some(invitation.fleet_ref),
            status: AgreementStatus::Active,
            effective_date: now,
            expiration_date: None,
            scopes: invitation.permissions,
        };
        let invitation = self.open_invitation(id)?;
        invitation.status = InvitationStatus::Accepted;
        invitation.fleet_id = Some(fleet.id);
        invitation.pre_registration_access_token = Some(random.token());
        invitation.pre_registration_refresh_token = Some(random.token());
        invitation.accepted_at = Some(now);
        let invitation = invitation.clone();
        if self.fault_strikes(WebhookFault::SwapAgreement, "share_agreement.created") {
            self.emit_agreement("share_agreement.created", &agreement);
            self.emit_invitation("invitation.accepted", &invitation);
        } else {
            self.emit_invitation("invitation.accepted", &invitation);
            self.emit_agreement("share_agreement.created", &agreement);
        }
        self.state.fleets.insert(fleet.id, fleet);
        self.state.agreements.insert(agreement.id, agreement);
        Ok(())
    }

    /// The fleet declines, with or without a reason.
    pub(crate) fn decline_invitation(&mut self, id: Uuid, reason: Option<String>) -> Result<(), ApiError> {
        let now = self.now;
        let invitation = self.open_invitation(id)?;
        invitation.status = InvitationStatus::Declined;
        invitation.declined_at = Some(now);
        invitation.decline_reason = reason;
        let invitation = invitation.clone();
        self.emit_invitation("invitation.declined", &invitation);
        if self.fault_strikes(WebhookFault::RejectedTwin, "invitation.declined") {
            self.emit_invitation("invitation.rejected", &invitation);
        }
        Ok(())
    }

    /// The partner deletes the invitation. Refused after it was accepted (CONTRACT.md 13, trap 15). A choice: an expired or
    /// declined one can still be deleted.
    pub(crate) fn delete_invitation(&mut self, id: Uuid) -> Result<(), ApiError> {
        let invitation = self.state.invitations.get_mut(&id).ok_or(ApiError::NotFound)?;
        match invitation.status {
            InvitationStatus::Accepted => return Err(ApiError::Conflict("Invitation already accepted")),
            InvitationStatus::Deleted => return Err(ApiError::NotFound),
            _ => invitation.status = InvitationStatus::Deleted,
        }
        let invitation = invitation.clone();
        self.emit_invitation("invitation.deleted", &invitation);
        Ok(())
    }

    /// Expires invitations. Returns whether any expired.
    pub(crate) fn expire_invitations(&mut self) -> bool {
        let now = self.now;
        let mut expired = Vec::new();
        for invitation in self.state.invitations.values_mut() {
            if invitation.status == InvitationStatus::Active && invitation.expires_at <= now {
                invitation.status = InvitationStatus::Expired;
                expired.push(invitation.clone());
            }
        }
        expired.sort_by_key(|invitation| invitation.expires_at);
        for invitation in &expired {
            self.emit_invitation("invitation.expired", invitation);
        }
        !expired.is_empty()
    }
}

/// The fleet of an accepted invitation. Without a name it gets an invented name and website. Both contain the invitation's
/// secret id, as at Catena (CONTRACT.md 13, trap 18).
fn new_fleet(invitation: &Invitation, change: &Change<'_>) -> Fleet {
    let letters: String = change.random.bytes::<6>().iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    let unknown_site = || format!("https://unknown-fleet-{}-{letters}.com/", invitation.id);
    Fleet {
        id: change.random.uuid_v4(),
        name: invitation.fleet_name.clone().unwrap_or_else(|| format!("Fleet {}", invitation.id)),
        fleet_ref: invitation.fleet_ref.clone(),
        websites: vec![invitation.fleet_website.clone().unwrap_or_else(unknown_site)],
        invitation_id: invitation.id,
        regulatory_id: invitation.fleet_regulatory_id.clone(),
        regulatory_id_type: invitation.fleet_regulatory_id_type.clone(),
        registered_email: invitation.fleet_email.clone(),
        registered_phone: invitation.fleet_phone.clone(),
        country_code: invitation.fleet_country_code.clone(),
        created_at: change.now,
        updated_at: change.now,
        details: FleetDetails::default(),
    }
}
