//! `onramp serve`: runs the server, with the sandbox if no client id is set.

use std::{path::PathBuf, sync::Arc};

use platform::{
    clock::{SharedClock, SystemClock},
    file_lock::FileLock,
    random::{SharedRandom, SystemRandom},
};
use sandbox::{DEFAULT_TOKEN_LIFETIME, Sandbox, SandboxSettings};
use tokio::net::TcpListener;

use super::{
    Failure, build,
    data::{lock, tighten_database},
    say,
};
use crate::{
    config::{CliArgs, SANDBOX_CLIENT, Settings, make_dir},
    jobs,
    services::staff::DEMO,
    state::AppState,
    telemetry::log,
};

pub(super) async fn run(cli: CliArgs) -> Result<(), Failure> {
    log::start(cli.log_format()?);
    let address = cli.listen()?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!(
            "ONRAMP_LISTEN: can't listen on {address}: {error}. Choose another port, or stop the program that uses it."
        )
    })?;
    let settings = cli.check(listener.local_addr()?)?;
    // What is wrong with the key is said first: nobody has to stop another server to find out.
    cli.key()?;
    let _locks = lock_data(&settings)?;
    let mut application = build(&cli, settings).await?;
    let state = application.state().clone();
    // Before any message is sent.
    let interrupted = state.reminders.doubt_interrupted().await?;
    if interrupted > 0 {
        tracing::warn!(
            count = interrupted,
            "messages were being sent when Onramp stopped; staff decides whether to send them again"
        );
    }
    if state.settings.sandbox {
        let sandbox = open_sandbox(&state).await?;
        application = application.nest("/sandbox", sandbox.router());
        application.spawn(sandbox.run(application.stopping()));
        state.accounts.ensure_demo().await?;
    }
    if !state.site.is_found() {
        tracing::warn!("the site files (ONRAMP_SITE_DIR) were not found; pages have no style and no live updates");
    }
    greet(&state).await?;
    application.spawn(monitor_subscriptions(state));
    application.run_until(listener, wait_for_signal()).await;
    Ok(())
}

/// Two servers would send every message and invite every row of an import twice. Commands work beside a server: what they do
/// ends with one transaction.
fn lock_data(settings: &Settings) -> Result<Vec<FileLock>, Failure> {
    let dir = &settings.data_dir;
    make_dir(dir)?;
    // Servers with directories of their own may have been given the same database.
    let mut locks = vec![
        lock("ONRAMP_DATA_DIR", &dir.join("onramp"), dir)?,
        lock("DATABASE_URL", &settings.database, &settings.database)?,
    ];
    if settings.sandbox {
        let state = sandbox_state(settings);
        locks.push(lock("ONRAMP_DATA_DIR", &state, &state)?);
    }
    Ok(locks)
}

fn sandbox_state(settings: &Settings) -> PathBuf {
    settings.data_dir.join("sandbox.db")
}

async fn open_sandbox(state: &AppState) -> Result<Sandbox, Failure> {
    let data = sandbox_state(&state.settings);
    tighten_database(&data);
    let settings = SandboxSettings {
        base_url: state.settings.public_url.below("/sandbox"),
        client_id: SANDBOX_CLIENT.0.to_owned(),
        client_secret: SANDBOX_CLIENT.1.to_owned(),
        data: Some(data),
        seed: None,
        scopes: state.settings.sandbox_scopes.clone(),
        token_lifetime: DEFAULT_TOKEN_LIFETIME,
        retry_waits: SandboxSettings::default_retry_waits(),
        longest_delay: SandboxSettings::DEFAULT_LONGEST_DELAY,
        stylesheet: state.site.stylesheet.clone(),
    };
    let (clock, random): (SharedClock, SharedRandom) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    Ok(Sandbox::open(settings, clock, random).await?)
}

/// Prints where Onramp is and how to sign in. On standard output and not in the log, because it may print a one-time link.
async fn greet(state: &AppState) -> Result<(), Failure> {
    say(format_args!("Onramp is at {}", state.settings.public_url.as_url()));
    if state.settings.sandbox {
        let (email, password) = DEMO;
        tracing::warn!("no CATENA_CLIENT_ID is set; the sandbox stands in for Catena");
        say("Sandbox: no CATENA_CLIENT_ID is set, so a stand-in replaces Catena and nothing reaches Catena.");
        say(format_args!("Sign in as {email} with the password {password}"));
    }
    if !state.store.has_administrator().await? {
        let link = state.accounts.issue_link(None).await?;
        say(format_args!("Create the first administrator (the link works once, within 48 hours): {link}"));
    }
    Ok(())
}

/// Catches up on missed events, and then keeps the list of subscriptions up to date.
#[tracing::instrument(name = "job", skip_all, fields(name = "subscriptions"))]
async fn monitor_subscriptions(state: AppState) {
    let replay = state.settings.replay_on_start;
    let mut monitor = jobs::subscriptions::SubscriptionMonitor::new(&state.subscriptions, replay);
    tokio::select! {
        () = state.shutdown.0.cancelled() => return,
        () = monitor.turn() => {}
    }
    if state.settings.sandbox {
        set_up_sandbox_webhooks(&state).await;
    }
    monitor.run(&state.shutdown.0).await;
}

/// The sandbox should work without any setup. Later starts find the subscriptions and create none.
async fn set_up_sandbox_webhooks(state: &AppState) {
    tokio::select! {
        () = state.shutdown.0.cancelled() => {}
        result = state.subscriptions.ensure() => match result {
            Ok(all) => {
                let new = all.iter().filter(|ensured| ensured.is_new).count();
                tracing::info!(count = all.len(), new, "the sandbox's webhooks are set up");
            }
            Err(error) => tracing::error!(%error, "the sandbox's webhooks could not be set up"),
        },
    }
}

/// Returns at Ctrl-C or, on Unix, SIGTERM.
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
