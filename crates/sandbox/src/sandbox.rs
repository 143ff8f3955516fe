//! The handle of a sandbox: opens it, locks its state, lets what is due happen first, and wakes the background tasks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::{OffsetDateTime, macros::datetime};
use tokio::sync::Notify;

use platform::{
    clock::SharedClock,
    random::{SeededRandom, SharedRandom},
};

use crate::{
    settings::SandboxSettings,
    state::{State, change::Change, error::SandboxError, persistence::StateFile},
};

/// How long the sandbox waits for a receiver's response (WEBHOOKS.md 4.1).
pub(crate) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Where business time ends. Everything that has to happen before it can be caught up with, and sums of times stay in range.
pub(crate) const END_OF_TIME: OffsetDateTime = datetime!(2200-01-01 0:00 UTC);

/// A local Catena. Cheap to clone; all clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    settings: SandboxSettings,
    clock: SharedClock,
    random: SharedRandom,
    /// Never held over an await.
    state: Mutex<State>,
    /// `None`: the state is in memory only.
    file: Option<tokio::sync::Mutex<StateFile>>,
    http: reqwest::Client,
    signals: Signals,
}

/// Wakes the background tasks.
pub(crate) struct Signals {
    /// The state has changed, so there is something to save.
    pub(crate) changed: Notify,
    /// A delivery is queued.
    pub(crate) queued: Notify,
    /// The time of the next expiry or step may have changed.
    pub(crate) rescheduled: Notify,
}

impl Sandbox {
    /// Opens a sandbox with the state in its file, or with an empty one. A TLS provider must be installed for the process.
    pub async fn open(
        settings: SandboxSettings,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Self, SandboxError> {
        let (file, mut state) = match &settings.data {
            Some(path) => {
                let (file, state) = StateFile::open(path.clone()).await?;
                (Some(tokio::sync::Mutex::new(file)), state)
            }
            None => (None, State::default()),
        };
        let random = match settings.seed {
            Some(seed) => Arc::new(SeededRandom::new(seed_of_run(seed, state.runs))),
            None => random,
        };
        state.runs += 1;
        if state.partner_id.is_nil() {
            state.partner_id = random.uuid_v4();
        }
        state.prepare(clock.now());
        state.deliveries.queue_pending();
        // A redirect counts as delivered, like any status below 500. Following it would hide a trap (WEBHOOKS.md 4.1).
        let http = reqwest::Client::builder()
            .timeout(RESPONSE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let signals = Signals { changed: Notify::new(), queued: Notify::new(), rescheduled: Notify::new() };
        Ok(Self(Arc::new(Inner { settings, clock, random, state: Mutex::new(state), file, http, signals })))
    }

    /// Plays the demo, unless there are invitations already.
    pub fn ensure_demo(&self) {
        if self.read(|state, _| state.invitations.is_empty()) {
            self.change(|change| change.play_demo());
        }
    }

    pub(crate) fn settings(&self) -> &SandboxSettings {
        &self.0.settings
    }

    pub(crate) fn file(&self) -> Option<&tokio::sync::Mutex<StateFile>> {
        self.0.file.as_ref()
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    pub(crate) fn signals(&self) -> &Signals {
        &self.0.signals
    }

    /// The clock's time, without the offset of business time. Receivers and clients compare it with their own clocks.
    pub(crate) fn clock_now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    /// Locks the state. Nothing is caught up, nobody is notified.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Change<'_>) -> T) -> T {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = time::Duration::seconds(state.clock_offset_seconds);
        let now = self.0.clock.now().saturating_add(offset).min(END_OF_TIME);
        act(&mut Change { state: &mut state, now, random: &*self.0.random, settings: &self.0.settings })
    }

    /// Reads the state and the business time, after everything that is due has happened.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State, OffsetDateTime) -> T) -> T {
        let (result, happened) = self.with(|change| {
            let happened = change.catch_up();
            (look(change.state, change.now), happened)
        });
        if happened {
            self.notify();
        }
        result
    }

    /// Changes the state, after everything that is due has happened.
    pub(crate) fn change<T>(&self, act: impl FnOnce(&mut Change<'_>) -> T) -> T {
        let result = self.with(|change| {
            change.catch_up();
            act(change)
        });
        self.notify();
        result
    }

    fn notify(&self) {
        self.0.signals.changed.notify_one();
        self.0.signals.queued.notify_one();
        self.0.signals.rescheduled.notify_one();
    }
}

/// A different seed for each run with the same file.
fn seed_of_run(seed: u64, runs: u64) -> u64 {
    // Multiplying by an odd number keeps runs distinct; this one spreads them far.
    seed.wrapping_add(runs.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
