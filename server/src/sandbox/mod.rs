//! The sandbox: a local stand-in of Catena, for trying Onramp and for tests (CONTRACT.md, WEBHOOKS.md).
//!
//! It answers Catena's API, plays the pages that a fleet sees, and sends the webhooks that follow, over HTTP like the
//! real one. It may depend on `clock`, `entropy`, `web::render` and the pages in `app::pages::connect`, and on nothing
//! else of Onramp: no shortcut, no shared state.
//!
//! - what it remembers: `state`, saved by `snapshot`
//! - what can happen: `onboarding` (invitations), `flow` (agreements, connections and their data)
//! - what it tells: `events` → `delivery` (the rules) → `sending` (the requests)
//! - what it answers: one file per kind of record, `auth`, `connect` (the fleet's pages), `control` (for tests and demos)
//! - how it answers: `fields` (bodies), `paging` (queries and pages), `errors`
//!
//! Choices where the contract is silent are written beside the code that makes them, in the words "a choice".

mod agreements;
mod auth;
mod connect;
mod connections;
mod control;
mod delivery;
mod errors;
mod event_names;
mod events;
mod fields;
mod fleets;
mod flow;
mod ids;
mod invitations;
mod metrics;
mod onboarding;
mod paging;
mod partners;
mod resources;
mod routes;
mod sending;
mod settings;
mod snapshot;
mod stamp;
mod state;
mod subscriptions;
mod tsps;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::SharedClock,
    entropy::{Entropy, SharedEntropy},
};

use self::state::{InvitationStatus, State};

pub use self::{
    errors::SandboxError,
    settings::{DEFAULT_TOKEN_LIFETIME, SandboxSettings},
};

/// How long the sandbox waits for a receiver's answer (WEBHOOKS.md 4.1).
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// The longest sleep until the next look at expiries.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

/// A local Catena. Cheap to clone; all clones are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    settings: SandboxSettings,
    clock: SharedClock,
    entropy: SharedEntropy,
    /// Never held over an await.
    state: Mutex<State>,
    http: reqwest::Client,
    /// Something was changed that the snapshot should hold.
    changed: Notify,
    /// A delivery waits to be sent.
    queued: Notify,
    /// The next expiry may have moved.
    rescheduled: Notify,
}

/// One change of the sandbox's state, with all it may use.
struct Change<'a> {
    state: &'a mut State,
    /// Business time: the clock plus the offset set through `/control/clock`.
    now: OffsetDateTime,
    entropy: &'a (dyn Entropy + 'static),
    settings: &'a SandboxSettings,
}

impl Sandbox {
    /// Opens a sandbox with the state of its snapshot, or an empty one. A process-wide TLS provider must be installed.
    pub async fn open(
        settings: SandboxSettings,
        clock: SharedClock,
        entropy: SharedEntropy,
    ) -> Result<Self, SandboxError> {
        let mut state = match &settings.state_file {
            Some(path) => snapshot::load(path.clone()).await?.unwrap_or_default(),
            None => State::default(),
        };
        if state.partner_id.is_nil() {
            state.partner_id = entropy.uuid_v4();
        }
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
            entropy,
            state: Mutex::new(state),
            http,
            changed: Notify::new(),
            queued: Notify::new(),
            rescheduled: Notify::new(),
        })))
    }

    /// Everything the sandbox answers; paths are relative to [`SandboxSettings::base_url`].
    pub fn router(&self) -> axum::Router {
        routes::router(self.clone())
    }

    /// What happens by itself: deliveries, expiry, the snapshot. Ends after `shutdown`, when requests that are under way
    /// were answered or gave up (at most 3 s); what still waits for a retry goes on at the next start.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::join!(
            self.send_deliveries(shutdown.clone()),
            self.expire_in_time(shutdown.clone()),
            self.save_changes(shutdown.clone()),
        );
        self.save().await;
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
        act(&mut Change { state: &mut state, now, entropy: &*self.0.entropy, settings: &self.0.settings })
    }

    /// Looks at the state and the business time, after expiry was evaluated.
    fn read<T>(&self, look: impl FnOnce(&State, OffsetDateTime) -> T) -> T {
        let (outcome, expired) = self.with(|change| {
            let expired = change.expire();
            (look(change.state, change.now), expired)
        });
        if expired {
            self.notify();
        }
        outcome
    }

    /// Changes the state, after expiry was evaluated.
    fn change<T>(&self, act: impl FnOnce(&mut Change<'_>) -> T) -> T {
        let outcome = self.with(|change| {
            change.expire();
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

    async fn expire_in_time(&self, shutdown: CancellationToken) {
        loop {
            let wait = self.read(|state, now| {
                let open =
                    state.invitations.values().filter(|invitation| invitation.status == InvitationStatus::Active);
                let next = open.map(|invitation| invitation.expires_at).min();
                next.and_then(|next| Duration::try_from(next - now).ok())
                    .map_or(LONGEST_SLEEP, |wait| wait.min(LONGEST_SLEEP))
            });
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.0.rescheduled.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}
