//! The entry point: checks of everything, one at a time, and checks of one fleet.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::onboarding::lifecycle::fold;
use time::OffsetDateTime;
use tokio::sync::{Mutex as Turn, Notify};

use crate::{
    config::ReconcileSettings,
    security::vault::Vault,
    services::{
        providers::Providers,
        reconcile::{
            error::ReconcileError,
            fleet::FleetReconciler,
            pass::Pass,
            report::{Recorder, Tally},
        },
        timeline::Timeline,
    },
    store::{Cause, CheckRow, FleetKey, FleetRow, SharedStore, StoreError},
};
use catena::{Catena, CatenaError};
use platform::{clock::SharedClock, random::SharedRandom};

/// How long a webhook may take to explain why a fleet came back, before Catena is asked.
const RETURN_DELAY: time::Duration = time::Duration::seconds(20);
/// How long a stopped pass can be resumed; later, what it has seen is out of date.
const RESUMABLE_FOR: time::Duration = time::Duration::hours(2);
/// How long past checks are stored.
const RETENTION: time::Duration = time::Duration::days(90);
/// The longest wait for the next check, whatever Catena asks for: a tenth more than the longest period that can be set.
const LONGEST_WAIT: time::Duration = time::Duration::minutes(24 * 66);
/// The first check comes this long after the start, and up to twice as long.
const FIRST_AFTER: time::Duration = time::Duration::seconds(30);

/// Finds at Catena what no webhook reported.
pub struct Reconciler {
    fleets: FleetReconciler,
    random: SharedRandom,
    providers: Arc<Providers>,
    settings: ReconcileSettings,
    /// The pass that stopped halfway. Held while one runs, so there is one at a time.
    stopped: Turn<Option<Pass>>,
    /// Held while one fleet is checked.
    one: Turn<()>,
    times: Mutex<ReconcileStatus>,
    /// Fleets that came back, and when to check them.
    returns: Mutex<BTreeMap<FleetKey, OffsetDateTime>>,
    wanted: Notify,
    /// Whether staff requested the next check.
    by_staff: AtomicBool,
}

/// The state of the check of everything. Times are UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReconcileStatus {
    /// When the running one started.
    pub running_since: Option<OffsetDateTime>,
    /// When the next one is due.
    pub next_at: Option<OffsetDateTime>,
}

impl Reconciler {
    /// A reconciler over this store and Catena.
    pub fn new(
        catena: Catena,
        store: SharedStore,
        timeline: Timeline,
        vault: Vault,
        (clock, random): (SharedClock, SharedRandom),
        providers: Arc<Providers>,
        settings: ReconcileSettings,
    ) -> Self {
        let recorder = Recorder { store, timeline, clock };
        Self {
            fleets: FleetReconciler { catena, vault, recorder },
            random,
            providers,
            settings,
            stopped: Turn::default(),
            one: Turn::default(),
            times: Mutex::default(),
            returns: Mutex::default(),
            wanted: Notify::new(),
            by_staff: AtomicBool::new(false),
        }
    }

    /// Checks everything, or resumes where the last check stopped. Waits for a running one. The row says what went wrong at
    /// Catena; an error is our own database's.
    #[tracing::instrument(skip_all)]
    pub async fn everything(&self, cause: Cause) -> Result<CheckRow, StoreError> {
        let mut stopped = self.stopped.lock().await;
        let started_at = self.now();
        self.times().running_since = Some(started_at);
        let resumed = stopped.take().filter(|pass| started_at - pass.started_at < RESUMABLE_FOR);
        let mut pass = resumed.unwrap_or_else(|| Pass::new(&self.fleets.catena, started_at));
        let before = pass.found;
        let failure = self.run(&mut pass).await;
        let problem = match &failure {
            Some(error) => Some(error.explain()),
            None => pass.gaps.explain(),
        };
        let retry_after = failure.as_ref().and_then(ReconcileError::retry_after);
        match &failure {
            Some(ReconcileError::Store(error)) => tracing::error!(%error, "a check of Catena stopped"),
            // A shutdown is no failure.
            Some(ReconcileError::Catena(CatenaError::Cancelled)) => {}
            Some(error) => tracing::warn!(%error, "a check of Catena stopped; the next one resumes here"),
            None => pass.gaps.log(),
        }
        let row = CheckRow {
            fleet: None,
            cause,
            started_at,
            ended_at: self.now(),
            complete: failure.is_none(),
            found: pass.found.facts - before.facts,
            holes: pass.found.holes - before.holes,
            problem,
        };
        if failure.as_ref().is_some_and(can_resume) {
            *stopped = Some(pass);
        }
        self.plan(retry_after);
        self.fleets.recorder.store.delete_checks(row.started_at - RETENTION).await?;
        self.keep(row).await
    }

    async fn run(&self, pass: &mut Pass) -> Option<ReconcileError> {
        if let Err(error) = self.providers.refresh_names().await {
            return Some(error.into());
        }
        while !pass.is_done() {
            if let Err(error) = pass.advance(&self.fleets).await {
                return Some(error);
            }
            tokio::time::sleep(self.settings.pause).await;
        }
        None
    }

    /// Checks one fleet. The row says what went wrong at Catena; an error is our own database's.
    #[tracing::instrument(skip_all)]
    pub async fn one_fleet(&self, fleet: &FleetRow, cause: Cause) -> Result<CheckRow, StoreError> {
        let _turn = self.one.lock().await;
        let started_at = self.now();
        let mut found = Tally::default();
        let result = self.fleets.check_fleet(fleet, &mut found).await;
        let problem = match &result {
            Ok(gaps) => gaps.explain(),
            Err(error) => Some(error.explain()),
        };
        match &result {
            Ok(gaps) => gaps.log(),
            Err(ReconcileError::Catena(CatenaError::Cancelled)) => {}
            Err(ReconcileError::Store(error)) => tracing::error!(%error, "the check of a fleet stopped"),
            Err(error) => tracing::warn!(%error, "the check of a fleet stopped"),
        }
        let row = CheckRow {
            fleet: Some(fleet.key),
            cause,
            started_at,
            ended_at: self.now(),
            complete: result.is_ok(),
            found: found.facts,
            holes: found.holes,
            problem,
        };
        self.keep(row).await
    }

    async fn keep(&self, row: CheckRow) -> Result<CheckRow, StoreError> {
        self.fleets.recorder.store.put_check(&row).await?;
        Ok(row)
    }

    /// The state of the check of everything.
    pub fn status(&self) -> ReconcileStatus {
        *self.times()
    }

    /// Requests a check of everything as soon as possible, for staff.
    pub fn request_check(&self) {
        self.by_staff.store(true, Ordering::SeqCst);
        self.times().next_at = Some(self.now());
        self.wanted.notify_one();
    }

    /// A fleet came back to a landing page: it is checked, unless a webhook explains it in time.
    pub fn expect_news_of(&self, fleet: FleetKey) {
        let due = self.now() + RETURN_DELAY;
        self.returns.lock().unwrap_or_else(PoisonError::into_inner).entry(fleet).or_insert(due);
    }

    /// Plans the first check.
    pub fn plan_first(&self) {
        let next = self.settings.every.map(|_| self.now() + FIRST_AFTER + FIRST_AFTER * self.chance());
        self.times().next_at = next;
    }

    /// Plans the next check, up to a tenth earlier or later than the setting says, so that many Onramps don't ask at once; never
    /// before Catena allows it.
    fn plan(&self, retry_after: Option<Duration>) {
        let now = self.now();
        let next = self.settings.every.map(|every| {
            let regular = every * (0.9 + self.chance() / 5.0);
            let asked = retry_after.map(|wait| wait.try_into().unwrap_or(LONGEST_WAIT));
            now.saturating_add(asked.map_or(regular, |wait: time::Duration| regular.max(wait)).min(LONGEST_WAIT))
        });
        *self.times() = ReconcileStatus { running_since: None, next_at: next };
    }

    /// A random number from 0 to 1.
    fn chance(&self) -> f64 {
        f64::from(u16::from_be_bytes(self.random.bytes())) / f64::from(u16::MAX)
    }

    /// Checks everything, if it is due.
    #[tracing::instrument(skip_all)]
    pub async fn check_what_is_due(&self) {
        let due = self.status().next_at.is_some_and(|next| has_come(next, self.now(), LONGEST_WAIT));
        if !due {
            return;
        }
        let cause = if self.by_staff.swap(false, Ordering::SeqCst) { Cause::Staff } else { Cause::Schedule };
        if let Err(error) = self.everything(cause).await {
            tracing::error!(%error, "a check of Catena can't be stored");
        }
    }

    /// Checks each fleet that came back a while ago and whose return no webhook has confirmed.
    #[tracing::instrument(skip_all)]
    pub async fn check_returns(&self) {
        for fleet in self.returns_due() {
            if let Err(error) = self.check_return(fleet).await {
                tracing::error!(%error, "a fleet that came back can't be checked");
            }
        }
    }

    async fn check_return(&self, fleet: FleetKey) -> Result<(), StoreError> {
        let store = &self.fleets.recorder.store;
        let Some(fleet) = store.fleet(fleet).await? else { return Ok(()) };
        let onboarding = fold(store.facts_of(fleet.key).await?);
        if onboarding.timeline.iter().any(|entry| !entry.confirmed) {
            self.one_fleet(&fleet, Cause::Return).await?;
        }
        Ok(())
    }

    fn returns_due(&self) -> Vec<FleetKey> {
        let now = self.now();
        let mut returns = self.returns.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |at: OffsetDateTime| has_come(at, now, RETURN_DELAY);
        let due = returns.iter().filter(|(_, at)| is_due(**at)).map(|(fleet, _)| *fleet).collect();
        returns.retain(|_, at| !is_due(*at));
        due
    }

    /// Notified when a check is requested.
    pub fn wanted(&self) -> &Notify {
        &self.wanted
    }

    fn times(&self) -> MutexGuard<'_, ReconcileStatus> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> OffsetDateTime {
        self.fleets.now()
    }
}

/// Whether the same request can succeed later. A pass whose request Catena rejects, for an old cursor say, starts over instead,
/// as does one whose answer our own database couldn't store.
fn can_resume(error: &ReconcileError) -> bool {
    use CatenaError::{NotJson, RateLimited, Server, TimedOut, Unreachable};
    match error {
        ReconcileError::Store(_) => false,
        ReconcileError::Catena(error) => {
            matches!(error, RateLimited { .. } | Server { .. } | Unreachable { .. } | TimedOut { .. } | NotJson { .. })
        }
    }
}

/// Whether the time `at` has come. A time further away than the longest wait was planned before the date was set back.
fn has_come(at: OffsetDateTime, now: OffsetDateTime, longest: time::Duration) -> bool {
    at <= now || at - now > longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_is_set_back_puts_nothing_off() {
        let (now, longest) = (OffsetDateTime::UNIX_EPOCH, time::Duration::seconds(20));
        for (seconds, come) in [(-1, true), (0, true), (1, false), (20, false), (21, true), (400 * 86_400, true)] {
            assert_eq!(has_come(now + time::Duration::seconds(seconds), now, longest), come, "{seconds}");
        }
    }
}
