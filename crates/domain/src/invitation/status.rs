//! How an invitation stands right now, by its own facts and by the clock.

use time::OffsetDateTime;

use crate::onboarding::stage::Stage;

/// The stage of an invitation at `now`. An unanswered one whose link has expired counts as expired, whether or not Catena has
/// reported it yet (CONTRACT.md 13.16).
pub fn status(stage: Option<Stage>, expires_at: OffsetDateTime, now: OffsetDateTime) -> Stage {
    match stage.unwrap_or(Stage::Created) {
        Stage::Created | Stage::Sent | Stage::Viewed if expires_at <= now => Stage::Expired,
        stage => stage,
    }
}

/// Whether the magic link leads nowhere any more: the fleet declined, the invitation was deleted, or the link has expired. An
/// expired link is dead even if the fleet accepted.
pub fn is_link_dead(stage: Option<Stage>, expires_at: OffsetDateTime, now: OffsetDateTime) -> bool {
    matches!(stage, Some(Stage::Declined | Stage::Expired | Stage::Deleted)) || expires_at <= now
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn an_unanswered_invitation_expires_by_the_clock() {
        let table = [
            (None, 1, Stage::Created, false),
            (None, 0, Stage::Expired, true),
            (Some(Stage::Viewed), 1, Stage::Viewed, false),
            (Some(Stage::Viewed), 0, Stage::Expired, true),
            (Some(Stage::Accepted), 1, Stage::Accepted, false),
            (Some(Stage::Accepted), 0, Stage::Accepted, true),
            (Some(Stage::Declined), 1, Stage::Declined, true),
            (Some(Stage::Deleted), -1, Stage::Deleted, true),
            (Some(Stage::Expired), 1, Stage::Expired, true),
        ];
        for (stage, seconds, want, dead) in table {
            let expires_at = NOW + Duration::seconds(seconds);
            assert_eq!(status(stage, expires_at, NOW), want, "{stage:?} {seconds}");
            assert_eq!(is_link_dead(stage, expires_at, NOW), dead, "{stage:?} {seconds}");
        }
    }
}
