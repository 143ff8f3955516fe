//! The command line, one file per command. All commands read the same settings and work while a server runs. A failed one prints
//! one line on standard error and exits with a status other than 0.

mod data;
mod deliveries;
mod invite;
mod sandbox;
mod serve;
mod subscriptions;
mod timeline;
mod user;

use std::sync::Arc;

use clap::{Parser, Subcommand};

use data::{open_data, open_store};

use crate::{
    config::{CliArgs, Settings},
    startup::{Application, Dependencies},
    state::AppState,
    static_files::Site,
};
use platform::{
    clock::{SharedClock, SystemClock},
    random::{SharedRandom, SystemRandom},
};

#[expect(clippy::doc_markdown, reason = "this is the help text")]
/// Onboard truck fleets with Catena Telematics: invite a fleet, send it the link, and follow its onboarding.
///
/// Without a command, Onramp serves. Without CATENA_CLIENT_ID, it uses its built-in sandbox and nothing reaches Catena.
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
    /// Serve the console, the landing pages, and the webhook endpoint (the default).
    Serve,
    /// Manage the people who can sign in.
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
    /// Print the state of a fleet's onboarding and every fact on its timeline.
    Timeline(timeline::Args),
    /// List the deliveries in the inbox, the newest first.
    Deliveries(deliveries::Args),
    /// Run only the sandbox, a local stand-in for Catena, to test other software against it.
    Sandbox(sandbox::Args),
}

/// Why a command failed; its `Display` is one line.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command, or the server if there is none.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { args: cli, command } = cli;
    let cli = cli.cleaned()?;
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

/// Everything that handlers share, built from the settings. Starts no server and no jobs.
async fn open(args: &CliArgs) -> Result<AppState, Failure> {
    let settings = args.check(args.listen()?)?;
    Ok(build(args, settings).await?.state().clone())
}

async fn build(args: &CliArgs, settings: Settings) -> Result<Application, Failure> {
    let (clock, random): (SharedClock, SharedRandom) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    let (store, vault) = open_data(args, &settings, &random).await?;
    let site = Site::find(settings.site_dir.as_deref());
    Ok(Application::build(Dependencies { settings, site, store, vault, clock, random })?)
}

/// Prints a line on standard output. It is no failure if the reader stopped reading, as `| head` does.
fn say(line: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
