//! The next call that makes sense for a fleet's invitation, by where it stands. There is no call to resend: asking again is
//! all there is (CONTRACT.md 5).

use crate::onboarding::stage::{Health, Stage};

/// What asking again would be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalAction {
    /// The link is to work longer.
    Refresh,
    /// The last invitation is over: another one.
    Invite,
    /// The fleet refused, and is asked once more.
    Reopen,
    /// The provider no longer takes the fleet's sign-in: the same link leads there again (CONTRACT.md 11).
    Reauthenticate,
}

/// What can be asked again, if anything: `invitation` is how the fleet's latest invitation stands by its own facts and by the
/// clock, `fleet` and `health` what the fold says.
pub fn renewal_action(invitation: Stage, fleet: Option<Stage>, health: Option<Health>) -> Option<RenewalAction> {
    match (invitation, fleet) {
        (Stage::Created | Stage::Sent | Stage::Viewed, _) => Some(RenewalAction::Refresh),
        (Stage::Declined, _) => Some(RenewalAction::Reopen),
        (Stage::Expired | Stage::Deleted, _) | (_, Some(Stage::Deleted)) => Some(RenewalAction::Invite),
        (_, Some(Stage::Connected)) => {
            (health == Some(Health::NeedsReauthentication)).then_some(RenewalAction::Reauthenticate)
        }
        _ => Some(RenewalAction::Refresh),
    }
}

/// Whether an invitation that stands so may be deleted: only before the fleet accepted (CONTRACT.md 13.15). One that has run
/// out is over as it is.
pub fn may_delete(invitation: Stage) -> bool {
    matches!(invitation, Stage::Created | Stage::Sent | Stage::Viewed | Stage::Declined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standing_has_the_call_that_helps() {
        use Stage as S;
        let table = [
            (S::Created, Some(S::Created), None, Some(RenewalAction::Refresh), true),
            (S::Sent, Some(S::Sent), None, Some(RenewalAction::Refresh), true),
            (S::Viewed, Some(S::Viewed), None, Some(RenewalAction::Refresh), true),
            (S::Declined, Some(S::Declined), None, Some(RenewalAction::Reopen), true),
            (S::Expired, Some(S::Expired), None, Some(RenewalAction::Invite), false),
            (S::Deleted, Some(S::Deleted), None, Some(RenewalAction::Invite), false),
            (S::Accepted, Some(S::Accepted), None, Some(RenewalAction::Refresh), false),
            (S::Accepted, Some(S::Agreement), None, Some(RenewalAction::Refresh), false),
            (S::Accepted, Some(S::Connection), None, Some(RenewalAction::Refresh), false),
            (S::Accepted, Some(S::Connected), Some(Health::Flowing), None, false),
            (S::Accepted, Some(S::Connected), Some(Health::FetchFailing), None, false),
            (S::Accepted, Some(S::Connected), Some(Health::Stopped), None, false),
            (
                S::Accepted,
                Some(S::Connected),
                Some(Health::NeedsReauthentication),
                Some(RenewalAction::Reauthenticate),
                false,
            ),
            (S::Accepted, Some(S::Deleted), None, Some(RenewalAction::Invite), false),
        ];
        for (invitation, fleet, health, want, deletable) in table {
            assert_eq!(renewal_action(invitation, fleet, health), want, "{invitation:?} {fleet:?} {health:?}");
            assert_eq!(may_delete(invitation), deletable, "{invitation:?}");
        }
    }
}
