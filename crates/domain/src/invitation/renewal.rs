//! Renewing an invitation: which create call makes sense next. There is no call to resend; another create call is all there is
//! (CONTRACT.md 5).

use crate::onboarding::stage::{Health, Stage};

/// What another create call would be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalAction {
    /// To extend the link.
    Refresh,
    /// To make a new invitation after the last one is over.
    Invite,
    /// To reopen an invitation that the fleet declined.
    Reopen,
    /// To let the fleet sign in to its provider again, which no longer accepts its credentials (CONTRACT.md 11).
    Reauthenticate,
}

/// The renewal that makes sense, if any. `invitation` is the stage of the fleet's latest invitation by its own facts and the
/// clock; `fleet` and `health` come from the fold.
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

/// Whether an invitation in this stage may be deleted: only before the fleet accepts (CONTRACT.md 13.15), and not once it has
/// expired, since then it is over anyway.
pub fn may_delete(invitation: Stage) -> bool {
    matches!(invitation, Stage::Created | Stage::Sent | Stage::Viewed | Stage::Declined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_the_call_that_helps() {
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
