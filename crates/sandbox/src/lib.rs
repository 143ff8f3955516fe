//! The sandbox: a local stand-in of Catena, for trying Onramp and for tests (CONTRACT.md, WEBHOOKS.md).
//!
//! It answers Catena's API, plays the pages that a fleet sees, and sends the webhooks that follow, over HTTP like the
//! real one. It may depend on `clock`, `random`, `web::render` and the pages in `crate::pages::connect`, and on nothing
//! else of Onramp: no shortcut, no shared state.
//!
//! - what it remembers: `state`, saved by `keeping`
//! - what can happen: `onboarding` (invitations), `sharing` (agreements), `flow` (connections and their data), and by itself
//!   as time goes on: `passing` (expiry, stories under way)
//! - what is played: `stories`, `demo` (200 of them), with `fleet_names`
//! - what it tells: `events` → `disorders` (what goes wrong) → `delivery` (the rules), `breaker` → `sending` (the requests)
//! - what it answers: one file per kind of record, `auth`, `faults` (wrong answers), `connect` (the fleet's pages),
//!   `control` (for tests and demos)
//! - how it answers: `paths`, `paging` (queries and pages), `fields` (bodies), `words` (closed lists), `errors`
//!
//! Choices where the contract is silent are written beside the code that makes them, in the words "a choice".

#![recursion_limit = "256"]

mod connect;
mod control;
mod settings;
mod state;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use platform::{
    clock::SharedClock,
    random::{Random, SeededRandom, SharedRandom},
};

use crate::state::{State, persistence::Keeper};

pub use crate::{
    settings::{ALL_SCOPES, DEFAULT_TOKEN_LIFETIME, PARTNER_SCOPES, SandboxSettings},
    state::error::SandboxError,
    webhooks::fault_injection::WRONG_SECRET,
};

/// How long the sandbox waits for a receiver's answer (WEBHOOKS.md 4.1).
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// A local Catena. Cheap to clone; all clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    settings: SandboxSettings,
    clock: SharedClock,
    random: SharedRandom,
    /// Never held over an await.
    state: Mutex<State>,
    /// The file; none: memory only.
    keeper: Option<tokio::sync::Mutex<Keeper>>,
    http: reqwest::Client,
    /// Something was changed that the file should hold.
    changed: Notify,
    /// A delivery waits to be sent.
    queued: Notify,
    /// What happens next by itself may have moved.
    rescheduled: Notify,
}

/// One change of the sandbox's state, with all it may use.
struct Change<'a> {
    state: &'a mut State,
    /// Business time: the clock plus the offset set through `/control/clock`.
    now: OffsetDateTime,
    random: &'a (dyn Random + 'static),
    settings: &'a SandboxSettings,
}

impl Sandbox {
    /// Opens a sandbox with the state in its file, or an empty one. A process-wide TLS provider must be installed.
    pub async fn open(
        settings: SandboxSettings,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Self, SandboxError> {
        let (keeper, mut state) = match &settings.data {
            Some(path) => {
                let (keeper, state) = Keeper::open(path.clone()).await?;
                (Some(tokio::sync::Mutex::new(keeper)), state)
            }
            None => (None, State::default()),
        };
        let random = match settings.seed {
            Some(seed) => Arc::new(SeededRandom::new(run_seed(seed, state.runs))),
            None => random,
        };
        state.runs += 1;
        if state.partner_id.is_nil() {
            state.partner_id = random.uuid_v4();
        }
        state.furnish(clock.now());
        state.deliveries.requeue();
        // A redirect is a status below 500 like any other, hence delivered; following it would hide a trap (WEBHOOKS.md 4.1).
        let http = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self(Arc::new(Inner {
            settings,
            clock,
            random,
            state: Mutex::new(state),
            keeper,
            http,
            changed: Notify::new(),
            queued: Notify::new(),
            rescheduled: Notify::new(),
        })))
    }

    /// Everything the sandbox answers; paths are relative to [`SandboxSettings::base_url`].
    pub fn router(&self) -> axum::Router {
        crate::api::routes::router(self.clone())
    }

    /// What happens by itself: deliveries, expiry, stories, keeping the state. Ends after `shutdown`, when requests that are under way
    /// were answered or gave up (at most 3 s); what still waits for a retry goes on at the next start.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::join!(
            self.send_deliveries(shutdown.clone()),
            self.go_on_in_time(shutdown.clone()),
            self.save_changes(shutdown.clone()),
        );
        self.close().await;
    }

    fn settings(&self) -> &SandboxSettings {
        &self.0.settings
    }

    /// The clock itself, without the offset: what receivers and clients compare their own clocks with.
    fn clock_now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    fn with<T>(&self, act: impl FnOnce(&mut Change<'_>) -> T) -> T {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = time::Duration::seconds(state.clock_offset_seconds);
        let now = self.0.clock.now().saturating_add(offset);
        act(&mut Change { state: &mut state, now, random: &*self.0.random, settings: &self.0.settings })
    }

    /// Looks at the state and the business time, after what was due by then has happened.
    fn read<T>(&self, look: impl FnOnce(&State, OffsetDateTime) -> T) -> T {
        let (outcome, happened) = self.with(|change| {
            let happened = change.catch_up();
            (look(change.state, change.now), happened)
        });
        if happened {
            self.notify();
        }
        outcome
    }

    /// Changes the state, after what was due has happened.
    fn change<T>(&self, act: impl FnOnce(&mut Change<'_>) -> T) -> T {
        let outcome = self.with(|change| {
            change.catch_up();
            act(change)
        });
        self.notify();
        outcome
    }

    fn notify(&self) {
        self.0.changed.notify_one();
        self.0.queued.notify_one();
        self.0.rescheduled.notify_one();
    }
}

/// Another seed for each run over the same file.
fn run_seed(seed: u64, runs: u64) -> u64 {
    // Any odd number spreads runs over all seeds; this one far.
    seed.wrapping_add(runs.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
pub mod api;
pub mod background;
pub mod engine;
pub mod pages;
pub mod webhooks;
