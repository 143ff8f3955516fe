//! What a person types: one command a file. All read the same settings and work while a server runs; each ends with a
//! clear line on standard error and a status other than 0 when it fails.

mod deliveries;
mod invite;
mod sandbox;
mod serve;
mod subscriptions;
mod timeline;
mod user;

use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::{
    config::{CliArgs, Settings, make_dir},
    security::vault::Vault,
    startup::{Application, Dependencies},
    state::AppState,
    static_files::Site,
    store::{SharedStore, sqlite::SqliteStore},
};
use platform::{
    clock::{SharedClock, SystemClock},
    random::{SharedRandom, SystemRandom},
};

#[expect(clippy::doc_markdown, reason = "these words are the help text")]
/// Onramp brings truck fleets on board at Catena Telematics: invite a fleet, hand it the link, watch its onboarding.
///
/// Without a command, it serves. Without CATENA_CLIENT_ID, it runs against its own sandbox and nothing reaches Catena.
#[derive(Debug, Parser)]
#[command(name = "onramp", version, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    args: CliArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the console, the landing pages and the webhook endpoint (the default).
    Serve,
    /// Manage the people who may sign in.
    User {
        #[command(subcommand)]
        command: user::Command,
    },
    /// Manage the webhook subscriptions at Catena.
    Subscriptions {
        #[command(subcommand)]
        command: subscriptions::Command,
    },
    /// Invite a fleet, or refresh its invitation, and print the magic link.
    Invite(invite::Args),
    /// Print where a fleet's onboarding stands, and every fact about it.
    Timeline(timeline::Args),
    /// Print the deliveries in the inbox, the newest first.
    Deliveries(deliveries::Args),
    /// Run the sandbox alone, a stand-in of Catena on this machine, to try other software of yours against it.
    Sandbox(sandbox::Args),
}

/// Why a command failed, in one line.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs what was typed.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { args: cli, command } = cli;
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(cli).await,
        Command::User { command } => user::run(cli, command).await,
        Command::Subscriptions { command } => subscriptions::run(cli, command).await,
        Command::Invite(args) => invite::run(cli, args).await,
        Command::Timeline(args) => timeline::run(cli, args).await,
        Command::Deliveries(args) => deliveries::run(cli, args).await,
        Command::Sandbox(args) => sandbox::run(cli, args).await,
    }
}

/// Onramp as the settings say, without anything running.
async fn open(args: &CliArgs) -> Result<AppState, Failure> {
    let settings = args.check(args.listen()?)?;
    Ok(build(args, settings).await?.state().clone())
}

async fn build(args: &CliArgs, settings: Settings) -> Result<Application, Failure> {
    let (clock, random): (SharedClock, SharedRandom) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let vault = Vault::new(&*args.key(&random)?, random.clone());
    let store = open_store(&settings).await?;
    let site = Site::find(settings.site_dir.as_deref());
    Ok(Application::build(Dependencies { settings, site, store, vault, clock, random })?)
}

async fn open_store(settings: &Settings) -> Result<SharedStore, Failure> {
    make_dir(&settings.data_dir)?;
    let file = &settings.database;
    let store = SqliteStore::open(file)
        .await
        .map_err(|error| format!("DATABASE_URL: {} can't be opened: {error}", file.display()))?;
    Ok(Arc::new(store))
}

/// Prints a line on standard output; a reader that went away (`| head`) is no failure.
fn say(line: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
