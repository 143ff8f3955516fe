//! Steps of stories that are still to come. They are saved, so a story continues after a restart.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::state::rfc3339;

/// One step of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// For a week. Skipped if the fleet has an open or accepted invitation.
    Invite,
    /// For a day. Skipped in the same case.
    InviteForADay,
    InviteAgain,
    Send,
    View,
    Accept,
    Decline,
    Delete,
    /// Connects the fleet's n-th provider. If it's already connected, repairs it.
    Connect(usize),
    Reuse,
    Link,
    Stale,
    Fail,
    Deactivate,
    EndAgreement,
    /// Only time passes.
    Wait,
}

/// A step with the time at which it is due.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PlannedStep {
    #[serde(with = "rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) fleet_ref: String,
    pub(crate) fleet_name: Option<String>,
    pub(crate) step: Step,
}
