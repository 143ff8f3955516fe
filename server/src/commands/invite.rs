//! `onramp invite`.

use domain::{
    invitation::{
        preview::{Agreed, Preview},
        request::{Checked, Draft},
    },
    link::audit::Shown,
    timestamp,
};
use serde_json::json;

use super::{Failure, open, say};
use crate::{
    config::CliArgs,
    services::invitations::{
        create::{Answer, Invited},
        request,
    },
    services::links::landing_urls::with_landing_pages,
    state::AppState,
};

/// Who did it, as timelines say.
const ACTOR: &str = "command line";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Your reference for the fleet.
    fleet_ref: String,
    /// The fleet's name.
    #[arg(long)]
    name: Option<String>,
    /// Hours until the link runs out: 1 to 672.
    #[arg(long, default_value = "24", value_name = "HOURS")]
    expires_in_hours: String,
    /// Invite also a fleet that declined: Catena opens its invitation again.
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
    let what = if invited.is_new { "created" } else { "refreshed" };
    if args.json {
        say(json!({
            "fleet_ref": checked.fleet_ref,
            "result": what,
            "invitation": invited.id,
            "magic_link": invited.magic_link.expose(),
            "expires_at": timestamp::rfc3339(invited.expires_at),
        }));
    } else {
        say(format_args!("{what}: {} until {}", checked.fleet_ref, timestamp::display(invited.expires_at)));
        say(invited.magic_link.expose());
    }
    Ok(())
}

/// Invites, agreeing to all that the call does but to opening what a fleet refused, which takes a word of its own
/// (CONTRACT.md 13.5).
async fn invite(state: &AppState, checked: &Checked, reopen_declined: bool) -> Result<Invited, Failure> {
    let asked = request::to_json(checked);
    let mut agreed = Agreed::default();
    loop {
        let answer = state.invitations.invite_agreed(checked, &asked, ACTOR, &agreed).await;
        match answer.map_err(|error| error.explain())? {
            Answer::Done { invited, .. } => return Ok(invited),
            Answer::Asks(preview) if preview.reopens() && !reopen_declined => return Err(declined(&preview).into()),
            // Asked once more only if the fleet moved between the two looks.
            Answer::Asks(preview) => agreed = Agreed::read([preview.agreement().as_str()]),
        }
    }
}

/// The reason is the fleet's own words, so it is kept to one line.
fn declined(preview: &Preview) -> String {
    let reason = preview.refreshed().and_then(|known| known.reason.as_deref());
    let words = reason.map(|reason| reason.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    let wrote = if words.is_empty() { String::new() } else { format!(" and wrote “{words}”") };
    format!(
        "{} declined its invitation{wrote}. Talk to the fleet first; to open the invitation again, add --reopen-declined.",
        preview.fleet_ref
    )
}
