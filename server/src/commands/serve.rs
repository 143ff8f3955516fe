//! `onramp serve`.

use std::{io::IsTerminal as _, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use super::{Failure, assemble, say};
use crate::{
    config::{CliArgs, LogFormat, SANDBOX_CLIENT, Settings},
    jobs,
    state::{DEMO, Onramp},
    web::issue_link,
};
use platform::{
    clock::{SharedClock, SystemClock},
    http_server::{Limits, serve},
    random::{SharedRandom, SystemRandom},
};
use sandbox::{DEFAULT_TOKEN_LIFETIME, Sandbox, SandboxSettings};

pub(super) async fn run(given: CliArgs) -> Result<(), Failure> {
    start_log(given.log_format()?);
    let address = given.listen()?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("ONRAMP_LISTEN: {address} can't be listened on: {error}. Choose another port, or stop what uses it.")
    })?;
    let settings = given.check(listener.local_addr()?)?;
    // Pages stop first, so that requests under way still find the tasks that serve them.
    let (closing, stopping, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    let onramp = Arc::new(assemble(&given, settings, closing.clone()).await?);
    // Before anything is sent anew.
    let doubted = onramp.reminders.doubt_interrupted().await?;
    if doubted > 0 {
        tracing::warn!(doubted, "messages were being sent when Onramp ended; they are not sent again by themselves");
    }
    let mut app = onramp.start(&tasks, &stopping);
    if onramp.settings.sandbox {
        let sandbox = open_sandbox(&onramp).await?;
        app = app.merge(Router::new().nest("/sandbox", sandbox.router()));
        tasks.spawn(sandbox.run(stopping.clone()));
        onramp.ensure_demo_account().await?;
    }
    if !onramp.site.is_found() {
        tracing::warn!("the site files were not found: pages come without style and live updates (ONRAMP_SITE_DIR)");
    }
    greet(&onramp).await?;
    tasks.spawn(look_after_subscriptions(onramp.clone()));
    let signal = closing.clone();
    tasks.spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping");
        signal.cancel();
    });
    serve(listener, app, Limits::default(), closing, onramp.begun.clone()).await;
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// Log lines go to standard error; `RUST_LOG` says which.
pub(super) fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,tower_sessions_core=warn"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    // A second start in one process keeps the first log.
    let _ = match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
}

async fn open_sandbox(onramp: &Onramp) -> Result<Sandbox, Failure> {
    let Settings { public_url, data_dir, .. } = &onramp.settings;
    let mut base_url = public_url.clone();
    base_url.set_path(&format!("{}/sandbox", public_url.path().trim_end_matches('/')));
    let settings = SandboxSettings {
        base_url,
        client_id: SANDBOX_CLIENT.0.to_owned(),
        client_secret: SANDBOX_CLIENT.1.to_owned(),
        data: Some(data_dir.join("sandbox.db")),
        seed: None,
        scopes: onramp.settings.sandbox_scopes.clone(),
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        retry_waits: SandboxSettings::default_retry_waits(),
        longest_delay: SandboxSettings::DEFAULT_LONGEST_DELAY,
        stylesheet: onramp.site.stylesheet.clone(),
    };
    let (clock, random): (SharedClock, SharedRandom) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    Ok(Sandbox::open(settings, clock, random).await?)
}

/// Says where it is and how to sign in. On standard output, not in the log: it holds a one-time link.
async fn greet(onramp: &Onramp) -> Result<(), Failure> {
    say(format_args!("Onramp is at {}", onramp.settings.public_url));
    if onramp.settings.sandbox {
        let (email, password) = DEMO;
        tracing::warn!("SANDBOX: no CATENA_CLIENT_ID is set, so a stand-in on this machine plays Catena");
        say(
            "Sandbox: no CATENA_CLIENT_ID is set, so a stand-in on this machine plays Catena and nothing reaches Catena.",
        );
        say(format_args!("Sign in as {email} with the password {password}"));
    }
    if !onramp.store.has_administrator().await? {
        let url = &onramp.settings.public_url;
        let link = issue_link(&onramp.store, &onramp.clock, &onramp.random, url, None).await?;
        say(format_args!("Make the first administrator (works once, for 48 hours): {link}"));
    }
    Ok(())
}

/// What was missed is fetched first, then the page about subscriptions is kept fresh.
async fn look_after_subscriptions(onramp: Arc<Onramp>) {
    let replay = onramp.settings.replay_on_start;
    let mut care = jobs::subscriptions::SubscriptionMonitor::new(&onramp.subscriptions, replay);
    tokio::select! {
        () = onramp.shutdown.cancelled() => return,
        () = care.turn() => {}
    }
    if onramp.settings.sandbox {
        subscribe(onramp.clone()).await;
    }
    care.run(&onramp.shutdown).await;
}

/// At the sandbox's first start its webhooks are set up without being asked.
async fn subscribe(onramp: Arc<Onramp>) {
    tokio::select! {
        () = onramp.shutdown.cancelled() => {}
        result = onramp.subscriptions.ensure() => match result {
            Ok(all) => {
                let made = all.iter().filter(|ensured| ensured.is_new).count();
                tracing::info!(subscriptions = all.len(), made, "the sandbox's webhooks are set up");
            }
            Err(error) => tracing::error!(%error, "the sandbox's webhooks could not be set up"),
        },
    }
}

/// Until the server is told to stop.
pub(super) async fn wait_for_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = interrupt.await;
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
