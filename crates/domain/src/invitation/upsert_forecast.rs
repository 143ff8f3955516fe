//! What Catena will do with a reference, and whether Onramp may ask it to. Creating an invitation is an upsert with effects
//! (CONTRACT.md 5, traps 4 to 6 and 16), so every call is planned first: the form and its preview, a renewal, the command line
//! and an import all follow [`plan`].

use time::{Duration, OffsetDateTime};

use crate::invitation::{
    confirmation::{Agreed, Confirmation},
    existing::{ExistingInvitation, InvitationState},
    expiry_hint::ExpiryHint,
    request::{Checked, EXPIRY_HOURS},
};

/// What a create call will come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpsertForecast {
    /// A new invitation; `after` is the latest one that is over, which stays in the history (trap 6: the id changes).
    New {
        /// The latest invitation that is over.
        after: Option<ExistingInvitation>,
    },
    /// This invitation goes on: with a later expiry; with new tokens if it was accepted; open again if it was declined.
    Refresh(ExistingInvitation),
    /// This invitation has a status this version doesn't know, so what becomes of it can't be predicted
    /// ([`InvitationState::Unrecognized`]).
    Unpredictable(ExistingInvitation),
    /// Nobody could be asked which invitations there are.
    Unknown,
}

impl UpsertForecast {
    /// The forecast from all known invitations of a reference, in any order; none where they can't be looked up. Of several
    /// that aren't over the latest counts: which one Catena takes is not documented (trap 6).
    pub fn new(known: Option<&[ExistingInvitation]>, now: OffsetDateTime) -> Self {
        let Some(known) = known else { return Self::Unknown };
        let latest = |over: bool| {
            let matching = known.iter().filter(|one| one.state_at(now).is_over() == over);
            let latest = matching.max_by_key(|one| (one.created_at, one.expires_at));
            latest.map(|one| ExistingInvitation { state: one.state_at(now), ..one.clone() })
        };
        match latest(false) {
            Some(one) if one.state == InvitationState::Unrecognized => Self::Unpredictable(one),
            Some(one) => Self::Refresh(one),
            None => Self::New { after: latest(true) },
        }
    }

    /// The invitation that takes part in the upsert.
    pub fn existing(&self) -> Option<&ExistingInvitation> {
        match self {
            Self::Refresh(existing) | Self::Unpredictable(existing) => Some(existing),
            Self::New { .. } | Self::Unknown => None,
        }
    }
}

/// What Onramp knows about a reference besides its invitations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceContext {
    /// Whether the reference has a page here.
    pub has_page: bool,
    /// Known references that differ in nothing but case. Whether Catena tells them apart is not known (CONTRACT.md 13.8).
    pub similar: Vec<String>,
    /// Set if the link would expire at a bad time.
    pub expiry_hint: Option<ExpiryHint>,
}

/// What there is to know about a call before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The reference.
    pub fleet_ref: String,
    /// What Catena will do.
    pub forecast: UpsertForecast,
    /// What Onramp knows about the reference besides.
    pub context: ReferenceContext,
}

impl Preview {
    /// The invitation that takes part in the upsert.
    pub fn existing(&self) -> Option<&ExistingInvitation> {
        self.forecast.existing()
    }

    /// Whether the call reopens an invitation that the fleet declined.
    pub fn reopens_declined(&self) -> bool {
        self.existing().is_some_and(|existing| existing.state == InvitationState::Declined)
    }

    /// Everything that has to be confirmed before the call.
    pub fn confirmations(&self) -> Vec<Confirmation> {
        let existing = self.existing().map(|existing| Confirmation::Existing(existing.state));
        let similar = self.context.similar.first().map(|_| Confirmation::SimilarReference);
        let off_hours = self.context.expiry_hint.as_ref();
        let off_hours =
            off_hours.map(|hint| Confirmation::OffHours { hours: hint.hours, country: hint.country.clone() });
        [existing, similar, off_hours].into_iter().flatten().collect()
    }

    /// Confirms all of it, as a form carries it.
    pub fn agreement(&self) -> String {
        self.tokens(|_| true)
    }

    /// What somebody has confirmed who has read the preview while typing: all but what needs a button of its own.
    pub fn agreement_by_reading(&self) -> String {
        self.tokens(|confirmation| !confirmation.needs_button())
    }

    /// Whether something is left to confirm.
    pub fn needs_confirmation(&self, agreed: &Agreed) -> bool {
        self.confirmations().iter().any(|confirmation| !agreed.covers(confirmation, &self.fleet_ref))
    }

    fn tokens(&self, wanted: impl Fn(&Confirmation) -> bool) -> String {
        let confirmations = self.confirmations().into_iter().filter(|one| wanted(one));
        confirmations.map(|one| one.token(&self.fleet_ref)).collect::<Vec<_>>().join(",")
    }
}

/// What to do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Call Catena.
    Call {
        /// The hours to ask for ([`hours_to_request`]).
        hours: u32,
        /// Whether the call is expected to reopen an invitation that the fleet declined.
        reopens_declined: bool,
    },
    /// Don't call: somebody has to confirm this first.
    Confirm(Box<Preview>),
}

/// Plans the call for a checked request. `known` are all invitations of its reference, in any order; none where they can't be
/// looked up. `agreed` is what has been confirmed.
pub fn plan(
    known: Option<&[ExistingInvitation]>,
    request: &Checked,
    context: ReferenceContext,
    agreed: &Agreed,
    now: OffsetDateTime,
) -> Plan {
    let forecast = UpsertForecast::new(known, now);
    let preview = Preview { fleet_ref: request.fleet_ref.clone(), forecast, context };
    if preview.needs_confirmation(agreed) {
        return Plan::Confirm(Box::new(preview));
    }
    let works_until = works_until(known.unwrap_or_default(), now);
    let hours = hours_to_request(request.expires_in_hours, works_until, now);
    Plan::Call { hours, reopens_declined: preview.reopens_declined() }
}

/// The latest expiry, UTC, among the invitations that aren't over.
fn works_until(known: &[ExistingInvitation], now: OffsetDateTime) -> Option<OffsetDateTime> {
    known.iter().filter(|one| !one.state_at(now).is_over()).map(|one| one.expires_at).max()
}

/// The hours to ask for when `wanted` are wanted and the existing link works until `works_until`. A refresh extends, says the
/// contract (CONTRACT.md 5); whether it can also shorten is unknown, and a link that is out there must not end early. So the
/// request covers at least the hours that are left, the last one rounded up, and at most what an invitation may live.
pub fn hours_to_request(wanted: u32, works_until: Option<OffsetDateTime>, now: OffsetDateTime) -> u32 {
    let left = works_until.map_or(Duration::ZERO, |until| until - now);
    let whole = left.whole_hours();
    let left = if left > Duration::hours(whole) { whole + 1 } else { whole };
    wanted.max(u32::try_from(left).unwrap_or_default()).min(*EXPIRY_HOURS.end())
}

#[cfg(test)]
#[path = "upsert_forecast_tests.rs"]
mod tests;
