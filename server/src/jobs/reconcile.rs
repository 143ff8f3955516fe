//! Asks Catena for what no webhook reported: everything on schedule or on demand, and a fleet that came back without news.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::services::reconcile::Reconciler;
use platform::periodic::every;

/// How often to see whether something is due.
const PERIOD: Duration = Duration::from_secs(1);

/// Checks everything when it is due, until `shutdown`.
pub async fn run(reconciler: Arc<Reconciler>, shutdown: CancellationToken) {
    reconciler.plan_first();
    let mut turns = every(PERIOD, &shutdown).or_when(reconciler.wanted());
    while turns.next().await {
        turns.unless_stopped(reconciler.check_what_is_due()).await;
    }
}

/// Asks about fleets that came back, until `shutdown`: beside a check of everything, which may take long.
pub async fn run_returns(reconciler: Arc<Reconciler>, shutdown: CancellationToken) {
    let mut turns = every(PERIOD, &shutdown);
    while turns.next().await {
        turns.unless_stopped(reconciler.check_returns()).await;
    }
}
