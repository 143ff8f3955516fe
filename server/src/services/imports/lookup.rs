//! What is known of a fleet before it is invited: by our own store, and by Catena.

use domain::{
    import::{Known, KnownStatus, Standing, standing},
    invitation::upsert_forecast::hours_to_ask,
};
use time::{Duration, OffsetDateTime};

use crate::store::FleetsInvitation;
use catena::{Invitation, InvitationStatus};

/// How far Catena's clock may be behind ours.
const CLOCKS: Duration = Duration::minutes(2);

/// Where a fleet stands by our own store, and its invitation in force that asks for exactly `asked`.
pub(crate) fn by_our_store<'a>(
    ours: &'a [FleetsInvitation],
    asked: &str,
    now: OffsetDateTime,
) -> (Standing, Option<&'a FleetsInvitation>) {
    let standing_now = standing(ours.iter().map(known_to_us), now);
    let newest = ours
        .iter()
        .filter(|one| standing([known_to_us(one)], now) != Standing::Nothing)
        .max_by_key(|one| one.created_at);
    let same = newest.filter(|one| {
        matches!(standing_now, Standing::Active | Standing::Accepted) && one.asked.as_deref() == Some(asked)
    });
    (standing_now, same)
}

fn known_to_us(ours: &FleetsInvitation) -> Known {
    Known { status: ours.stage.into(), created_at: ours.created_at, expires_at: ours.expires_at }
}

/// The same of Catena's record. A status that this version has no word for counts as open.
pub(crate) fn known_to_catena(theirs: &Invitation) -> Known {
    let status = match theirs.status {
        InvitationStatus::Accepted => KnownStatus::Accepted,
        InvitationStatus::Declined => KnownStatus::Declined,
        InvitationStatus::Expired | InvitationStatus::Deleted => KnownStatus::Over,
        _ => KnownStatus::Active,
    };
    Known { status, created_at: theirs.created_at, expires_at: theirs.expires_at }
}

/// When the latest of the invitations ends that a call would refresh.
pub(crate) fn works_until(theirs: &[Invitation], now: OffsetDateTime) -> Option<OffsetDateTime> {
    let goes_on = |one: &&Invitation| standing([known_to_catena(one)], now) != Standing::Nothing;
    theirs.iter().filter(goes_on).map(|one| one.expires_at).max()
}

/// A call whose answer was lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lost<'a> {
    /// When it began, UTC.
    pub began: OffsetDateTime,
    /// The hours that were wanted.
    pub hours: u32,
    /// What was asked, as it is kept.
    pub asked: &'a str,
}

/// The invitation that a lost call made or refreshed, and whether it made it: the newest in force, if that was made after the
/// call began, or lives as long from then on as was asked for. One that has more time than the call could have given, or the
/// end that we knew before, is none of its: then the call has to be made again, which does no harm.
pub(crate) fn made_since(
    theirs: Vec<Invitation>,
    ours: &[FleetsInvitation],
    call: Lost<'_>,
    now: OffsetDateTime,
) -> Option<(Invitation, bool)> {
    let began = call.began - CLOCKS;
    let newest = theirs
        .into_iter()
        .filter(|one| matches!(standing([known_to_catena(one)], now), Standing::Active | Standing::Accepted))
        .max_by_key(|one| one.created_at)?;
    if newest.created_at >= began {
        return Some((newest, true));
    }
    let before = ours.iter().find(|one| (one.created_at - newest.created_at).abs() < Duration::SECOND);
    let (until, taken_in) = before.map_or((None, false), |one| {
        let same_end = one.expires_at == newest.expires_at;
        // With what was asked beside it, it is the call's own end: the server stopped just after it was taken in.
        (Some(one.expires_at), same_end && one.asked.as_deref() == Some(call.asked))
    });
    if taken_in {
        return Some((newest, false));
    }
    let hours = Duration::hours(hours_to_ask(call.hours, until, call.began).into());
    let lives_from = newest.expires_at - hours;
    let refreshed = until != Some(newest.expires_at) && lives_from >= began && lives_from <= now + CLOCKS;
    refreshed.then_some((newest, false))
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
