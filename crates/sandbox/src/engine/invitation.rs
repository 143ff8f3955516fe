//! What can happen to an invitation, each with the events it emits (CONTRACT.md 5 and 14, WEBHOOKS.md 2.1).
//!
//! Choices: a refresh replaces the optional fields that were supplied and leaves the others, and emits nothing; an
//! invitation that expired or was deleted is not refreshed, a new one follows; only an active one expires; a `fleet_ref`
//! is compared with regard to case.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::{
    Change,
    state::{
        Agreement, AgreementStatus, Fleet, FleetMore, Invitation, InvitationStatus, State,
        body::{self, Check},
        error::ApiError,
        resources::read_everything,
    },
    webhooks::{events::Subject, fault_injection::Disorder},
};

/// The slug of the sandbox's one partner.
pub(crate) const PARTNER_SLUG: &str = "sandbox-partner";

/// The partner's name, as its fleets see it.
pub(crate) const PARTNER_NAME: &str = "Sandbox Partner";

/// What a create call asks for, checked.
#[derive(Default)]
pub(crate) struct Ask {
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
    /// None: what the partner set, else a day.
    pub(crate) expires_in_hours: Option<u32>,
}

/// How long an invitation is valid, in hours, when nobody says (CONTRACT.md 5).
const USUAL_HOURS: u32 = 24;

/// The hours that an invitation may be valid (CONTRACT.md 5).
pub(crate) const HOURS: std::ops::RangeInclusive<i64> = 1..=672;

/// Whether a create call made an invitation or refreshed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upsert {
    Created(Uuid),
    Refreshed(Uuid),
}

fn supply<T>(field: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *field = value;
    }
}

impl Invitation {
    fn take_over(&mut self, ask: Ask) {
        supply(&mut self.fleet_name, ask.fleet_name);
        supply(&mut self.fleet_email, ask.fleet_email);
        supply(&mut self.fleet_regulatory_id, ask.fleet_regulatory_id);
        supply(&mut self.fleet_regulatory_id_type, ask.fleet_regulatory_id_type);
        supply(&mut self.fleet_phone, ask.fleet_phone);
        supply(&mut self.fleet_website, ask.fleet_website);
        supply(&mut self.fleet_country_code, ask.fleet_country_code);
        supply(&mut self.callback_url, ask.callback_url);
        supply(&mut self.success_redirect_url, ask.success_redirect_url);
        supply(&mut self.failure_redirect_url, ask.failure_redirect_url);
        supply(&mut self.limit_tsps, ask.limit_tsps);
        if let Some(permissions) = ask.permissions {
            self.permissions = permissions;
        }
    }
}

impl State {
    /// The invitation that a create call refreshes: active, accepted or declined. One whose agreement has ended is spent: a
    /// new one is the way back (CONTRACT.md 13, trap 24).
    fn refreshable(&self, fleet_ref: &str) -> Option<Uuid> {
        let spent = |one: &Invitation| {
            let agreement = one.fleet_id.and_then(|fleet_id| self.agreement_of(fleet_id));
            agreement.is_some_and(|one| matches!(one.status, AgreementStatus::Cancelled | AgreementStatus::Deleted))
        };
        let open = |one: &&Invitation| {
            !matches!(one.status, InvitationStatus::Expired | InvitationStatus::Deleted) && !spent(one)
        };
        self.invitations_for(fleet_ref).find(open).map(|one| one.id)
    }

    /// Fills the gaps of a create call with what the partner set (CONTRACT.md 9): a choice. A value that the call itself
    /// would refuse fills nothing.
    fn fill(&self, ask: &mut Ask) {
        let set = |key: &str, check: Check| self.partner_default(key).and_then(|value| check(value).ok());
        let fill = |field: &mut Option<String>, key: &str, check: Check| {
            *field = field.take().or_else(|| set(key, check));
        };
        fill(&mut ask.callback_url, "default_callback_url", body::https_url);
        fill(&mut ask.success_redirect_url, "default_success_redirect_url", body::web_url);
        fill(&mut ask.failure_redirect_url, "default_failure_redirect_url", body::web_url);
    }

    fn hours(&self, asked: Option<u32>) -> u32 {
        let set = || self.partner_default("default_invitation_expires_in_hours")?.trim().parse::<u32>().ok();
        asked.or_else(|| set().filter(|hours| HOURS.contains(&i64::from(*hours)))).unwrap_or(USUAL_HOURS)
    }
}

impl Change<'_> {
    /// A new invitation, or the next round of the one that is active, accepted or declined for this `fleet_ref`.
    pub(crate) fn upsert_invitation(&mut self, mut ask: Ask) -> Upsert {
        let expires_in_hours = self.state.hours(ask.expires_in_hours);
        let expires_at = self.now.saturating_add(time::Duration::hours(expires_in_hours.into()));
        let access = self.random.token();
        let refresh = self.random.token();
        self.state.wake_at(expires_at);
        let known = self.state.refreshable(&ask.fleet_ref);
        if let Some(invitation) = known.and_then(|id| self.state.invitations.get_mut(&id)) {
            // A refresh extends (CONTRACT.md 5): an end that would come earlier leaves the one there is.
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
            invitation.take_over(ask);
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
            fleet_ref: ask.fleet_ref.clone(),
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
        self.state.fill(&mut ask);
        invitation.take_over(ask);
        self.state.add_invitation(invitation.clone());
        self.emit_invitation("invitation.created", &invitation);
        Upsert::Created(id)
    }

    /// The fleet opened the link: told once per round.
    pub(crate) fn view(&mut self, id: Uuid) {
        let Some(invitation) = self.state.invitations.get(&id).cloned() else { return };
        if self.state.viewed.insert(id) {
            self.emit_invitation("invitation.viewed", &invitation);
        }
    }

    /// Catena sends it by e-mail, as if that were set up.
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

    /// The fleet accepts: fleet, agreement with the invitation's permissions, tokens, `accepted_at`, in this order.
    pub(crate) fn accept(&mut self, id: Uuid) -> Result<(), ApiError> {
        let now = self.now;
        let random = self.random;
        let asked = self.open_invitation(id)?.clone();
        let fleet = new_fleet(&asked, self);
        let agreement = Agreement {
            id: random.uuid_v7(now),
            fleet_id: fleet.id,
            partner_id: self.state.partner_id,
            fleet_ref: Some(asked.fleet_ref),
            status: AgreementStatus::Active,
            effective_date: now,
            expiration_date: None,
            scopes: asked.permissions,
        };
        let invitation = self.open_invitation(id)?;
        invitation.status = InvitationStatus::Accepted;
        invitation.fleet_id = Some(fleet.id);
        invitation.pre_registration_access_token = Some(random.token());
        invitation.pre_registration_refresh_token = Some(random.token());
        invitation.accepted_at = Some(now);
        let invitation = invitation.clone();
        if self.strikes(Disorder::SwapAgreement, "share_agreement.created") {
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

    /// The fleet refuses, with a reason or without.
    pub(crate) fn decline(&mut self, id: Uuid, reason: Option<String>) -> Result<(), ApiError> {
        let now = self.now;
        let invitation = self.open_invitation(id)?;
        invitation.status = InvitationStatus::Declined;
        invitation.declined_at = Some(now);
        invitation.decline_reason = reason;
        let invitation = invitation.clone();
        self.emit_invitation("invitation.declined", &invitation);
        if self.strikes(Disorder::RejectedTwin, "invitation.declined") {
            self.emit_invitation("invitation.rejected", &invitation);
        }
        Ok(())
    }

    /// The partner takes it back: refused once it was accepted (CONTRACT.md 13, trap 15). Choice: an expired or declined
    /// one can still be deleted.
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

    /// Expires what has run out; whether anything did. Looks through the records only when one may have.
    pub(crate) fn expire(&mut self) -> bool {
        let now = self.now;
        if self.state.quiet_until.is_some_and(|until| now < until) {
            return false;
        }
        let any = self.expire_invitations() | self.expire_agreements();
        let next = self.state.first_to_expire();
        self.state.quiet_until = Some(next.unwrap_or_else(|| now.saturating_add(time::Duration::days(36_500))));
        any
    }

    fn expire_invitations(&mut self) -> bool {
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

    /// Tells an agreement's event (WEBHOOKS.md 2.4).
    pub(crate) fn emit_agreement(&mut self, event_name: &str, agreement: &Agreement) {
        let subject = Subject { fleet_id: Some(agreement.fleet_id), fleet_ref: agreement.fleet_ref.clone() };
        self.emit(event_name, &subject, crate::api::routes::json(agreement));
    }
}

/// The fleet that an acceptance makes. A nameless one gets an invented name and site, both with the invitation's secret
/// id in them, as the real one does (CONTRACT.md 13, trap 18).
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
        more: FleetMore::default(),
    }
}
