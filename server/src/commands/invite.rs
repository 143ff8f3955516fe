//! `onramp invite`: invites a fleet and prints the magic link.

use domain::{
    invitation::{
        confirmation::Agreed,
        request::{Checked, Draft},
        upsert_forecast::Preview,
    },
    link::audit::Shown,
    timestamp,
};
use serde_json::json;

use super::{Failure, open, say};
use crate::{
    config::CliArgs,
    services::invitations::create::{CreateOutcome, Invited},
    services::links::landing_urls::with_landing_pages,
    state::AppState,
};

/// The actor on timelines.
const ACTOR: &str = "command line";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Your reference for the fleet.
    fleet_ref: String,
    /// The fleet's name.
    #[arg(long)]
    name: Option<String>,
    /// Hours until the link expires, from 1 to 672.
    #[arg(long, default_value = "24", value_name = "HOURS")]
    expires_in_hours: String,
    /// Invite the fleet even if it declined. Catena then reopens its invitation.
    #[arg(long)]
    reopen_declined: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(cli: CliArgs, args: Args) -> Result<(), Failure> {
    let state = open(&cli).await?;
    let draft = Draft {
        fleet_ref: args.fleet_ref,
        fleet_name: args.name.unwrap_or_default(),
        expires_in_hours: args.expires_in_hours,
        ..with_landing_pages(&state.settings.public_url)
    };
    let checked = draft.check().map_err(|errors| {
        errors.iter().map(|(field, problem)| format!("{field}: {problem}")).collect::<Vec<_>>().join(" ")
    })?;
    let invited = invite(&state, &checked, args.reopen_declined).await?;
    let row = state.store.invitation(invited.id).await?.into_iter().collect::<Vec<_>>();
    state.links.record_shown(&row, Shown::OnCommandLine, ACTOR).await?;
    let result = if invited.is_new { "created" } else { "refreshed" };
    if args.json {
        say(json!({
            "fleet_ref": checked.fleet_ref,
            "result": result,
            "invitation": invited.id,
            "magic_link": invited.magic_link.expose(),
            "expires_at": timestamp::rfc3339(invited.expires_at),
        }));
    } else {
        say(format_args!("{result}: {}, valid until {}", checked.fleet_ref, timestamp::display(invited.expires_at)));
        say(invited.magic_link.expose());
    }
    Ok(())
}

/// Invites the fleet. Calling the command agrees to everything but reopening what a fleet declined, which takes an option
/// (CONTRACT.md 13.5), and a call whose effect nobody can predict.
async fn invite(state: &AppState, checked: &Checked, reopen_declined: bool) -> Result<Invited, Failure> {
    let agreed = Agreed::Settings { reopen_declined };
    let outcome = state.invitations.create(checked, ACTOR, &agreed).await;
    match outcome.map_err(|error| error.explain())? {
        CreateOutcome::Done { invited, .. } => Ok(invited),
        CreateOutcome::NeedsConfirmation(preview) if preview.reopens_declined() => Err(declined(&preview).into()),
        CreateOutcome::NeedsConfirmation(preview) => Err(unpredictable(&preview).into()),
    }
}

fn unpredictable(preview: &Preview) -> String {
    format!(
        "Catena reports a status for {}'s invitation that Onramp doesn't know. Nothing was sent: use the form, which asks you to \
         confirm.",
        preview.fleet_ref
    )
}

/// The reason is the fleet's own words, so it is kept to one line.
fn declined(preview: &Preview) -> String {
    let reason = preview.existing().and_then(|existing| existing.decline_reason.as_deref());
    let words = reason.map(|reason| reason.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    let wrote = if words.is_empty() { String::new() } else { format!(" and wrote “{words}”") };
    format!(
        "{} declined its invitation{wrote}. Talk to the fleet first. To reopen the invitation, add --reopen-declined.",
        preview.fleet_ref
    )
}
