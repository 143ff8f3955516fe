//! Catena's list of telematics providers, kept for a day: it is public and large (CONTRACT.md 13.26). An old list is better
//! than none.

use std::{sync::Arc, time::Duration};

use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};

use catena::{Catena, Tsp, TspFilter, TspStatus};
use platform::clock::SharedClock;

/// How long a list is good.
const GOOD_FOR: time::Duration = time::Duration::DAY;
/// How long Catena is left alone after it gave none.
const PAUSE: time::Duration = time::Duration::minutes(1);
/// How long a page waits for it.
const WAIT: Duration = Duration::from_secs(3);

#[derive(Default)]
struct Kept {
    list: Arc<Vec<Tsp>>,
    fetched_at: Option<OffsetDateTime>,
    failed_at: Option<OffsetDateTime>,
}

/// Knows the providers.
pub struct Providers {
    catena: Catena,
    clock: SharedClock,
    // Held while the list is fetched, so that one question is asked for all who wait.
    kept: Mutex<Kept>,
}

impl Providers {
    /// Knows none yet.
    pub fn new(catena: Catena, clock: SharedClock) -> Self {
        Self { catena, clock, kept: Mutex::default() }
    }

    /// Those that are offered at present, by name. Empty where none were ever had.
    pub async fn offered(&self) -> Arc<Vec<Tsp>> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        let within = |at: Option<OffsetDateTime>, span| at.is_some_and(|at| now - at < span);
        if within(kept.fetched_at, GOOD_FOR) || within(kept.failed_at, PAUSE) {
            return kept.list.clone();
        }
        match timeout(WAIT, self.catena.tsps(&TspFilter::default())).await {
            Ok(Ok(mut list)) => {
                list.retain(|tsp| tsp.status == TspStatus::Active);
                list.sort_by_cached_key(|tsp| tsp.name.to_lowercase());
                *kept = Kept { list: Arc::new(list), fetched_at: Some(now), failed_at: None };
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the list of providers can't be had");
                kept.failed_at = Some(now);
            }
            Err(_) => {
                tracing::warn!("the list of providers took too long");
                kept.failed_at = Some(now);
            }
        }
        kept.list.clone()
    }
}
