//! What handlers share. Each takes the parts it needs (`State<SharedStore>`, `State<Arc<Invitations>>`, …); the whole is for
//! middleware and tests. Made by [`crate::startup`], which stands above the router; this stands below it.

use std::sync::Arc;

use axum::extract::FromRef;
use catena::Catena;
use platform::{clock::SharedClock, random::SharedRandom};
use tokio::sync::{Notify, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Settings,
    security::{
        idempotency::IdempotencyKeys, live_streams::LiveStreams, login_throttle::Throttle, passwords::Passwords,
        vault::Vault,
    },
    services::{
        invitations::{
            callback_policy::CallbackPolicies, create::Invitations, delete::InvitationDeletion,
            preview::InvitationPreview, renew::Renewals,
        },
        landing::FleetReturns,
        links::delivery::LinkDelivery,
        providers::Providers,
        readiness::Readiness,
        reconcile::Reconciler,
        reminders::Reminders,
        staff::Accounts,
        subscriptions::Subscriptions,
        timeline::Timeline,
    },
    static_files::Site,
    store::SharedStore,
    telemetry::metrics::Metrics,
    webhooks::reprocess::Reprocessor,
};

/// Every part, cheap to clone.
#[derive(Clone, FromRef)]
pub struct AppState {
    pub settings: Arc<Settings>,
    pub site: Arc<Site>,
    pub store: SharedStore,
    pub vault: Vault,
    pub clock: SharedClock,
    pub random: SharedRandom,
    pub catena: Catena,
    pub timeline: Timeline,
    pub invitations: Arc<Invitations>,
    pub preview: Arc<InvitationPreview>,
    pub renewals: Arc<Renewals>,
    pub deletion: Arc<InvitationDeletion>,
    pub returns: Arc<FleetReturns>,
    pub links: LinkDelivery,
    pub reminders: Reminders,
    pub providers: Arc<Providers>,
    pub callbacks: Arc<CallbackPolicies>,
    pub subscriptions: Arc<Subscriptions>,
    pub reconciler: Arc<Reconciler>,
    pub reprocessor: Arc<Reprocessor>,
    pub readiness: Arc<Readiness>,
    pub accounts: Arc<Accounts>,
    pub metrics: Metrics,
    pub passwords: Arc<Passwords>,
    pub idempotency: Arc<IdempotencyKeys>,
    pub throttle: Arc<Throttle>,
    pub import_wakeup: ImportWakeup,
    pub live_streams: LiveStreams,
    pub shutdown: Shutdown,
    pub running_forms: RunningForms,
    pub uploads: Uploads,
}

/// Canceled when the server is told to stop: pages that stay open, such as event streams, end then.
#[derive(Clone)]
pub struct Shutdown(pub CancellationToken);

/// Forms that staff sent and that must run to their end, even if the browser that sent them is gone.
#[derive(Clone, Default)]
pub struct RunningForms(pub TaskTracker);

/// Wakes the importer after someone decided something about an import.
#[derive(Clone, Default)]
pub struct ImportWakeup(pub Arc<Notify>);

/// The turns that uploads of imports take: a file is in memory until it is stored.
#[derive(Clone)]
pub struct Uploads {
    /// Held while a file is received, and until it is stored.
    pub receive: Arc<Semaphore>,
    /// Held while its rows are read, which takes a multiple of its size, and until it is stored.
    pub read: Arc<Semaphore>,
}

impl Default for Uploads {
    /// Four at the same time, of which one is read.
    fn default() -> Self {
        Self { receive: Arc::new(Semaphore::new(4)), read: Arc::new(Semaphore::new(1)) }
    }
}
