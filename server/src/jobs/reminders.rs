//! Looks for fleets that could do with a reminder, and sends those that staff approved.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::services::reminders::Reminders;

/// How often to look.
const EVERY: Duration = Duration::from_mins(5);
/// The pause between two batches of a look: with very many fleets it takes its time, beginning with the links that run out
/// first.
const REST: Duration = Duration::from_millis(200);
/// The pause between two mails: mail servers take a flood for spam.
const PACE: Duration = Duration::from_millis(200);
/// How often to see what is approved although nobody called.
const SEND_EVERY: Duration = Duration::from_mins(1);

/// Looks until `shutdown`.
pub async fn run(reminders: Reminders, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            looked = reminders.propose_due(u32::MAX, REST) => if let Err(error) = looked {
                tracing::error!(%error, "reminders can't be looked for; trying again");
            },
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Sends what is approved until `shutdown`; a mail under way is ended first.
pub async fn run_sending(reminders: Reminders, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let pause = match reminders.send_next().await {
            Ok(true) => PACE,
            Ok(false) => SEND_EVERY,
            Err(error) => {
                tracing::error!(%error, "approved messages can't be sent; trying again");
                SEND_EVERY
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = reminders.notified(), if pause > PACE => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
