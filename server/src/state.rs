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
        invitations::{
            callback_policy::CallbackPolicies, create::Invitations, delete::InvitationDeletion,
            preview::InvitationPreview,
        },
        links::delivery::LinkDelivery,
        providers::Providers,
        reconcile::Reconciler,
        reminders::Reminders,
        subscriptions::Subscriptions,
        timeline::Timeline,
    },
    static_files::Site,
    store::{NewStaff, SharedStore, StaffRow, StoreError},
    telemetry::metrics::Metrics,
    web::{self, IdempotencyKeys, Throttle},
    webhooks::{
        inbox::inbox, process::Processor, receive::Receiver, reprocess::Reprocessor, signing_secrets::SigningSecrets,
        worker::work,
    },
};
use catena::{Catena, CatenaError};
use platform::{clock::SharedClock, random::SharedRandom};

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
    pub random: SharedRandom,
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
    pub random: SharedRandom,
    /// Catena.
    pub catena: Catena,
    /// Takes facts in.
    pub timeline: Timeline,
    /// Invites fleets.
    pub invitations: Arc<Invitations>,
    /// Foretells what inviting will do.
    pub preview: InvitationPreview,
    /// Deletes invitations.
    pub deletion: InvitationDeletion,
    /// Shows and sends magic links.
    pub links: LinkDelivery,
    /// Proposes reminders and sends them.
    pub reminders: Reminders,
    /// Knows the telematics providers.
    pub providers: Providers,
    /// Knows what speaks against a callback address.
    pub callbacks: CallbackPolicies,
    /// Makes subscriptions.
    pub subscriptions: Subscriptions,
    /// Asks Catena for what no webhook told.
    pub reconciler: Arc<Reconciler>,
    /// Gives deliveries that were put aside another chance.
    pub review: Reprocessor,
    /// Counts and times.
    pub metrics: Metrics,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Remembers the forms that were sent lately.
    pub idempotency: IdempotencyKeys,
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
        let Parts { settings, site, store, vault, clock, random } = parts;
        let catena = Catena::new(settings.catena.clone(), clock.clone(), random.clone(), shutdown.clone())?;
        let timeline = Timeline::new(store.clone(), vault.clone(), clock.clone(), random.clone());
        let invitations = Arc::new(Invitations::new(catena.clone(), store.clone(), timeline.clone(), clock.clone()));
        let preview = InvitationPreview::new(catena.clone(), store.clone(), clock.clone());
        let deletion = InvitationDeletion::new(catena.clone(), timeline.clone(), vault.clone(), clock.clone());
        let mailer = settings.mail.as_ref().map(|mail| Mailer::new(mail, clock.clone()));
        let links = LinkDelivery::new(mailer, store.clone(), timeline.clone(), vault.clone(), clock.clone());
        let reminders = Reminders::new(
            store.clone(),
            links.clone(),
            (clock.clone(), random.clone()),
            settings.remind_after,
            settings.sender_name.clone(),
        );
        let providers = Providers::new(catena.clone(), store.clone(), clock.clone());
        let callbacks = CallbackPolicies::new(catena.clone(), store.clone(), clock.clone());
        let subscriptions = Subscriptions::new(
            catena.clone(),
            store.clone(),
            vault.clone(),
            clock.clone(),
            random.clone(),
            &settings.public_url,
        );
        let reconciler = Arc::new(Reconciler::new(
            catena.clone(),
            store.clone(),
            timeline.clone(),
            vault.clone(),
            (clock.clone(), random.clone()),
            providers.clone(),
            settings.checks,
        ));
        let arrived = Arc::new(Notify::new());
        let secrets = SigningSecrets::new(store.clone(), vault.clone(), clock.clone());
        let review = Reprocessor::new(store.clone(), secrets, vault.clone(), arrived.clone());
        let passwords = Passwords::new(random.clone());
        let throttle = Throttle::default();
        Ok(Self {
            settings,
            site,
            store,
            vault,
            clock,
            random,
            catena,
            timeline,
            invitations,
            preview,
            deletion,
            links,
            reminders,
            providers,
            callbacks,
            subscriptions,
            reconciler,
            review,
            metrics: Metrics::default(),
            passwords,
            idempotency: IdempotencyKeys::default(),
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
        let secrets = SigningSecrets::new(store.clone(), vault.clone(), clock.clone());
        let receiver = Arc::new(Receiver::new(handle, secrets, vault.clone(), clock.clone(), metrics.clone()));
        let processor =
            Processor::new(store.clone(), self.timeline.clone(), vault.clone(), clock.clone(), metrics.clone());
        tasks.spawn(writer.run(shutdown.clone()));
        tasks.spawn(work(store.clone(), processor, arrived, shutdown.clone()));
        tasks.spawn(jobs::invitation_expiry::run(
            store.clone(),
            self.timeline.clone(),
            clock.clone(),
            shutdown.clone(),
        ));
        tasks.spawn(jobs::reconcile::run(self.reconciler.clone(), shutdown.clone()));
        tasks.spawn(jobs::reconcile::run_returns(self.reconciler.clone(), shutdown.clone()));
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
            invitations: self.invitations.clone(),
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
            id: self.random.uuid_v7(now),
            email: DEMO.0.to_owned(),
            role: Role::Administrator,
            password_hash: Some(self.passwords.hash(DEMO.1.to_owned()).await),
            demo: true,
        };
        self.store.add_staff(&NewStaff { row, created_at: now }).await?;
        Ok(())
    }
}
