//! `onramp deliveries`: lists the inbox.

use domain::{events::delivery::DeliveryState, timestamp};
use serde_json::{Value, json};

use super::{Failure, open_store, say};
use crate::{
    config::CliArgs,
    store::{DeliveryFilter, DeliveryRow},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// List only deliveries in this state: received, processed, duplicate, parked, or quarantined.
    #[arg(long)]
    state: Option<String>,
    /// List only deliveries of this event.
    #[arg(long)]
    event: Option<String>,
    /// The most deliveries to list.
    #[arg(long, default_value_t = 1_000)]
    limit: u32,
}

pub(super) async fn run(cli: CliArgs, args: Args) -> Result<(), Failure> {
    let store = open_store(&cli.check(cli.listen()?)?).await?;
    let state = args.state.as_deref().map(|word| {
        DeliveryState::from_name(word).ok_or_else(|| {
            format!(
                "--state: {word:?} is not a state. Write one of {}.",
                DeliveryState::ALL.map(DeliveryState::name).join(", ")
            )
        })
    });
    let filter = DeliveryFilter { state: state.transpose()?, event_name: args.event, ..DeliveryFilter::default() };
    let deliveries = store.deliveries(&filter, None, args.limit).await?;
    if args.json {
        say(Value::from(deliveries.iter().map(delivery).collect::<Vec<_>>()));
        return Ok(());
    }
    for row in deliveries {
        say(format_args!(
            "{}  {:<12} {:<28} {}",
            timestamp::rfc3339(row.received_at),
            row.state.name(),
            row.event_name.as_deref().unwrap_or("?"),
            row.reason.as_deref().unwrap_or(""),
        ));
    }
    Ok(())
}

fn delivery(row: &DeliveryRow) -> Value {
    json!({
        "state": row.state.name(),
        "event": row.event_name,
        "event_id": row.event_id,
        "time": timestamp::rfc3339(row.received_at),
        "reason": row.reason,
    })
}
