//! Looks for fleets that could do with a reminder, and sends those that staff approved.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::services::reminders::Reminders;
use platform::periodic::{Next, every};

/// How often to look for fleets to remind.
const LOOK_PERIOD: Duration = Duration::from_mins(5);
/// The pause between two batches of a look: with very many fleets it takes its time, beginning with the links that run out
/// first.
const REST: Duration = Duration::from_millis(200);
/// The pause between two mails: mail servers take a flood for spam.
const PACE: Duration = Duration::from_millis(200);
/// How often to see whether something is approved, beside being notified: what could not be sent is tried again then.
const SEND_PERIOD: Duration = Duration::from_mins(1);

/// Looks until `shutdown`.
pub async fn run(reminders: Reminders, shutdown: CancellationToken) {
    let mut turns = every(LOOK_PERIOD, &shutdown);
    while turns.next().await {
        if let Some(Err(error)) = turns.unless_stopped(reminders.propose_due(u32::MAX, REST)).await {
            tracing::error!(%error, "can't look for fleets to remind; trying again");
        }
    }
}

/// Sends what is approved until `shutdown`. A mail that is being sent then is sent to its end.
pub async fn run_sending(reminders: Reminders, shutdown: CancellationToken) {
    let mut turns = every(SEND_PERIOD, &shutdown).or_when(reminders.approved());
    while turns.next().await {
        match reminders.send_next().await {
            Ok(true) => turns.then(Next::After(PACE)),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "can't send approved messages; trying again"),
        }
    }
}
