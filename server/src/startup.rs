//! Puts Onramp together. The command `serve`, the tests and the benches all start this [`Application`].

use std::{future::Future, sync::Arc};

use axum::Router;
use catena::{Catena, CatenaError};
use futures::{FutureExt as _, future::BoxFuture};
use platform::{
    clock::SharedClock,
    http_server::{Limits, serve},
    random::SharedRandom,
};
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use crate::{
    config::Settings,
    jobs,
    mail::Mailer,
    security::{live_streams::LiveStreams, passwords::Passwords, vault::Vault},
    services::{
        imports::Importer,
        invitations::{
            callback_policy::CallbackPolicies, create::Invitations, delete::InvitationDeletion,
            preview::InvitationPreview, renew::Renewals,
        },
        landing::FleetReturns,
        links::{delivery::LinkDelivery, landing_urls::with_landing_pages},
        providers::Providers,
        readiness::Readiness,
        reconcile::Reconciler,
        reminders::Reminders,
        staff::Accounts,
        subscriptions::Subscriptions,
        timeline::Timeline,
    },
    state::{AppState, ImportWakeup, RunningForms, Shutdown, Uploads},
    static_files::Site,
    store::SharedStore,
    telemetry::{metrics::Metrics, requests},
    web::{
        self,
        middleware::host::{for_us_alone, naming_a_host},
    },
    webhooks::{
        inbox::{InboxWriter, inbox},
        process::Processor,
        receive::Receiver,
        reprocess::Reprocessor,
        signing_secrets::SigningSecrets,
        worker::run_worker,
    },
};

/// What everything else is made of. Tests bring their own clock, randomness and store.
pub struct Dependencies {
    pub settings: Settings,
    pub site: Site,
    pub store: SharedStore,
    pub vault: Vault,
    pub clock: SharedClock,
    pub random: SharedRandom,
}

/// Onramp, ready to run.
pub struct Application {
    state: AppState,
    router: Router,
    writer: InboxWriter,
    processor: Processor,
    /// Wakes the worker when deliveries have arrived.
    arrived: Arc<Notify>,
    /// What runs beside the server until `stopping`.
    tasks: TaskTracker,
    /// Canceled when the last request has been answered.
    stopping: CancellationToken,
    limits: Limits,
}

impl Application {
    /// Makes every part. Nothing runs yet.
    pub fn build(dependencies: Dependencies) -> Result<Self, CatenaError> {
        let Dependencies { settings, site, store, vault, clock, random } = dependencies;
        let shutdown = Shutdown(CancellationToken::new());
        let catena = Catena::new(settings.catena.clone(), clock.clone(), random.clone(), shutdown.0.clone())?;
        let timeline = Timeline::new(store.clone(), vault.clone(), clock.clone(), random.clone());
        let mailer = settings.mail.as_ref().map(|mail| Mailer::new(mail, clock.clone()));
        let links =
            LinkDelivery::new(mailer, store.clone(), timeline.clone(), vault.clone(), clock.clone(), random.clone());
        let metrics = Metrics::default();
        let arrived = Arc::new(Notify::new());
        let (handle, writer) = inbox(store.clone(), arrived.clone(), metrics.clone());
        let secrets = Arc::new(SigningSecrets::new(store.clone(), vault.clone(), clock.clone()));
        let may_hear_real = settings.may_hear_real;
        let receiver =
            Receiver::new(handle, secrets.clone(), vault.clone(), clock.clone(), metrics.clone(), may_hear_real);
        let processor = Processor::new(store.clone(), timeline.clone(), vault.clone(), clock.clone(), metrics.clone());
        let passwords = Arc::new(Passwords::new(random.clone()));
        let invitations = Arc::new(Invitations::new(catena.clone(), store.clone(), timeline.clone(), clock.clone()));
        let preview = Arc::new(InvitationPreview::new(catena.clone(), store.clone(), clock.clone()));
        let callbacks = Arc::new(CallbackPolicies::new(catena.clone(), store.clone(), clock.clone()));
        let providers = Arc::new(Providers::new(catena.clone(), store.clone(), clock.clone()));
        let reconciler = Arc::new(Reconciler::new(
            catena.clone(),
            store.clone(),
            timeline.clone(),
            vault.clone(),
            (clock.clone(), random.clone()),
            providers.clone(),
            settings.reconcile,
        ));
        let state = AppState {
            renewals: Arc::new(Renewals::new(
                store.clone(),
                clock.clone(),
                invitations.clone(),
                preview.clone(),
                callbacks.clone(),
            )),
            returns: Arc::new(FleetReturns::new(
                store.clone(),
                timeline.clone(),
                catena.clone(),
                reconciler.clone(),
                clock.clone(),
            )),
            invitations,
            preview,
            callbacks,
            reconciler,
            deletion: Arc::new(InvitationDeletion::new(catena.clone(), timeline.clone(), vault.clone(), clock.clone())),
            reminders: Reminders::new(
                store.clone(),
                links.clone(),
                (clock.clone(), random.clone()),
                settings.remind_after,
                settings.sender_name.clone(),
            ),
            providers,
            subscriptions: Arc::new(Subscriptions::new(
                catena.clone(),
                store.clone(),
                vault.clone(),
                clock.clone(),
                random.clone(),
                &settings.public_url,
            )),
            reprocessor: Arc::new(Reprocessor::new(store.clone(), secrets, vault.clone(), arrived.clone())),
            accounts: Arc::new(Accounts::new(
                store.clone(),
                passwords.clone(),
                clock.clone(),
                random.clone(),
                settings.public_url.clone(),
            )),
            passwords,
            idempotency: Arc::default(),
            throttle: Arc::default(),
            import_wakeup: ImportWakeup::default(),
            live_streams: LiveStreams::default(),
            running_forms: RunningForms::default(),
            uploads: Uploads::default(),
            readiness: Arc::new(Readiness::new(store.clone(), vault.clone(), clock.clone())),
            settings: Arc::new(settings),
            site: Arc::new(site),
            links,
            metrics,
            timeline,
            catena,
            store,
            vault,
            clock,
            random,
            shutdown,
        };
        let router = requests::traced(web::router(state.clone(), Arc::new(receiver)), &state.random);
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        Ok(Self { state, router, writer, processor, arrived, tasks, stopping, limits: Limits::default() })
    }

    /// What handlers share.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Grants clients other limits than the usual ones.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Serves `router` below `path` too: the sandbox, or a scripted Catena in tests.
    #[must_use]
    pub fn nest(mut self, path: &str, router: Router) -> Self {
        let router = Router::new().nest(path, router).layer(CatchPanicLayer::new());
        let router = for_us_alone(router, &self.state.settings.public_url, &self.state.site.stylesheet);
        self.router = self.router.merge(naming_a_host(router));
        self
    }

    /// Runs `task` beside the server. It must end with [`Self::stopping`].
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Canceled once the last request has been answered, when tasks beside the server must end.
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Serves `listener`, with every job beside it, until `shutdown`. Then the pages that stay open end first, so that
    /// requests still find the tasks that serve them; requests get [`Limits::drain`] to finish, and the tasks stop last.
    pub async fn run_until(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let Self { state, router, writer, processor, arrived, tasks, stopping, limits } = self;
        tasks.spawn(writer.run(stopping.clone()));
        tasks.spawn(run_worker(state.store.clone(), processor, arrived, stopping.clone()));
        spawn_jobs(&state, &tasks, &stopping);
        let closing = state.shutdown.0.clone();
        let server = serve(listener, router, limits, closing.clone(), state.running_forms.0.clone());
        let signal = async {
            shutdown.await;
            tracing::info!("stopping");
            closing.cancel();
        };
        tokio::join!(server, signal);
        stopping.cancel();
        tasks.close();
        tasks.wait().await;
    }
}

fn spawn_jobs(state: &AppState, tasks: &TaskTracker, stopping: &CancellationToken) {
    let AppState { store, clock, timeline, reconciler, reminders, settings, .. } = state;
    let stop = || stopping.clone();
    let spawn = |name: &'static str, job: BoxFuture<'static, ()>| {
        tasks.spawn(job.instrument(tracing::info_span!("job", name)));
    };
    spawn(
        "invitation_expiry",
        jobs::invitation_expiry::run(store.clone(), timeline.clone(), clock.clone(), stop()).boxed(),
    );
    spawn("reconcile", jobs::reconcile::run(reconciler.clone(), stop()).boxed());
    spawn("reconcile_returns", jobs::reconcile::run_returns(reconciler.clone(), stop()).boxed());
    spawn("reminders", jobs::reminders::run(reminders.clone(), stop()).boxed());
    spawn("send_messages", jobs::reminders::run_sending(reminders.clone(), stop()).boxed());
    spawn(
        "delivery_cleanup",
        jobs::delivery_cleanup::run(store.clone(), clock.clone(), settings.retention, stop()).boxed(),
    );
    spawn("session_cleanup", jobs::session_cleanup::run(store.clone(), clock.clone(), stop()).boxed());
    spawn("imports", importer(state).run(stop()).boxed());
}

fn importer(state: &AppState) -> Importer {
    Importer {
        store: state.store.clone(),
        catena: state.catena.clone(),
        invitations: state.invitations.clone(),
        clock: state.clock.clone(),
        base: with_landing_pages(&state.settings.public_url),
        pace: state.settings.imports.clone(),
        changed: state.import_wakeup.0.clone(),
    }
}
