//! Onramp put together: what handlers share, and the tasks that run beside them. The one place where parts meet.

use std::sync::Arc;

use axum::Router;
use domain::staff::Role;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Settings,
    jobs::{self},
    mail::Mailer,
    security::{passwords::Passwords, vault::Vault},
    services::{
        imports::Importer,
        invitations::{callback_policy::Callbacks, create::Inviter, delete::Withdrawer, preview::Foreteller},
        links::delivery::Courier,
        providers::Providers,
        reconcile::Checker,
        reminders::Reminders,
        subscriptions::Subscriber,
        timeline::Timeline,
    },
    static_files::Site,
    store::{NewStaff, SharedStore, StaffRow, StoreError},
    telemetry::metrics::Metrics,
    web::{self, Presses, Throttle},
    webhooks::{
        inbox::inbox, process::Projector, receive::Receiver, reprocess::Review, signing_secrets::SecretBook,
        worker::work,
    },
};
use catena::{Catena, CatenaError};
use platform::{clock::SharedClock, random::SharedEntropy};

/// E-mail and password of the account that the sandbox comes with. It opens nothing else.
pub const DEMO: (&str, &str) = ("demo@onramp.example", "onramp-sandbox");

/// What everything is made of.
pub struct Parts {
    /// The settings.
    pub settings: Settings,
    /// The site files.
    pub site: Site,
    /// The database.
    pub store: SharedStore,
    /// Seals secrets.
    pub vault: Vault,
    /// Tells the time.
    pub clock: SharedClock,
    /// Gives randomness.
    pub entropy: SharedEntropy,
}

/// What handlers share.
pub struct Onramp {
    /// The settings.
    pub settings: Settings,
    /// The site files.
    pub site: Site,
    /// The database.
    pub store: SharedStore,
    /// Seals secrets.
    pub vault: Vault,
    /// Tells the time.
    pub clock: SharedClock,
    /// Gives randomness.
    pub entropy: SharedEntropy,
    /// Catena.
    pub catena: Catena,
    /// Takes facts in.
    pub timeline: Timeline,
    /// Invites fleets.
    pub inviter: Arc<Inviter>,
    /// Foretells what inviting will do.
    pub foreteller: Foreteller,
    /// Deletes invitations.
    pub withdrawer: Withdrawer,
    /// Shows and sends magic links.
    pub courier: Courier,
    /// Proposes reminders and sends them.
    pub reminders: Reminders,
    /// Knows the telematics providers.
    pub providers: Providers,
    /// Knows what speaks against a callback address.
    pub callbacks: Callbacks,
    /// Makes subscriptions.
    pub subscriber: Subscriber,
    /// Asks Catena for what no webhook told.
    pub checker: Arc<Checker>,
    /// Gives deliveries that were put aside another chance.
    pub review: Review,
    /// Counts and times.
    pub metrics: Metrics,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Remembers the forms that were sent lately.
    pub presses: Presses,
    /// Slows down guessing.
    pub throttle: Throttle,
    /// Says when pages that stay open must close.
    pub shutdown: CancellationToken,
    /// Forms under way, each of which ends although nobody may wait for its answer any more.
    pub begun: TaskTracker,
    /// Wakes what works on imports, after somebody decided something about one.
    pub imports: Arc<Notify>,
    /// Wakes the worker.
    arrived: Arc<Notify>,
}

impl Onramp {
    /// Puts the parts together.
    pub fn new(parts: Parts, shutdown: CancellationToken) -> Result<Self, CatenaError> {
        let Parts { settings, site, store, vault, clock, entropy } = parts;
        let catena = Catena::new(settings.catena.clone(), clock.clone(), entropy.clone(), shutdown.clone())?;
        let timeline = Timeline::new(store.clone(), vault.clone(), clock.clone(), entropy.clone());
        let inviter = Arc::new(Inviter::new(catena.clone(), store.clone(), timeline.clone(), clock.clone()));
        let foreteller = Foreteller::new(catena.clone(), store.clone(), clock.clone());
        let withdrawer = Withdrawer::new(catena.clone(), timeline.clone(), vault.clone(), clock.clone());
        let mailer = settings.mail.as_ref().map(|mail| Mailer::new(mail, clock.clone()));
        let courier = Courier::new(mailer, store.clone(), timeline.clone(), vault.clone(), clock.clone());
        let reminders = Reminders::new(
            store.clone(),
            courier.clone(),
            (clock.clone(), entropy.clone()),
            settings.remind_after,
            settings.sender_name.clone(),
        );
        let providers = Providers::new(catena.clone(), clock.clone());
        let callbacks = Callbacks::new(catena.clone(), store.clone(), clock.clone());
        let subscriber = Subscriber::new(
            catena.clone(),
            store.clone(),
            vault.clone(),
            clock.clone(),
            entropy.clone(),
            &settings.public_url,
        );
        let checker = Arc::new(Checker::new(
            catena.clone(),
            store.clone(),
            timeline.clone(),
            vault.clone(),
            (clock.clone(), entropy.clone()),
            settings.checks,
        ));
        let arrived = Arc::new(Notify::new());
        let secrets = SecretBook::new(store.clone(), vault.clone(), clock.clone());
        let review = Review::new(store.clone(), secrets, vault.clone(), arrived.clone());
        let passwords = Passwords::new(entropy.clone());
        let throttle = Throttle::default();
        Ok(Self {
            settings,
            site,
            store,
            vault,
            clock,
            entropy,
            catena,
            timeline,
            inviter,
            foreteller,
            withdrawer,
            courier,
            reminders,
            providers,
            callbacks,
            subscriber,
            checker,
            review,
            metrics: Metrics::default(),
            passwords,
            presses: Presses::default(),
            throttle,
            shutdown,
            begun: TaskTracker::new(),
            imports: Arc::default(),
            arrived,
        })
    }

    /// The routes, and the tasks started beside them on `tasks`; they end with `shutdown`, which comes after that of the
    /// pages.
    pub fn start(self: &Arc<Self>, tasks: &TaskTracker, shutdown: &CancellationToken) -> Router {
        let (store, clock, vault, metrics) = (&self.store, &self.clock, &self.vault, &self.metrics);
        let arrived = self.arrived.clone();
        let (handle, writer) = inbox(store.clone(), arrived.clone(), metrics.clone());
        let secrets = SecretBook::new(store.clone(), vault.clone(), clock.clone());
        let receiver = Arc::new(Receiver::new(handle, secrets, vault.clone(), clock.clone(), metrics.clone()));
        let projector =
            Projector::new(store.clone(), self.timeline.clone(), vault.clone(), clock.clone(), metrics.clone());
        tasks.spawn(writer.run(shutdown.clone()));
        tasks.spawn(work(store.clone(), projector, arrived, shutdown.clone()));
        tasks.spawn(jobs::invitation_expiry::run(
            store.clone(),
            self.timeline.clone(),
            clock.clone(),
            shutdown.clone(),
        ));
        tasks.spawn(jobs::reconcile::run(self.checker.clone(), shutdown.clone()));
        tasks.spawn(jobs::reconcile::run_returns(self.checker.clone(), shutdown.clone()));
        tasks.spawn(jobs::reminders::run(self.reminders.clone(), shutdown.clone()));
        tasks.spawn(jobs::reminders::run_sending(self.reminders.clone(), shutdown.clone()));
        tasks.spawn(jobs::delivery_cleanup::run(
            store.clone(),
            clock.clone(),
            self.settings.retention,
            shutdown.clone(),
        ));
        tasks.spawn(jobs::session_cleanup::run(store.clone(), clock.clone(), shutdown.clone()));
        tasks.spawn(self.importer().run(shutdown.clone()));
        web::router(self.clone(), receiver)
    }

    fn importer(&self) -> Importer {
        Importer {
            store: self.store.clone(),
            catena: self.catena.clone(),
            inviter: self.inviter.clone(),
            clock: self.clock.clone(),
            base: web::with_landing_pages(self),
            pace: self.settings.imports.clone(),
            changed: self.imports.clone(),
        }
    }

    /// Makes the sandbox's demo account, if it isn't there.
    pub async fn ensure_demo_account(&self) -> Result<(), StoreError> {
        if self.store.staff_by_email(DEMO.0).await?.is_some() {
            return Ok(());
        }
        let now = self.clock.now();
        let row = StaffRow {
            id: self.entropy.uuid_v7(now),
            email: DEMO.0.to_owned(),
            role: Role::Administrator,
            password_hash: Some(self.passwords.hash(DEMO.1.to_owned()).await),
            demo: true,
        };
        self.store.add_staff(&NewStaff { row, created_at: now }).await?;
        Ok(())
    }
}
