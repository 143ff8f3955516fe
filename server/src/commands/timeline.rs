//! `onramp timeline`: prints a fleet's onboarding.

use domain::{
    onboarding::{
        lifecycle::{Entry, fold},
        stage::{Health, Stage},
    },
    text, timestamp,
};
use serde_json::{Value, json};

use super::{Failure, open_store, say};
use crate::config::CliArgs;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Your reference for the fleet.
    fleet_ref: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(cli: CliArgs, args: Args) -> Result<(), Failure> {
    let store = open_store(&cli.check(cli.listen()?)?).await?;
    // References that were made elsewhere may have any characters; ours are cleaned.
    let fleet = match (store.fleet_by_ref(&args.fleet_ref).await?, text::fleet_ref(&args.fleet_ref)) {
        (None, Ok(cleaned)) => store.fleet_by_ref(&cleaned).await?,
        (found, _) => found,
    };
    let Some(fleet) = fleet else {
        return Err(format!("there is no fleet {:?}", args.fleet_ref).into());
    };
    let onboarding = fold(store.facts_of(fleet.key).await?);
    let (stage, health) = (onboarding.stage.map(Stage::name), onboarding.health.map(Health::name));
    if args.json {
        let facts: Vec<Value> = onboarding.timeline.iter().map(fact).collect();
        say(json!({ "fleet_ref": fleet.fleet_ref, "stage": stage, "health": health, "facts": facts }));
        return Ok(());
    }
    say(format_args!(
        "{}: {}{}",
        fleet.fleet_ref,
        stage.unwrap_or("unknown"),
        health.map(|h| format!(", {h}")).unwrap_or_default()
    ));
    for Entry { fact, confirmed, scanned_after } in &onboarding.timeline {
        let remark = match (confirmed, scanned_after) {
            (false, _) => "  (not confirmed)",
            (true, Some(_)) => "  (possibly a mail scanner)",
            (true, None) => "",
        };
        say(format_args!("{}  {:<28} {}{remark}", timestamp::rfc3339(fact.at), fact.kind.name(), fact.source.name()));
    }
    Ok(())
}

fn fact(entry: &Entry) -> Value {
    let Entry { fact, confirmed, scanned_after } = entry;
    let mut json = json!({
        "kind": fact.kind.name(),
        "at": timestamp::rfc3339(fact.at),
        "source": fact.source.name(),
        "event_id": fact.event_id,
        "confirmed": confirmed,
    });
    let about = &fact.about;
    let more = [
        ("by", fact.actor.clone()),
        ("expires_at", about.round.as_ref().map(|round| timestamp::rfc3339(round.expires_at))),
        ("agreement_id", about.agreement.map(|id| id.to_string())),
        ("connection_id", about.connection.map(|id| id.to_string())),
        ("schedule_id", about.schedule.map(|id| id.to_string())),
        ("provider", about.provider.clone()),
        ("resource", about.resource.clone()),
        ("status", about.status.clone()),
        ("note", about.note.clone()),
    ];
    if scanned_after.is_some() {
        json["possibly_scanner"] = Value::from(true);
    }
    for (name, value) in more {
        if let Some(value) = value {
            json[name] = Value::from(value);
        }
    }
    json
}
