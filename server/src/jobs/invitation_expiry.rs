//! Notices links that ran out. `invitation.expired` may come late or never, and `expires_at` is authoritative
//! (CONTRACT.md 13.16), so our own clock reports the same fact; the webhook confirms it.

use std::time::Duration;

use domain::events::{fact::Fact, observation::Observation};
use tokio_util::sync::CancellationToken;

use crate::{
    services::timeline::Timeline,
    store::{SharedStore, StoreError},
};
use platform::{clock::SharedClock, periodic::every};

const PERIOD: Duration = Duration::from_secs(15);
/// Links noticed at once.
const BATCH: u32 = 100;
/// How long Catena has to say it itself, which tells more.
const GRACE: time::Duration = time::Duration::seconds(10);

/// Looks until `shutdown`.
pub async fn run(store: SharedStore, timeline: Timeline, clock: SharedClock, shutdown: CancellationToken) {
    let mut turns = every(PERIOD, &shutdown);
    while turns.next().await {
        if let Err(error) = notice(&store, &timeline, &clock).await {
            tracing::error!(%error, "can't look for expired links; trying again");
        }
    }
}

/// Tells the timeline of each unanswered link that ran out.
pub async fn notice(store: &SharedStore, timeline: &Timeline, clock: &SharedClock) -> Result<(), StoreError> {
    loop {
        let expired_unanswered = store.expired_unanswered(clock.now() - GRACE, BATCH).await?;
        if expired_unanswered.is_empty() {
            return Ok(());
        }
        let observations: Vec<Observation> =
            expired_unanswered.iter().map(|invitation| Fact::expired(invitation.round()).into()).collect();
        if !timeline.record(&observations).await? {
            return Ok(());
        }
    }
}
