//! Asks Catena for what no webhook told: everything on schedule or on demand, and a fleet that came back without news.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::services::reconcile::Reconciler;

/// How often to look whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Checks everything when it is due, until `shutdown`.
pub async fn run(reconciler: Arc<Reconciler>, shutdown: CancellationToken) {
    reconciler.plan_first();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = reconciler.check_what_is_due() => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = reconciler.wanted() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Asks about fleets that came back, until `shutdown`: beside a check of everything, which may take long.
pub async fn run_returns(reconciler: Arc<Reconciler>, shutdown: CancellationToken) {
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = reconciler.check_returns() => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
