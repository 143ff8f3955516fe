//! What is known about a row's fleet before it is invited, and what became of a call whose answer was lost.

use domain::invitation::{
    existing::{ExistingInvitation, InvitationState},
    upsert_forecast::{UpsertForecast, hours_to_request},
};
use time::{Duration, OffsetDateTime};

use crate::{services::invitations::existing::from_record, store::FleetsInvitation};
use catena::Invitation;

/// How far Catena's clock may lag behind ours.
const CLOCK_SKEW: Duration = Duration::minutes(2);

/// The forecast for a fleet from our own store, and its invitation in force that asks for exactly `requested`. Unknown if
/// our store doesn't have the state of one of its invitations: then only Catena can tell.
pub(crate) fn forecast_from_store<'a>(
    ours: &'a [FleetsInvitation],
    requested: &str,
    now: OffsetDateTime,
) -> (UpsertForecast, Option<&'a FleetsInvitation>) {
    let known: Option<Vec<ExistingInvitation>> = ours.iter().map(from_row).collect();
    let forecast = UpsertForecast::new(known.as_deref(), now);
    let UpsertForecast::Refresh(existing) = &forecast else { return (forecast, None) };
    let in_force = matches!(existing.state, InvitationState::Active | InvitationState::Accepted);
    let same = ours.iter().find(|one| {
        in_force
            && (one.created_at, one.expires_at) == (existing.created_at, existing.expires_at)
            && one.request.as_deref() == Some(requested)
    });
    (forecast, same)
}

fn from_row(row: &FleetsInvitation) -> Option<ExistingInvitation> {
    let (state, decline_reason) = (row.stage?.into(), None);
    Some(ExistingInvitation { state, created_at: row.created_at, expires_at: row.expires_at, decline_reason })
}

/// A call whose answer was lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lost<'a> {
    /// When it started, UTC.
    pub started_at: OffsetDateTime,
    /// The hours that were wanted.
    pub hours: u32,
    /// The request in JSON.
    pub requested: &'a str,
}

/// The invitation that a lost call created or refreshed, and whether it created it: the newest in force, if it was created after
/// the call started, or expires when the call would have made it expire. One that expires later than the call could have set,
/// or when we already knew it would, isn't the call's: then the call has to be made again, which does no harm.
pub(crate) fn find_lost(
    theirs: Vec<Invitation>,
    ours: &[FleetsInvitation],
    call: Lost<'_>,
    now: OffsetDateTime,
) -> Option<(Invitation, bool)> {
    let earliest = call.started_at - CLOCK_SKEW;
    let newest = theirs
        .into_iter()
        .filter(|one| matches!(from_record(one).state_at(now), InvitationState::Active | InvitationState::Accepted))
        .max_by_key(|one| one.created_at)?;
    if newest.created_at >= earliest {
        return Some((newest, true));
    }
    let before = ours.iter().find(|one| (one.created_at - newest.created_at).abs() < Duration::SECOND);
    let (works_until, is_recorded) = before.map_or((None, false), |one| {
        let same_expiry = one.expires_at == newest.expires_at;
        // With this very request beside it, it is what the call did: the server stopped just after recording it.
        (Some(one.expires_at), same_expiry && one.request.as_deref() == Some(call.requested))
    });
    if is_recorded {
        return Some((newest, false));
    }
    let hours = Duration::hours(hours_to_request(call.hours, works_until, call.started_at).into());
    let counted_from = newest.expires_at - hours;
    let refreshed =
        works_until != Some(newest.expires_at) && counted_from >= earliest && counted_from <= now + CLOCK_SKEW;
    refreshed.then_some((newest, false))
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
