//! What is known of a fleet before it is invited: by our own store, and by Catena.

use app::domain::import::{Known, KnownStatus, Standing, standing};
use time::{Duration, OffsetDateTime};

use crate::{
    catena::{Invitation, InvitationStatus},
    store::FleetsInvitation,
};

/// How far Catena's clock may be behind ours.
const CLOCKS: Duration = Duration::minutes(2);

/// Where a fleet stands by our own store, and its invitation in force that asks for exactly `asked`.
pub(super) fn by_our_store<'a>(
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
pub(super) fn known_to_catena(theirs: &Invitation) -> Known {
    let status = match theirs.status {
        InvitationStatus::Accepted => KnownStatus::Accepted,
        InvitationStatus::Declined => KnownStatus::Declined,
        InvitationStatus::Expired | InvitationStatus::Deleted => KnownStatus::Over,
        _ => KnownStatus::Active,
    };
    Known { status, created_at: theirs.created_at, expires_at: theirs.expires_at }
}

/// The invitation that a call made or refreshed whose answer was lost: one in force whose life, of `hours`, began after the
/// call did. And whether the call made it.
pub(super) fn made_since(
    theirs: Vec<Invitation>,
    began: OffsetDateTime,
    hours: u32,
    now: OffsetDateTime,
) -> Option<(Invitation, bool)> {
    let began = began - CLOCKS;
    let newest = theirs
        .into_iter()
        .filter(|one| matches!(standing([known_to_catena(one)], now), Standing::Active | Standing::Accepted))
        .max_by_key(|one| one.created_at)?;
    let is_new = newest.created_at >= began;
    (newest.expires_at - Duration::hours(hours.into()) >= began).then_some((newest, is_new))
}
