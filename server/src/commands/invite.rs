//! `onramp invite`.

use app::domain::{handover::Shown, invitation::Draft, moment};
use serde_json::json;

use super::{Failure, open, say};
use crate::{asked, config::Given, web::with_landing_pages};

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
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(given: Given, args: Args) -> Result<(), Failure> {
    let onramp = open(&given).await?;
    let draft = Draft {
        fleet_ref: args.fleet_ref,
        fleet_name: args.name.unwrap_or_default(),
        expires_in_hours: args.expires_in_hours,
        ..with_landing_pages(&onramp)
    };
    let checked = draft.check().map_err(|errors| {
        errors.iter().map(|(field, problem)| format!("{field}: {problem}")).collect::<Vec<_>>().join(" ")
    })?;
    let invited =
        onramp.inviter.invite(&checked, &asked::to_json(&checked), ACTOR).await.map_err(|error| error.explain())?;
    let row = onramp.store.invitation(invited.id).await?.into_iter().collect::<Vec<_>>();
    onramp.courier.note_shown(&row, Shown::OnCommandLine, ACTOR).await?;
    let what = if invited.is_new { "created" } else { "refreshed" };
    if args.json {
        say(json!({
            "fleet_ref": checked.fleet_ref,
            "result": what,
            "invitation": invited.id,
            "magic_link": invited.magic_link.expose(),
            "expires_at": moment::rfc3339(invited.expires_at),
        }));
    } else {
        say(format_args!("{what}: {} until {}", checked.fleet_ref, moment::display(invited.expires_at)));
        say(invited.magic_link.expose());
    }
    Ok(())
}
