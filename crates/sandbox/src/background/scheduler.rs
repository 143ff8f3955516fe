//! Wakes up when something is due. `engine/catch_up.rs` makes it happen.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::sandbox::Sandbox;

/// The longest sleep.
const MAX_SLEEP: Duration = Duration::from_hours(1);

/// Plays what is due, when it is due, until `shutdown`.
pub(crate) async fn run(sandbox: &Sandbox, shutdown: CancellationToken) {
    loop {
        let wait = sandbox.read(|state, now| {
            let next = [state.next_expiry(), state.next_step()].into_iter().flatten().min();
            let wait = next.and_then(|next| Duration::try_from(next - now).ok());
            wait.map_or(MAX_SLEEP, |wait| wait.min(MAX_SLEEP))
        });
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = sandbox.signals().rescheduled.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
