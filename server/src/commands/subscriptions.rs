//! `onramp subscriptions`: sets up webhooks.

use super::{Failure, open, say};
use crate::config::CliArgs;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create the recommended subscriptions that are missing, and list all with id, event, and status.
    Ensure,
}

pub(super) async fn run(cli: CliArgs, command: Command) -> Result<(), Failure> {
    let Command::Ensure = command;
    let state = open(&cli).await?;
    let all = state.subscriptions.ensure().await.map_err(|error| error.explain())?;
    for ensured in all {
        say(format_args!("{}\t{}\t{}", ensured.row.webhook_id, ensured.row.event_name, ensured.row.status));
    }
    Ok(())
}
